"""Who is let in: spellings, caches, revocation and guessing."""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from passlib.hash import argon2

from app import people
from app.auth import VERIFIED_FOR, Authenticator, NotEnabled, Unauthorized, credentials
from app.identity import passwords
from app.identity.guesses import FORGOTTEN_AFTER, PER_ACCOUNT, PER_ADDRESS
from app.people import bare_name
from domain.house import HOUSE
from tests.app.house import House

SECRET = "correct horse"
HOME = "192.0.2.7"


class Door:
    """An authenticator whose slow hash is counted instead of computed."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.hashed = house, 0
        self.listeners: list[Callable[..., None]] = []
        self.auth = Authenticator(house.groupware, self.listeners.append, lambda: self.time)
        monkeypatch.setattr(passwords, "hash_password", lambda secret: f"hash of {secret}")
        monkeypatch.setattr(people, "hash_password", lambda secret: f"hash of {secret}")
        monkeypatch.setattr(passwords, "is_outdated", lambda hash: False)
        monkeypatch.setattr(passwords, "verify", self._verify)

    @property
    def time(self) -> float:
        return self.house.clock().timestamp()

    @time.setter
    def time(self, now: float) -> None:
        self.house.clock.advance(seconds=now - self.time)

    def _verify(self, secret: str, hash: str) -> bool:
        self.hashed += 1
        return hash == f"hash of {secret}"

    def set_password(self, secret: str, name: str = "ada") -> None:
        id = self.house.account(name).id
        people.set_password(self.house.groupware, self.house.admin, id, secret)

    def comes(self, user: str = "ada", secret: str = SECRET, address: str = HOME) -> str:
        return self.auth.principal(basic(f"{user}:{secret}"), address).account.name

    def refuses(self, secret: str, user: str = "ada", address: str = HOME) -> int | None:
        """How long to wait, None if the secret was looked at."""
        with pytest.raises(Unauthorized) as refused:
            self.comes(user, secret, address)
        return refused.value.retry_after


def basic(text: str, encoding: str = "utf-8") -> str:
    return "Basic " + base64.b64encode(text.encode(encoding)).decode()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.person("ada")
    yield house
    house.close()


@pytest.fixture
def door(house: House, monkeypatch: pytest.MonkeyPatch) -> Door:
    door = Door(house, monkeypatch)
    door.set_password(SECRET)
    return door


@pytest.mark.parametrize(
    "user",
    [
        *("ada", "ADA", "ada@example.org", "Ada@Example.ORG", "ada@elsewhere.example"),
        *("CORP\\ada", "CORP\\ada@example.org", "\\ada"),
    ],
)
def test_every_spelling_reaches_the_one_account(door: Door, user: str) -> None:
    assert door.comes(user) == "ada"


def test_a_full_address_wins_over_a_name_that_looks_like_it(door: Door) -> None:
    door.house.person("bob", mail="carol@example.org")
    door.house.person("carol", mail="c@example.org")
    door.set_password(SECRET, "bob")
    assert door.comes("carol@example.org") == "bob"
    assert bare_name("CORP\\carol@example.org") == "carol"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_secret_is_read_in_utf8_and_else_in_latin1(encoding: str) -> None:
    assert credentials(basic("jürgen:naïve:pass", encoding)) == ("jürgen", "naïve:pass")


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "Basic", "Basic ", "Basic !!!!", "Basic YQ", "Bearer YTpi", "Digest YTpi"),
        *(basic(text) for text in ("ada", ":secret", "ada:", "a\x00b:c", "ada:se\ncret")),
        *(basic("ada:" + "x" * 5000), "Basic YTpi YTpi", "Básic YTpi"),
    ],
)
def test_a_header_that_names_nobody_is_refused(door: Door, header: str | None) -> None:
    with pytest.raises(Unauthorized):
        door.auth.principal(header, HOME)
    assert door.hashed == 0


def test_the_scheme_is_read_in_any_case() -> None:
    assert credentials("bAsIc " + basic("ada:x")[6:]) == ("ada", "x")


def test_a_secret_is_hashed_once_and_remembered_for_minutes(door: Door) -> None:
    for user in ("ada", "ADA", "CORP\\ada", "ada@example.org"):
        door.comes(user)
    assert door.hashed == 1
    door.time += VERIFIED_FOR + 1
    door.comes()
    assert door.hashed == 2


def test_a_new_password_counts_at_once_without_any_ring(door: Door) -> None:
    door.comes()
    door.set_password("battery staple")
    assert door.refuses(SECRET) is None
    assert door.comes(secret="battery staple") == "ada"


def test_a_secret_that_was_wrong_may_become_right(door: Door) -> None:
    door.refuses("battery staple")
    door.set_password("battery staple")
    assert door.comes(secret="battery staple") == "ada"


def test_a_disabled_account_is_told_so_only_with_the_right_secret(door: Door) -> None:
    door.comes()
    people.disable(door.house.groupware, door.house.admin, door.house.account().id)
    with pytest.raises(NotEnabled):
        door.comes()
    assert door.refuses("wrong") is None


def test_a_ring_lets_go_of_what_is_remembered_of_that_account_only(door: Door) -> None:
    door.house.person("bob")
    door.set_password(SECRET, "bob")
    door.comes("ada")
    door.comes("bob")
    door.listeners[0](None)
    door.listeners[0]({door.house.account("bob").id})
    hashed = door.hashed
    door.comes("ada")
    assert door.hashed == hashed
    door.comes("bob")
    assert door.hashed == hashed + 1


def test_nobody_is_hashed_for_as_long_as_somebody(door: Door) -> None:
    assert door.refuses(SECRET, user="nobody") is None
    assert door.hashed == 1
    assert door.refuses(SECRET, user="nobody") is None
    assert door.hashed == 1


def test_one_hash_is_enough_for_requests_that_come_together(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()
    verify = passwords.verify

    def slow(secret: str, hash: str) -> bool:
        begun.set()
        go.wait(10)
        return verify(secret, hash)

    monkeypatch.setattr(passwords, "verify", slow)
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(door.comes())) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go.set()
    for thread in threads:
        thread.join()
    assert names == ["ada"] * 5
    assert door.hashed == 1


def test_an_outdated_secret_sent_again_and_again_is_no_guessing(door: Door) -> None:
    for number in range(200):
        door.time += 1
        assert door.refuses("the old one", address=f"192.0.2.{number % 20}") is None
    assert door.hashed == 1
    assert door.comes() == "ada"


def test_guessing_has_to_wait_longer_and_longer(door: Door) -> None:
    waits = []
    for number in range(50):
        wait = door.refuses(f"guess {number}", address=f"198.51.100.{number}")
        if wait is not None:
            waits.append(wait)
            door.time += wait
            assert door.refuses(f"guess {number}", address=f"198.51.100.{number}") is None
    assert waits == sorted(waits)
    assert waits[0] == 1
    assert waits[-1] == PER_ACCOUNT.longest
    assert sum(waits) > 8 * 3600


def test_a_phone_in_use_does_not_notice_that_somebody_guesses(door: Door) -> None:
    door.comes()
    while door.refuses(f"guess {door.hashed}", address="198.51.100.1") is None:
        pass
    assert door.comes() == "ada"
    assert door.comes(address="198.51.100.1") == "ada"


def test_the_right_secret_ends_the_wait_for_good(door: Door) -> None:
    while (wait := door.refuses(f"guess {door.hashed}")) is None:
        pass
    door.time += wait
    assert door.comes() == "ada"
    assert door.refuses("another guess") is None
    assert door.refuses("and another") is None


def test_a_guess_that_is_not_looked_at_is_not_hashed(door: Door) -> None:
    while door.refuses(f"guess {door.hashed}") is None:
        pass
    hashed = door.hashed
    for number in range(100):
        assert door.refuses(f"more {number}") is not None
    assert door.hashed == hashed


def test_guessing_many_names_from_one_address_is_slowed_down_but_locks_no_office(
    door: Door,
) -> None:
    waits = [door.refuses(f"guess {n}", user=f"user{n}") for n in range(PER_ADDRESS.free + 20)]
    assert waits[: PER_ADDRESS.free + 1] == [None] * (PER_ADDRESS.free + 1)
    assert None not in waits[PER_ADDRESS.free + 1 :]
    assert door.comes(address="203.0.113.5") == "ada"
    door.time += PER_ADDRESS.longest
    door.set_password("battery staple")
    assert door.comes(secret="battery staple") == "ada"


def test_guesses_are_forgotten_after_a_while(door: Door) -> None:
    while door.refuses(f"guess {door.hashed}") is None:
        pass
    door.time += FORGOTTEN_AFTER + 1
    for number in range(PER_ACCOUNT.free):
        assert door.refuses(f"later {number}") is None


def test_a_hash_of_yesterdays_parameters_is_renewed_at_login(house: House) -> None:
    old = argon2.using(type="ID", memory_cost=1024, rounds=1, parallelism=1).hash("short")
    with house.groupware.acting(house.admin):
        account = house.groupware.load(people.Account, house.account().id)
        account.set_login_password(old, b"digest")
        house.groupware.save(account)
    authenticator = Authenticator(house.groupware)
    for _ in range(2):
        assert authenticator.principal(basic("ada:short"), HOME).account.name == "ada"
    hash = house.account().login_hash
    assert hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify("short", hash)


def test_greenlets_run_on_while_a_password_is_hashed() -> None:
    program = """
from gevent import monkey; monkey.patch_all()
import gevent
from app.identity import passwords
ticks = []
def tick():
    while True:
        ticks.append(1)
        gevent.sleep(0)
clock = gevent.spawn(tick)
hash = passwords.hash_password("correct horse")
assert passwords.verify("correct horse", hash)
assert len(ticks) > 10, len(ticks)
clock.kill()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == 0


def test_what_was_judged_while_all_was_forgotten_is_judged_again(house: House) -> None:
    """The row it was judged by may have been wrong, and be another one now."""
    judged = []

    def login(account: object, secret: str) -> bool:
        judged.append(secret)
        auth.forget([HOUSE] if len(judged) == 1 else [])
        return True

    auth = Authenticator(house.groupware, login=login)
    for _ in range(3):
        auth.principal(basic(f"ada:{SECRET}"), HOME)
    assert len(judged) == 2
