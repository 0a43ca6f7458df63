"""Phones that wait for approval are let in and told nothing; approved, they go on by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.eas.reply import Empty, Failure
from adapters.eas.version import Version
from adapters.wbxml import E
from app.cli.device_shown import sentence
from app.devices import access, phones
from domain.access import ACCESS
from projections.standing import Standing, portrait
from tests.app.handset import (
    EVERY,
    Handset,
    changing,
    commanding,
    commands,
    fetching,
    first_name,
    id_of,
    only,
    responses,
    status_of,
    verbs,
)
from tests.app.house import PHONE, House, Waiting, texts
from tests.app.test_getitemestimate import counted
from tests.app.test_ping import asking
from tests.app.test_sync_wait import waiting


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house where new phones have to be approved, and Ada has a contact."""
    house = House(tmp_path)
    house.person()
    house.contact(first_name="Grace")
    access.choose_default(house.groupware, house.admin, "quarantine")
    yield house
    house.close()


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    """The same, and time passes."""
    house = House(tmp_path, hub=True)
    house.person()
    house.contact(first_name="Grace")
    access.choose_default(house.groupware, house.admin, "quarantine")
    yield house
    house.close()


def set_up(house: House, version: Version = Version.V16_1, **facts: Any) -> Handset:
    """A phone with its folders and a key for each; whatever it was told is nothing."""
    phone = Handset(house, version, **facts)
    phone.folder_sync("0")
    for folder in (phone.contacts, phone.calendar):
        assert phone.catch_up(folder) == []
    return phone


def approve(house: House, device: str = PHONE) -> None:
    phones.approve(house.groupware, house.admin, house.phone(device=device).id)


def standing(house: House) -> Standing:
    with house.groupware.reading() as connection:
        shown = portrait(connection, house.clock(), house.phone().id)
    assert shown is not None
    return shown.standing


@pytest.mark.parametrize("version", EVERY)
def test_a_new_phone_is_set_up_and_told_nothing_until_it_is_approved(
    house: House, version: Version
) -> None:
    phone = set_up(house, version)
    assert sentence(standing(house)) == "waits for approval"
    keys = dict(phone.keys)
    approve(house)
    assert [verb for verb, _ in verbs(phone.catch_up(phone.contacts))] == ["Add"]
    assert phone.keys[""] == keys[""], "nothing had to be set up anew"
    assert sentence(standing(house)) == "in step"


def test_folders_are_there_from_the_beginning(house: House) -> None:
    told = Handset(house).folder_sync("0")
    assert {"Calendar", "Contacts"} <= set(texts(told, "folderhierarchy:DisplayName"))


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize("command", ["Search", "MoveItems", "FolderCreate", "FolderDelete"])
def test_what_would_tell_or_take_more_is_denied(
    house: House, command: str, version: Version
) -> None:
    phone = set_up(house, version)
    assert phone.ask(command, None) == Failure(130)
    approve(house)
    assert phone.ask(command, None) != Failure(130)


def test_it_cannot_fetch_or_count_what_it_is_not_told(house: House) -> None:
    phone = set_up(house)
    assert counted(phone, phone.contacts) == 0
    id = phone.add(phone.contacts, first_name("Mine"))
    (fetched,) = responses(phone.told(phone.contacts, commanding(fetching(id))))
    assert status_of(fetched) == 8
    approve(house)
    assert counted(phone, phone.contacts) == 1


def test_a_ping_that_waits_ends_with_news_when_the_phone_is_approved(open_house: House) -> None:
    phone = set_up(open_house)
    request = Waiting(open_house, lambda: phone.answer("Ping", asking(phone.contacts)))
    open_house.contact(first_name="Bea")
    assert request.parked
    approve(open_house)
    told = request.answer()
    assert (status_of(told), texts(told, "ping:Folder")) == (2, [phone.contacts])
    assert len(phone.catch_up(phone.contacts)) == 2


def test_a_sync_that_waits_is_told_everything_when_the_phone_is_approved(
    open_house: House,
) -> None:
    phone = set_up(open_house)
    request = Waiting(open_house, lambda: phone.send(waiting(phone)))
    open_house.contact(first_name="Bea")
    assert request.parked
    approve(open_house)
    assert len(commands(only(request.answer()))) == 2


@pytest.mark.parametrize(("word", "answer"), [("block", Failure(129)), ("quarantine", None)])
def test_a_new_rule_reaches_who_waits(open_house: House, word: Any, answer: Failure | None) -> None:
    """Who is blocked is told so; who is put into quarantine waits on, and hears of nothing."""
    access.choose_default(open_house.groupware, open_house.admin, "allow")
    phone = set_up_welcome(open_house, PHONE)
    fitting: tuple[Any, str] = ("agent", "apple-iphone14*")
    request = Waiting(open_house, lambda: phone.ask("Ping", asking(phone.contacts)))
    access.put_rule(open_house.groupware, open_house.admin, *fitting, word)
    if answer:
        assert request.answer() == answer
        return
    open_house.contact(first_name="Bea")
    assert request.parked
    access.remove_rule(open_house.groupware, open_house.admin, *fitting)
    assert status_of(request.answer().root) == 2


