"""Who knows a login password: this house, or the directory; and what if that does not answer."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from adapters.directory.person import DirectoryDown, Person
from app import people
from app.auth import VERIFIED_FOR, WHILE_DOWN, Authenticator, NotEnabled, Unauthorized
from app.errors import answer
from app.http import Http
from app.identity.credentials import set_activesync_password
from app.identity.guesses import PER_ACCOUNT
from app.identity.judging import digest_of
from app.identity.logins import Logins, logins
from app.identity.proof import Proof, Prover, WrongPassword
from app.settings import Settings
from domain.credentials import RETIRED_KEPT
from projections import attempts
from tests.app.house import House
from tests.app.reader import Reader, pages

HOME = "192.0.2.7"
SECRET = "secret of the directory"
OWN = "set before in this house"


class Fake:
    """A directory of one person, that counts how often it is asked, and may be down."""

    def __init__(self, name: str, secret: str, person: Person) -> None:
        self.name, self.secret, self.person = name, secret, person
        self.down, self.asked = False, 0

    def verify(self, name: str, secret: str) -> Person | None:
        self.asked += 1
        if self.down:
            raise DirectoryDown("ldaps://ldap.example.org: it cannot be reached")
        return self.person if (name, secret) == (self.name, self.secret) else None


class Door:
    """Ada is left to the directory, Bob is not."""

    def __init__(self, house: House) -> None:
        self.house = house
        ada = house.person("ada")
        bob = house.person("bob")
        for id in (ada.id, bob.id):
            people.set_password(house.groupware, house.admin, id, OWN)
        people.leave_login_to_directory(house.groupware, house.admin, ada.id)
        known = Person("uid=ada,dc=example,dc=org", ada.full_name, ada.mail)
        self.directory = Fake("ada", SECRET, known)
        self.enter()

    def enter(self) -> None:
        """As after a start of the server: nothing is remembered."""
        self.logins = Logins(self.house.groupware, self.directory.verify)
        self.listeners: list[Callable[..., None]] = []
        self.auth = Authenticator(
            self.house.groupware,
            self.listeners.append,
            lambda: self.house.clock().timestamp(),
            self.logins,
        )

    def comes(self, user: str = "ada", secret: str = SECRET) -> str:
        header = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
        return self.auth.principal(header, HOME).account.name

    def refuses(self, user: str = "ada", secret: str = SECRET) -> int | None:
        with pytest.raises(Unauthorized) as refused:
            self.comes(user, secret)
        return refused.value.retry_after

    def puts_off(self, user: str = "ada", secret: str = SECRET) -> DirectoryDown:
        with pytest.raises(DirectoryDown) as trouble:
            self.comes(user, secret)
        return trouble.value

    def rings(self, topics: list[UUID]) -> None:
        self.listeners[0](topics)

    def tells(self, **facts: str) -> None:
        """The directory has other facts about Ada."""
        self.directory.person = Person("uid=ada", facts.get("name", ""), facts.get("mail", ""))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    house = House(tmp_path)
    yield Door(house)
    house.close()


def test_whoever_is_left_to_the_directory_comes_by_its_password_only(door: Door) -> None:
    assert door.comes() == "ada"
    assert door.refuses(secret=OWN) is None
    assert door.refuses(secret="neither") is None


def test_whoever_is_not_comes_by_the_password_set_here_and_nobody_else_is_asked(
    door: Door,
) -> None:
    assert door.comes("bob", OWN) == "bob"
    assert door.refuses("bob", SECRET) is None
    assert door.refuses("nobody", SECRET) is None
    assert door.directory.asked == 0


@pytest.mark.parametrize("user", ["ADA", "CORP\\ada", "ada@example.org"])
def test_the_directory_is_asked_for_the_account_however_its_name_is_written(
    door: Door, user: str
) -> None:
    assert door.comes(user) == "ada"


def test_the_directory_is_asked_once_for_minutes(door: Door) -> None:
    for _ in range(3):
        door.comes()
        door.refuses(secret="wrong")
    assert door.directory.asked == 2
    door.house.clock.advance(seconds=VERIFIED_FOR + 1)
    door.comes()
    assert door.directory.asked == 3


def test_a_password_changed_in_the_directory_counts_within_minutes(door: Door) -> None:
    door.comes()
    door.directory.secret = "another secret"
    assert door.comes(secret="another secret") == "ada"
    door.house.clock.advance(seconds=VERIFIED_FOR + 1)
    assert door.refuses() is None


def test_a_phone_that_goes_on_with_the_old_password_is_told_of_and_guesses_nothing(
    door: Door,
) -> None:
    ada = door.house.account("ada").id
    old = [f"secret of month {n}" for n in range(PER_ACCOUNT.free + 5)]
    for secret in old:
        door.directory.secret = secret
        door.comes(secret=secret)
    door.house.clock.advance(seconds=VERIFIED_FOR + 1)
    with capture_logs() as lines:
        for secret in old[:-1]:
            assert door.refuses(secret=secret) is None
    assert "refused" not in [line["event"] for line in lines]
    with door.house.groupware.reading() as connection:
        (told,) = attempts.useless(connection, ada)
    assert told.why == attempts.OUTDATED
    assert door.comes(secret=old[-1]) == "ada"


def test_only_so_many_old_passwords_are_known(door: Door) -> None:
    ada = door.house.account("ada").id
    for n in range(RETIRED_KEPT + 5):
        door.directory.secret = f"secret {n}"
        assert door.logins(door.house.account("ada"), f"secret {n}")
        door.house.clock.advance(days=1)
    with door.house.groupware.reading() as connection:
        known = [
            attempts.was_right(connection, ada, digest_of(door.house.groupware, ada, f"secret {n}"))
            for n in range(RETIRED_KEPT + 5)
        ]
    assert known == [False] * 5 + [True] * RETIRED_KEPT


def test_coming_back_from_the_directory_and_going_there_counts_at_once(door: Door) -> None:
    ada = door.house.account("ada").id
    door.comes()
    people.take_login_from_directory(door.house.groupware, door.house.admin, ada)
    assert door.refuses() is None
    assert door.comes(secret=OWN) == "ada"
    people.leave_login_to_directory(door.house.groupware, door.house.admin, ada)
    assert door.refuses(secret=OWN) is None
    assert door.comes() == "ada"


def test_an_entry_in_the_directory_is_no_permission(door: Door) -> None:
    ada = door.house.account("ada").id
    people.disable(door.house.groupware, door.house.admin, ada)
    with pytest.raises(NotEnabled):
        door.comes()


def test_who_comes_by_an_activesync_password_needs_no_directory(door: Door) -> None:
    ada, secret = door.house.account("ada").id, "a password for phones"
    prover = Prover(door.house.groupware, door.logins)
    set_activesync_password(prover, door.house.admin, ada, Proof(SECRET), secret)
    door.directory.asked = 0
    door.directory.down = True
    assert door.comes(secret=secret) == "ada"
    assert door.directory.asked == 0


# While it is down


def test_while_the_directory_is_down_nobody_is_refused_and_nothing_counts_as_a_guess(
    door: Door,
) -> None:
    door.directory.down = True
    for n in range(PER_ACCOUNT.free + 5):
        door.puts_off(secret=f"wrong {n}")
    door.puts_off()
    door.directory.down = False
    assert door.comes() == "ada"


def test_what_is_said_while_it_is_down_is_later_with_a_reason() -> None:
    fields: dict[str, Any] = {}
    told = answer(DirectoryDown("ldaps://ldap.example.org: it cannot be reached"), fields)
    assert isinstance(told, Http)
    assert (told.status, told.headers["Retry-After"]) == (503, "60")
    assert fields["why"] == "ldaps://ldap.example.org: it cannot be reached"
    assert told.headers["X-Taccuino-Incident"] == fields["incident"]


def test_whoever_the_directory_knew_goes_on_while_it_is_down_for_a_working_day(
    door: Door,
) -> None:
    door.comes()
    door.refuses(secret="wrong")
    door.directory.down = True
    for hours in range(8):
        assert door.comes() == "ada", hours
        door.house.clock.advance(hours=1)
    door.puts_off(secret="wrong")
    door.house.clock.advance(seconds=VERIFIED_FOR + WHILE_DOWN - 8 * 3600 + 1)
    door.puts_off()


def test_what_happens_to_their_account_meanwhile_keeps_nobody_out(door: Door) -> None:
    ada = door.house.account("ada").id
    door.comes()
    asked = door.directory.asked
    people.choose_zone(door.house.groupware, door.house.admin, ada, "Europe/Rome")
    door.rings([ada])
    door.comes()
    assert door.directory.asked == asked + 1
    door.directory.down = True
    door.rings([ada])
    assert door.comes() == "ada"
    people.set_password(door.house.groupware, door.house.admin, ada, "another secret")
    door.puts_off()


def test_it_is_asked_again_each_time_while_it_is_down(door: Door) -> None:
    door.comes()
    door.directory.down = True
    door.house.clock.advance(seconds=VERIFIED_FOR + 1)
    assert door.comes() == "ada"
    door.directory.down, door.directory.secret = False, "another secret"
    assert door.refuses() is None
    door.directory.down = True
    assert door.refuses() is None


def test_whoever_is_disabled_while_it_is_down_is_out_at_once(door: Door) -> None:
    door.comes()
    door.directory.down = True
    ada = door.house.account("ada").id
    people.disable(door.house.groupware, door.house.admin, ada)
    door.house.clock.advance(seconds=VERIFIED_FOR + 1)
    assert isinstance(door.puts_off(), DirectoryDown)


def test_after_a_start_nobody_is_known_until_it_is_back(door: Door) -> None:
    door.comes()
    door.directory.down = True
    door.enter()
    door.puts_off()
    assert door.comes("bob", OWN) == "bob"


def test_without_a_directory_whoever_is_left_to_it_is_put_off(door: Door) -> None:
    none = logins(Settings(), door.house.groupware)
    with pytest.raises(DirectoryDown, match="ldap_servers"):
        none(door.house.account("ada"), SECRET)
    assert none(door.house.account("bob"), OWN)


# What it tells


def test_name_and_address_are_those_of_the_directory_after_a_login(door: Door) -> None:
    door.tells(name="Ada King", mail="ada.king@example.org")
    door.comes()
    ada = door.house.account("ada")
    assert (ada.full_name, ada.mail) == ("Ada King", "ada.king@example.org")
    assert door.comes("ada.king@example.org") == "ada"


def test_what_is_the_same_or_not_told_is_no_event(door: Door) -> None:
    before = door.house.log_length()
    door.comes()
    door.tells()
    door.enter()
    door.comes()
    assert door.house.log_length() == before


def test_a_wrong_password_changes_nothing(door: Door) -> None:
    door.tells(name="Ada King", mail="ada.king@example.org")
    before = door.house.log_length()
    door.refuses(secret="wrong")
    assert door.house.log_length() == before


@pytest.mark.parametrize("mail", ["bob@example.org", "no address", "a\nb@example.org"])
def test_what_cannot_be_taken_over_keeps_nobody_out_and_is_told_without_names(
    door: Door, mail: str
) -> None:
    door.tells(name="Ada King", mail=mail)
    with capture_logs() as lines:
        assert door.comes() == "ada"
    ada = door.house.account("ada")
    assert (ada.full_name, ada.mail) == ("Ada King", "ada@example.org")
    (line,) = (line for line in lines if line["event"] == "not taken over")
    assert line["account"] == str(ada.id)[:8]
    assert "example.org" not in str(line)


# At the pages and the command line


def test_who_signs_in_elsewhere_is_judged_in_the_same_way(door: Door) -> None:
    prover = Prover(door.house.groupware, door.logins)
    assert prover.sign_in("ada", SECRET, HOME).name == "ada"
    with pytest.raises(WrongPassword):
        prover.sign_in("ada", OWN, HOME)
    door.directory.down = True
    with pytest.raises(DirectoryDown):
        prover.sign_in("ada", SECRET, HOME)


def test_at_the_pages_nobody_is_told_that_their_password_is_wrong(door: Door) -> None:
    reader = Reader(pages(door.house), headers={"Accept-Language": "en"})
    answer = reader.sign_in("ada", SECRET)
    assert (answer.status, answer["Retry-After"]) == (503, "60")
    assert "the directory that knows your password" in answer.text.lower()
    assert reader.sign_in("bob", OWN).status == 303
