"""Who guesses has to wait, at every door and by whatever way: for one person, from one address,
many at once, after a restart; and keeps nobody out for long who comes from where they always do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest

from app.auth import Authenticator, Unauthorized
from app.identity import passwords
from app.identity.guesses import FORGOTTEN_AFTER, PER_ACCOUNT, PER_ADDRESS, Guesses
from app.identity.proof import Prover, TooManyGuesses, WrongCode, WrongPassword
from projections.accounts import AccountRow
from tests.app.house import House
from tests.app.post import Post
from tests.app.reader import PASSWORD, Reader, pages
from tests.app.test_auth import basic
from tests.security.factors import Somebody, say

pytestmark = pytest.mark.usefixtures("cheap_hashes")

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"
PROXY = (ip_network("127.0.0.0/8"),)
DAY = 86_400.0
DEAR = passwords.NOBODYS
MANY = 24
"""Guesses that come at once."""


def doors(house: House, post: Post | None = None) -> Any:
    """The pages behind a proxy of ours, which tells who asks."""
    return pages(house, post, trusted_proxies=PROXY)


def tries(app: Any, password: str, address: str = ELSEWHERE, name: str = "ada") -> int:
    """303 who is in, 422 for a wrong one, 429 for one that was not looked at."""
    reader = Reader(app, headers={"X-Forwarded-For": address})
    return reader.sign_in(name, password).status


# Passwords


def test_the_way_in_slows_down_whoever_guesses_and_does_not_look_at_more(house: House) -> None:
    app = doors(house)
    told = [tries(app, f"guess number {n}") for n in range(PER_ACCOUNT.free + 5)]
    assert told == [422] * (PER_ACCOUNT.free + 1) + [429] * 4
    assert tries(app, PASSWORD) == 429, "the right one is not looked at either"
    house.clock.advance(seconds=1)
    assert tries(app, PASSWORD) == 303


def test_from_ever_new_addresses_it_is_one_person_who_is_guessed(house: House) -> None:
    app = doors(house)
    told = [tries(app, f"guess number {n}", f"203.0.113.{n}") for n in range(20)]
    assert told.count(422) == PER_ACCOUNT.free + 1


def test_with_ever_new_names_it_is_one_address_that_guesses(house: House) -> None:
    app = doors(house)
    told = [tries(app, "the same", ELSEWHERE, f"name{n}") for n in range(PER_ADDRESS.free + 10)]
    assert told.count(422) == PER_ADDRESS.free + 1
    assert tries(app, PASSWORD, HOME) == 303, "others do not notice"


def test_a_restart_and_another_process_forget_nothing(house: House) -> None:
    for n in range(PER_ACCOUNT.free + 1):
        tries(doors(house), f"guess number {n}")
    house.restart()
    assert tries(doors(house), PASSWORD) == 429
    other = house.open()
    with pytest.raises(TooManyGuesses):
        Prover(other).sign_in("ada", PASSWORD, HOME)
    other.pool.close()


def test_phones_and_pages_are_one_door(house: House) -> None:
    app, phones = doors(house), Authenticator(house.groupware)
    for n in range(PER_ACCOUNT.free + 1):
        if n % 2:
            tries(app, f"guess number {n}")
        else:
            with pytest.raises(Unauthorized):
                phones.principal(basic(f"ada:guess number {n}"), ELSEWHERE)
    assert tries(app, PASSWORD) == 429
    with pytest.raises(Unauthorized) as refused:
        phones.principal(basic(f"ada:{PASSWORD}"), ELSEWHERE)
    assert refused.value.retry_after == 1


def test_who_is_signed_in_guesses_no_faster(house: House) -> None:
    """The question before each act on secrets is the same door."""
    ada = Reader(doors(house), headers={"X-Forwarded-For": HOME})
    ada.sign_in()
    ada.get("/my/passwords/login")
    form = {"password": "another password", "again": "another password"}
    told = [
        ada.post("/my/passwords/login", {**form, "proof": f"guess number {n}"}).status
        for n in range(PER_ACCOUNT.free + 4)
    ]
    assert told == [422] * (PER_ACCOUNT.free + 1) + [429] * 3


# Codes


@pytest.mark.parametrize("kind", ["codes", "recovery codes", "both"])
def test_codes_are_guessed_as_slowly_as_passwords(house: House, kind: str) -> None:
    ada = Somebody(house, "ada")
    reader = ada.halfway(doors(house))
    guesses = {
        "codes": ada.wrong,
        "recovery codes": lambda n: f"aaaaa-bbbb{'abcdefghij'[n % 10]}",
        "both": lambda n: ada.wrong(n) if n % 2 else f"aaaaa-bbbb{'abcdefghij'[n % 10]}",
    }[kind]
    told = [say(reader, guesses(n)).status for n in range(PER_ACCOUNT.free + 4)]
    assert told == [422] * (PER_ACCOUNT.free + 1) + [429] * 3
    for right in (ada.shown(), ada.recovery[0]):
        assert say(reader, right).status == 429, "not looked at"
    house.clock.advance(minutes=1)
    assert say(ada.halfway(doors(house)), ada.shown()).status == 303


def test_neither_a_new_session_nor_a_restart_gives_more_codes_to_guess(house: House) -> None:
    ada, told = Somebody(house, "ada"), []
    for n in range(PER_ACCOUNT.free + 4):
        told.append(say(ada.halfway(doors(house), f"203.0.113.{n}"), ada.wrong(n)).status)
        house.restart()
    assert told == [422] * (PER_ACCOUNT.free + 1) + [429] * 3


def test_a_new_mail_gives_no_more_codes_to_guess(house: House) -> None:
    ada = Somebody(house, "ada", "mail")
    reader, looked = ada.halfway(doors(house, ada.post), ELSEWHERE), 0
    for n in range(30):
        house.clock.advance(seconds=31)
        assert reader.post("/sign-in/code", {"again": "1"}).status == 200
        looked += say(reader, ada.wrong(n)).status == 422
        if n == 15:
            reader = ada.halfway(doors(house, ada.post), ELSEWHERE)
    assert looked < 4 * PER_ACCOUNT.free


def test_whoever_has_the_password_guesses_a_code_once_in_years(house: House) -> None:
    """Three codes in a million are right about now (RFC 6238 5.2); an attacker who always comes as
    soon as he may, or rests until all is forgotten, sees some hundred of them in a day."""
    ada = Somebody(house, "ada")
    prover = Prover(house.groupware)
    for rest in (0.0, FORGOTTEN_AFTER + 1):
        looked, end = 0, house.clock().timestamp() + DAY
        while house.clock().timestamp() < end:
            wait = rest if looked % 12 == 11 else 0.0
            try:
                prover.expect_code(house.admin, ada.id, ada.wrong(looked % 50), ELSEWHERE)
            except TooManyGuesses as error:
                wait = error.retry_after
            except WrongCode:
                looked += 1
            house.clock.advance(seconds=wait)
        assert looked < 400
        assert looked * 3 / 10**6 < 1 / 365


def test_a_right_password_forgives_no_code(house: House) -> None:
    ada = Somebody(house, "ada")
    app = doors(house)
    reader = ada.halfway(app)
    for n in range(PER_ACCOUNT.free + 1):
        say(reader, ada.wrong(n))
    assert say(ada.halfway(app), ada.shown()).status == 429


# Many at once


def together(act: Callable[[int], Any]) -> list[Any]:
    """What comes of it, begun many times at the same moment."""
    told: list[Any] = []
    start = threading.Barrier(MANY)

    def one(number: int) -> None:
        start.wait(10)
        told.append(act(number))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_passwords_guessed_all_at_once_are_mostly_not_looked_at(house: House) -> None:
    """Whoever got past the first look while nobody had guessed yet is stopped at the second."""
    gate = threading.Barrier(MANY)

    def slow(account: AccountRow, secret: str) -> bool:
        gate.wait(10)  # now all of them are past the first
        with turn:
            finished.append(secret)
            return passwords.verify(secret, DEAR)

    turn, finished = threading.Lock(), list[str]()
    prover = Prover(house.groupware, slow)

    def guess(number: int) -> type[Exception]:
        with pytest.raises((WrongPassword, TooManyGuesses)) as refused:
            prover.sign_in("ada", f"guess number {number}", ELSEWHERE)
        return refused.type

    told = together(guess)
    assert len(finished) == MANY
    assert told.count(WrongPassword) < MANY / 2
    assert told.count(TooManyGuesses) > MANY / 2


def test_codes_guessed_all_at_once_are_looked_at_one_after_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Somebody(house, "ada")
    prover, author = Prover(house.groupware), house.admin
    gate, mine, wait = threading.Barrier(MANY), threading.local(), Guesses.wait

    def waited(self: Guesses, who: bytes, address: str) -> float:
        found = wait(self, who, address)
        if not getattr(mine, "looked", False):
            mine.looked = True
            gate.wait(10)  # now all of them are past the first look
        return found

    monkeypatch.setattr(Guesses, "wait", waited)

    def guess(number: int) -> type[Exception]:
        with pytest.raises((WrongCode, TooManyGuesses)) as refused:
            prover.expect_code(author, ada.id, ada.wrong(number), ELSEWHERE)
        return refused.type

    told = together(guess)
    assert told.count(WrongCode) == PER_ACCOUNT.free + 1


# Nobody is locked out


def besieged(house: House, app: Any, hours: int, visit: Callable[[], None]) -> None:
    """Somebody elsewhere guesses as often as they may; each hour the person comes."""
    guess = 0
    for _ in range(hours):
        for _ in range(30):
            house.clock.advance(minutes=2)
            tries(app, f"guess number {guess}", f"203.0.113.{guess % 250}")
            guess += 1
        assert tries(app, PASSWORD) == 429, "elsewhere not even the right one is looked at"
        visit()


def test_nobody_elsewhere_keeps_a_person_out_of_the_pages(house: House) -> None:
    app = doors(house)
    assert tries(app, PASSWORD, HOME) == 303

    def visit() -> None:
        assert tries(app, PASSWORD, HOME) == 303
        assert tries(app, "mistyped once", HOME) == 422
        assert tries(app, PASSWORD, HOME) == 303

    besieged(house, app, 6, visit)


def test_nobody_elsewhere_keeps_a_phone_out(house: House) -> None:
    """Also one that has to be looked at anew, after a restart."""
    app = doors(house)
    assert Authenticator(house.groupware).principal(basic(f"ada:{PASSWORD}"), HOME)

    def visit() -> None:
        phones = Authenticator(house.groupware)
        assert phones.principal(basic(f"ada:{PASSWORD}"), HOME).account.name == "ada"

    besieged(house, app, 3, visit)


def test_who_knows_the_password_keeps_nobody_out_by_wrong_codes(house: House) -> None:
    ada, app = Somebody(house, "ada"), doors(house)
    assert say(ada.halfway(app, HOME), ada.shown()).status == 303
    house.clock.advance(minutes=1)
    for n in range(50):
        say(ada.halfway(app, ELSEWHERE), ada.wrong(n))
        house.clock.advance(minutes=1)
    assert say(ada.halfway(app, ELSEWHERE), ada.shown()).status == 429
    assert say(ada.halfway(app, HOME), ada.shown()).status == 303


def test_from_a_new_place_a_person_waits_a_quarter_of_an_hour_at_most(house: House) -> None:
    app = doors(house)
    for n in range(200):
        tries(app, f"guess number {n}", f"203.0.113.{n}")
        house.clock.advance(minutes=1)
    house.clock.advance(seconds=PER_ACCOUNT.longest)
    assert tries(app, PASSWORD, HOME) == 303
