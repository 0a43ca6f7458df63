"""A name that is typed is a name to the directory, whatever is in it: at the doors, by a real
OpenLDAP server. What a name becomes in a filter: tests/system/test_directory.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.directory.person import DirectoryDown, Person
from app import people
from app.auth import Authenticator, Unauthorized
from app.identity.logins import Logins
from domain.refused import Refused
from tests.app.house import House
from tests.app.reader import Reader, pages
from tests.app.test_auth import basic
from tests.leaks import secret
from tests.system.slapd import Slapd, Somebody

pytestmark = pytest.mark.usefixtures("cheap_hashes")

ADA = Somebody("ada", "Ada Lovelace", "ada@example.org", secret("secret of ada"))
GRACE = Somebody("grace", "Grace Hopper", "grace@example.org", secret("secret of grace"))

NAMES = [
    *("*", "a*", "ad?", "*)(uid=*", "ada)(objectClass=*", "*))(|(uid=*", "ada)(|(uid=ada"),
    *("ada\x00", "\x00", "ada)(userPassword=*", "(&)", "(|)", ")", "(", "!(uid=x)"),
    *("\\61da", "\\2a", "\\", "ada\\", "ada#", "ada,ou=people", "uid=ada", "ada\u200bx"),
    *("ada\r\nx", " ada)(cn=*", "é*", "x" * 5000),
]
"""None of them is Ada's, however a directory reads it."""

GOOD = ["*", "a*", "(ada)", "*)(uid=*", "ada)(objectClass=*", "!(uid=x)", "ada,ou=people", "(&)"]
"""What an account may be called here all the same."""


@dataclass
class Asked:
    """The directory, and the names it was asked for."""

    directory: Any
    names: list[str] = field(default_factory=list)

    def verify(self, name: str, secret: str) -> Person | None:
        self.names.append(name)
        found: Person | None = self.directory.verify(name, secret)
        return found


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    slapd = Slapd(tmp_path_factory.mktemp("slapd"), [ADA, GRACE])
    slapd.start()
    yield slapd
    slapd.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ada and Grace are left to the directory, and so is everybody with a good strange name."""
    house = House(tmp_path_factory.mktemp("house"))
    for number, name in enumerate(("ada", "grace", *GOOD)):
        id = house.person(name, mail=f"person{number}@example.org").id
        people.leave_login_to_directory(house.groupware, house.admin, id)
    yield house
    house.close()


@pytest.fixture
def asked(slapd: Slapd) -> Asked:
    """A filter that looks for a name in two places, as administrators write it."""
    return Asked(slapd.directory(filter="(&(objectClass=person)(|(uid={name})(mail={name})))"))


def comes_in(house: House, asked: Asked, name: str, password: str) -> bool:
    """At the pages, and as a phone: both say the same."""
    house.clock.advance(hours=2)
    logins = Logins(house.groupware, asked.verify)
    reader = Reader(pages(house, login=logins))
    at_pages = reader.sign_in(name, password).status == 303
    try:
        Authenticator(house.groupware, login=logins).principal(
            basic(f"{name}:{password}"), "192.0.2.7"
        )
    except Unauthorized:
        assert not at_pages
        return False
    assert at_pages
    return True


def test_whoever_the_directory_knows_comes_in(house: House, asked: Asked) -> None:
    assert comes_in(house, asked, "ada", ADA.password)
    assert not comes_in(house, asked, "ada", GRACE.password)
    assert set(asked.names) == {"ada"}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_whoever_types_a_filter_is_nobody(house: House, asked: Asked, name: str) -> None:
    for password in (ADA.password, "*"):
        reader = Reader(pages(house, login=Logins(house.groupware, asked.verify)))
        house.clock.advance(hours=2)
        answer = reader.sign_in(name, password)
        assert answer.status in (400, 422)
        assert reader.get("/my").status == 303
    assert set(asked.names) <= {*GOOD, name.strip().casefold()} - {"ada", "grace"}


@pytest.mark.parametrize("name", GOOD)
def test_an_account_of_a_strange_name_is_not_everybody(
    house: House, asked: Asked, name: str
) -> None:
    """An administrator gave it that name; nobody's password in the directory is theirs."""
    for each in (ADA, GRACE):
        assert not comes_in(house, asked, name, each.password)
    assert set(asked.names) == {name}
    assert asked.directory.people(name) == []


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_who_is_looked_up_by_an_administrator_is_nobody_else(asked: Asked, name: str) -> None:
    try:
        assert asked.directory.people(name) == []
    except (DirectoryDown, Refused):
        pytest.fail("a name is no trouble")


@pytest.mark.parametrize("password", ["*", "\x00", "{SSHA}", "secret of ad*", " ", "\u200b"])
def test_a_password_is_never_more_than_a_password(
    house: House, asked: Asked, password: str
) -> None:
    reader = Reader(pages(house, login=Logins(house.groupware, asked.verify)))
    house.clock.advance(hours=2)
    assert reader.sign_in("ada", password).status in (400, 422)
    assert reader.get("/my").status == 303


def test_what_the_directory_tells_of_a_person_is_no_page(house: House, slapd: Slapd) -> None:
    """Who writes there is not who writes here."""
    evil = '<script>alert("1")</script>'
    slapd.change(GRACE, sn=evil, displayName=evil)
    directory = slapd.directory(full_name="displayName")
    reader = Reader(pages(house, login=Logins(house.groupware, directory.verify)))
    house.clock.advance(hours=2)
    assert reader.sign_in("grace", GRACE.password).status == 303
    page = reader.get("/my").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