def test_what_it_adds_and_edits_meanwhile_is_kept_once(house: House) -> None:
    phone = set_up(house)
    id = phone.add(phone.contacts, first_name("Ada"), client_id="a")
    phone.told(phone.contacts, commanding(changing(id, first_name("Ada Mae"))))
    assert phone.values(id)["first_name"] == "Ada Mae"
    approve(house)
    told = phone.catch_up(phone.contacts)
    assert id not in [name for _, name in verbs(told)]
    assert len(told) == 1


def test_an_edit_that_collides_is_settled_when_it_is_approved(house: House) -> None:
    phone = set_up(house)
    id = phone.add(phone.contacts, first_name("Ada"))
    house.revise(id_of(id), first_name="Augusta")
    told = phone.told(phone.contacts, commanding(changing(id, first_name("Mae"))))
    assert [status_of(each) for each in responses(told)] == [7]
    assert commands(told) == []
    approve(house)
    assert ("Change", id) in verbs(phone.catch_up(phone.contacts))


def test_phones_that_are_here_stay_when_newcomers_are_looked_at(house: House) -> None:
    access.choose_default(house.groupware, house.admin, "allow")
    old = set_up_welcome(house, "OLD")
    for word in ("quarantine", "block", "quarantine"):
        access.choose_default(house.groupware, house.admin, word)  # type: ignore[arg-type]
        house.contact(first_name=word)
        assert len(old.catch_up(old.contacts)) == 1
    set_up(house, device="NEW")
    assert house.phone(device="NEW").waits


def set_up_welcome(house: House, device: str) -> Handset:
    phone = Handset(house, device=device)
    phone.folder_sync("0")
    assert len(phone.catch_up(phone.contacts)) == 1
    return phone


def test_those_that_wait_come_in_when_everybody_may(house: House) -> None:
    phone = set_up(house)
    access.choose_default(house.groupware, house.admin, "allow")
    assert len(phone.catch_up(phone.contacts)) == 1
    access.choose_default(house.groupware, house.admin, "quarantine")
    assert not house.phone().waits


def test_a_phone_that_was_in_step_goes_on_where_it_was(house: House) -> None:
    """A rule puts it into quarantine; approved, it hears what it missed and nothing else."""
    access.choose_default(house.groupware, house.admin, "allow")
    phone = set_up_welcome(house, "OLD")
    access.put_rule(house.groupware, house.admin, "type", "iphone", "quarantine")
    house.contact(first_name="Bea")
    assert phone.catch_up(phone.contacts) == []
    approve(house, "OLD")
    assert [verb for verb, _ in verbs(phone.catch_up(phone.contacts))] == ["Add"]


@pytest.mark.parametrize(
    ("about", "pattern", "facts"),
    [
        ("type", "iphone", {}),
        ("model", "iPhone14*", {}),
        ("os", "iOS 2?", {}),
        ("agent", "*/2302.*", {}),
        ("os", "Android 6*", {"user_agent": "Android/6.0.1-EAS-2.0"}),
    ],
)
def test_a_rule_knows_a_phone_by_what_its_requests_tell(
    house: House, about: Any, pattern: str, facts: dict[str, Any]
) -> None:
    access.put_rule(house.groupware, house.admin, about, pattern, "block")
    phone = Handset(house, facts=facts)
    assert phone.ask("FolderSync", key_zero()) == Failure(129)
    rule = f"blocked by the rule for {about} {pattern}"
    assert sentence(standing(house)) == rule
    approve(house)
    assert status_of(phone.folder_sync("0")) == 1


def key_zero() -> Any:
    return E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))


def test_what_a_phone_tells_of_itself_counts_more_than_its_agent(house: House) -> None:
    access.put_rule(house.groupware, house.admin, "model", "Simulator", "block")
    phone = set_up(house)
    phones.describe(house.groupware, house.admin, house.phone().id, {"model": "Simulator"})
    assert phone.ask("FolderSync", key_zero()) == Failure(129)


def test_where_new_phones_are_blocked_it_is_in_the_list_all_the_same(house: House) -> None:
    access.choose_default(house.groupware, house.admin, "block")
    assert Handset(house).ask("FolderSync", key_zero()) == Failure(129)
    assert sentence(standing(house)) == "blocked by the rule for new phones"


def test_nothing_is_remembered_for_longer_than_the_rules_stand(house: House) -> None:
    phone = set_up(house)
    reply = phone.ask("Sync", phone.request(phone.about(phone.contacts)))
    assert isinstance(reply, Empty)
    assert {ACCESS, house.phone().id} <= reply.until
