"""Opening accounts, and what else is decided about people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import people
from app.erasure import erase_person
from app.identity import passwords
from app.identity.passwords import WeakPassword
from app.people import Unacceptable
from domain.folder import DEFAULTS, default_folder
from domain.refused import NameTaken, Unknown
from projections import items
from tests.app.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


def _open(house: House, **facts: Any) -> Any:
    facts = {"name": "ada", "mail": "ada@example.org", **facts}
    return people.open_account(house.groupware, house.admin, **facts)


def test_an_account_is_opened_but_not_enabled(house: House) -> None:
    id = _open(house, full_name=" Ada Example ", zone="Europe/Rome", administrator=True)
    row = house.account()
    assert (row.id, row.full_name, row.zone) == (id, "Ada Example", "Europe/Rome")
    assert (row.administrator, row.enabled, row.login_hash) == (True, False, "")


def test_without_a_full_name_somebody_is_called_by_the_name(house: House) -> None:
    _open(house)
    assert house.account().full_name == "ada"


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada "])
def test_a_name_is_given_once_in_any_case(house: House, name: str) -> None:
    _open(house)
    with pytest.raises(NameTaken):
        _open(house, name=name, mail="other@example.org")


def test_the_name_of_somebody_who_was_erased_is_nobodys_again(house: House) -> None:
    erase_person(house.groupware, house.admin, house.person("ada").id)
    with pytest.raises(NameTaken, match="erased"):
        house.person("Ada")


def test_an_address_is_given_once_in_any_case(house: House) -> None:
    _open(house)
    with pytest.raises(NameTaken):
        _open(house, name="bob", mail="Ada@Example.org")


@pytest.mark.parametrize(
    "facts",
    [
        *({"name": name} for name in ("", " ", "a" * 65, "a/b", "a\\b", "a:b", "a@b", "a\nb")),
        *({"name": name} for name in ("a\x7fb", "a\u2028b")),
        *({"mail": mail} for mail in ("", "ada", "@example.org", "ada@", "a b@example.org")),
        *({"mail": mail} for mail in ("ada@ex..org", "ada@@example.org", "Ada <a@example.org>")),
        {"mail": "a@b.c,d@e.f"},
        {"mail": "a" * 65 + "@example.org"},
        {"mail": "ada@" + "e" * 63 + (".e" * 100)},
        *({"zone": zone} for zone in ("", "Rome", "../etc/passwd", "W. Europe Standard Time")),
        {"full_name": "Ada\x00"},
    ],
    ids=repr,
)
def test_what_cannot_be_used_is_refused_in_words(house: House, facts: dict[str, str]) -> None:
    with pytest.raises(Unacceptable, match=r"\w+ \w+"):
        _open(house, **facts)
    assert house.log_length() == 0


@pytest.mark.parametrize("mail", ["ada@localhost", "a.b+c@sub.example.org", "ü@exämple.org"])
def test_unusual_addresses_are_addresses(house: House, mail: str) -> None:
    _open(house, mail=mail)
    assert house.account().mail == mail


def test_enabling_makes_the_default_folders_once(house: House) -> None:
    id = _open(house)
    for _ in range(2):
        people.enable(house.groupware, house.admin, id)
    with house.groupware.reading() as connection:
        made = [type for type in DEFAULTS if items.item(connection, default_folder(id, type))]
    assert made == list(DEFAULTS)
    length = house.log_length()
    people.enable(house.groupware, house.admin, id)
    assert house.log_length() == length


def test_disabling_keeps_everything_else(house: House) -> None:
    before = house.person()
    people.disable(house.groupware, house.admin, before.id)
    after = house.account()
    assert not after.enabled
    assert (after.name, after.mail, after.zone) == (before.name, before.mail, before.zone)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 257])
def test_a_password_is_neither_short_nor_endless(house: House, password: str) -> None:
    id = _open(house)
    with pytest.raises(WeakPassword, match="between 8 and 256"):
        people.set_password(house.groupware, house.admin, id, password)
    assert house.account().login_hash == ""


def test_a_password_is_kept_as_argon2id_only(house: House) -> None:
    id = _open(house)
    people.set_password(house.groupware, house.admin, id, "correct horse")
    hash = house.account().login_hash
    assert hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify("correct horse", hash)
    assert not passwords.verify("correct horsf", hash)
    assert not passwords.is_outdated(hash)


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert passwords.verify("Zoe\u0308 Mu\u0308ller", passwords.hash_password("Zoë Müller"))


def test_without_a_hash_no_password_is_right() -> None:
    assert not passwords.verify("", "")
    assert not passwords.verify("correct horse", "")
    assert not passwords.verify("x" * 1000, passwords.hash_password("x"))


def test_a_policy_must_exist_before_anybody_is_under_it(house: House) -> None:
    id = _open(house)
    with pytest.raises(Unknown):
        people.assign_policy(house.groupware, house.admin, id, "strict")
    people.write_policy(house.groupware, house.admin, "Strict", {"AllowCamera": "0"})
    people.assign_policy(house.groupware, house.admin, id, "sTRICT")
    assert house.account().policy == "Strict"
    people.assign_policy(house.groupware, house.admin, id, "")
    assert house.account().policy == ""


@pytest.mark.parametrize(
    "settings",
    [
        {"AllowCamera": "2"},
        {"AllowCamera": ""},
        {"AllowCamera": "0\n"},
        {"MinDevicePasswordLength": "17"},
        {"MaxDevicePasswordFailedAttempts": "3"},
        {"ApprovedApplicationList": ""},
        {"AllowNonProvisionableDevices": "no"},
        {"NoSuchThing": "1"},
    ],
    ids=repr,
)
def test_a_policy_never_holds_what_no_phone_could_read(
    house: House, settings: dict[str, str]
) -> None:
    with pytest.raises(Unacceptable, match=next(iter(settings))):
        people.write_policy(house.groupware, house.admin, "strict", settings)


def test_writing_the_same_policy_again_is_no_news(house: House) -> None:
    for _ in range(2):
        people.write_policy(house.groupware, house.admin, "strict", {"AllowCamera": "0"})
    assert house.log_length() == 1


def test_whoever_waits_for_an_account_is_woken_by_what_happens_to_it(house: House) -> None:
    id = house.person().id
    house.rung.clear()
    people.disable(house.groupware, house.admin, id)
    assert house.rung == [id]
