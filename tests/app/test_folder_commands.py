"""FolderSync, FolderCreate, FolderUpdate and FolderDelete (MS-ASCMD 2.2.1.3 to 2.2.1.6)."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.folder import CALENDAR, CONTACTS, INBOX
from tests.app.handset import EVERY, Handset, first_name, is_live, status_of, verbs
from tests.app.house import House, names, texts


def changes(told: Element) -> list[Element]:
    listed = told.find("folderhierarchy:Changes")
    assert listed is not None, told
    count, *each = listed
    assert int(count.value) == len(each)
    return each


def listed(told: Element) -> list[tuple[str, str]]:
    """Each change as its kind and the name of the folder, or its id if it is gone."""
    return [
        (
            each.name.partition(":")[2],
            each.text_of("folderhierarchy:DisplayName")
            or each.text_of("folderhierarchy:ServerId", ""),
        )
        for each in changes(told)
    ]


@pytest.fixture
def other(house: House, phone: Handset) -> Handset:
    """Another phone of the same person; both know the folders."""
    phone.folder_sync()
    other = Handset(house, device="OTHER")
    other.folder_sync()
    return other


# FolderSync


@pytest.mark.parametrize("version", EVERY)
def test_key_zero_lists_every_folder_once(house: House, version: Version) -> None:
    told = Handset(house, version).folder_sync()
    assert names(told) == ["Status", "SyncKey", "Changes"]
    assert {each.name for each in changes(told)} == {"folderhierarchy:Add"}
    assert all(
        names(each) == ["ServerId", "ParentId", "DisplayName", "Type"] for each in changes(told)
    )
    types = texts(told, "folderhierarchy:Type")
    assert [types.count(str(type)) for type in (CALENDAR, CONTACTS, INBOX)] == [1, 1, 1]
    assert set(texts(told, "folderhierarchy:ParentId")) == {"0"}


@pytest.mark.parametrize("version", EVERY)
def test_without_changes_the_count_is_nought_and_the_key_stays(
    house: House, version: Version
) -> None:
    phone = Handset(house, version)
    phone.folder_sync()
    key = phone.keys[""]
    assert changes(phone.folder_sync()) == []
    assert phone.keys[""] == key


def test_changes_come_in_the_order_of_the_document(phone: Handset, other: Handset) -> None:
    keep, old, away = (other.make_folder(name) for name in ("Keep", "Old", "Away"))
    phone.folder_sync()
    other.make_folder("New")
    other.folder_command("FolderUpdate", ServerId=old, ParentId="0", DisplayName="Renamed")
    other.folder_command("FolderDelete", ServerId=away)
    assert listed(phone.folder_sync()) == [("Update", "Renamed"), ("Delete", away), ("Add", "New")]
    assert keep


def test_a_parent_comes_before_its_children(house: House, phone: Handset) -> None:
    """Also where it became one only later."""
    phone.folder_sync()
    inner = phone.make_folder("Inner")
    outer = phone.make_folder("Outer")
    phone.folder_command("FolderUpdate", ServerId=inner, ParentId=outer, DisplayName="Inner")
    phone.folder_command("FolderUpdate", ServerId=outer, ParentId="0", DisplayName="Renamed")
    order = texts(phone.folder_sync("0"), "folderhierarchy:DisplayName")
    assert order.index("Renamed") < order.index("Inner")


def test_a_deletion_is_told_once(phone: Handset, other: Handset) -> None:
    club = other.make_folder("Club")
    phone.folder_sync()
    other.folder_command("FolderDelete", ServerId=club)
    assert listed(phone.folder_sync()) == [("Delete", club)]
    assert changes(phone.folder_sync()) == []


def test_a_folder_that_came_and_went_is_not_mentioned(phone: Handset, other: Handset) -> None:
    club = other.make_folder("Club")
    other.folder_command("FolderDelete", ServerId=club)
    assert changes(phone.folder_sync()) == []


@pytest.mark.parametrize("key", ["nonsense", "9", "{1}2"])
def test_a_key_that_means_nothing_is_status_9(phone: Handset, key: str) -> None:
    told = phone.folder_sync(key)
    assert (status_of(told), names(told)) == (9, ["Status"])


def test_a_lost_answer_is_given_again(house: House, phone: Handset, other: Handset) -> None:
    key = phone.keys[""]
    other.make_folder("Club")
    lost = phone.folder_sync(key)
    house.restart()
    assert phone.folder_sync(key) == lost


@pytest.mark.parametrize("command", ["FolderSync", "FolderCreate", "FolderUpdate", "FolderDelete"])
@pytest.mark.parametrize("version", EVERY)
def test_a_request_without_a_key_is_malformed(house: House, version: Version, command: str) -> None:
    told = Handset(house, version).answer(command, E(f"folderhierarchy:{command}"))
    assert (status_of(told), names(told)) == (10, ["Status"])


# FolderCreate


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize("type", [1, 12, 13, 14])
def test_a_folder_is_made_and_can_be_used(house: House, version: Version, type: int) -> None:
    phone = Handset(house, version)
    phone.folder_sync()
    told = phone.folder_command("FolderCreate", ParentId="0", DisplayName="Club", Type=type)
    assert names(told) == ["Status", "SyncKey", "ServerId"]
    id = told.text_of("folderhierarchy:ServerId", "")
    assert phone.begin(id)
    assert phone.catch_up(id) == []
    assert changes(phone.folder_sync()) == [], "its maker knows it"


def test_another_phone_hears_of_it(phone: Handset, other: Handset) -> None:
    phone.make_folder("Club")
    assert listed(other.folder_sync()) == [("Add", "Club")]


def test_a_repeated_create_gets_its_first_answer(house: House, phone: Handset) -> None:
    phone.folder_sync()
    key = phone.keys[""]
    said = {"ParentId": "0", "DisplayName": "Club", "Type": 14}
    first = phone.folder_command("FolderCreate", key, **said)
    house.restart()
    assert phone.folder_command("FolderCreate", key, **said) == first
    assert texts(phone.folder_sync("0"), "folderhierarchy:DisplayName").count("Club") == 1


def test_changes_of_others_stay_pending_for_the_new_key(phone: Handset, other: Handset) -> None:
    other.make_folder("Theirs")
    phone.make_folder("Mine")
    assert listed(phone.folder_sync()) == [("Add", "Theirs")]


REFUSED_CREATES = {
    "a name that is there": ({"DisplayName": "Calendar"}, 2),
    "a name that is there in other letters": ({"DisplayName": "calendar"}, 2),
    "a parent that is not there": ({"ParentId": "a" * 26}, 5),
    "a parent that is none": ({"ParentId": "nonsense"}, 5),
    "a default type": ({"Type": 8}, 10),
    "a type that is not served": ({"Type": 15}, 10),
    "a type that is none": ({"Type": "folder"}, 10),
    "no name": ({"DisplayName": ""}, 10),
    "a name that is too long": ({"DisplayName": "x" * 257}, 10),
}


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize(("said", "status"), REFUSED_CREATES.values(), ids=REFUSED_CREATES)
def test_what_cannot_be_made_leaves_the_key_as_it_was(
    house: House, version: Version, said: dict[str, object], status: int
) -> None:
    phone = Handset(house, version)
    phone.folder_sync()
    length = house.log_length()
    whole = {"ParentId": "0", "DisplayName": "Club", "Type": 14, **said}
    told = phone.folder_command("FolderCreate", **whole)
    assert (status_of(told), names(told)) == (status, ["Status"])
    assert house.log_length() == length
    assert changes(phone.folder_sync()) == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("FolderCreate", {"ParentId": "0", "DisplayName": "Club", "Type": 14}),
        ("FolderUpdate", {"ServerId": "a" * 26, "ParentId": "0", "DisplayName": "Club"}),
        ("FolderDelete", {"ServerId": "a" * 26}),
    ],
)
@pytest.mark.parametrize("key", ["0", "nonsense", "7"])
def test_a_command_needs_a_key_that_stands(
    phone: Handset, command: str, said: dict[str, object], key: str
) -> None:
    phone.folder_sync()
    assert status_of(phone.folder_command(command, key, **said)) == 9


# FolderUpdate


@pytest.mark.parametrize("version", EVERY)
def test_a_folder_is_renamed_and_moved(house: House, version: Version) -> None:
    phone, other = Handset(house, version), Handset(house, device="OTHER")
    phone.folder_sync()
    club, board = phone.make_folder("Club"), phone.make_folder("Board")
    other.folder_sync()
    told = phone.folder_command(
        "FolderUpdate", ServerId=board, ParentId=club, DisplayName="Committee"
    )
    assert (status_of(told), names(told)) == (1, ["Status", "SyncKey"])
    (update,) = changes(other.folder_sync())
    assert [child.value for child in update] == [board, club, "Committee", "14"]
    assert changes(phone.folder_sync()) == []


def test_a_folder_cannot_be_put_into_itself(phone: Handset) -> None:
    phone.folder_sync()
    club = phone.make_folder("Club")
    board = phone.make_folder("Board", parent=club)
    for parent in (club, board):
        said = {"ServerId": club, "ParentId": parent, "DisplayName": "Club"}
        assert status_of(phone.folder_command("FolderUpdate", **said)) == 5


def test_what_cannot_be_changed(house: House, phone: Handset) -> None:
    phone.folder_sync()
    house.person("bob")
    club = phone.make_folder("Club")
    phone.make_folder("Board")
    bob = Handset(house, name="bob")
    cases: list[tuple[str, str, str, int]] = [
        (club, "0", "Board", 2),
        (phone.calendar, "0", "Mine", 2),
        ("a" * 26, "0", "Mine", 4),
        ("nonsense", "0", "Mine", 4),
        (bob.contacts, "0", "Mine", 4),
        (club, "a" * 26, "Mine", 5),
        (club, bob.contacts, "Mine", 5),
        (club, "0", "", 10),
    ]
    for id, parent, name, status in cases:
        said = {"ServerId": id, "ParentId": parent, "DisplayName": name}
        assert status_of(phone.folder_command("FolderUpdate", **said)) == status, said


# FolderDelete


@pytest.mark.parametrize("version", EVERY)
def test_a_folder_goes_with_all_that_is_in_it(house: House, version: Version) -> None:
    phone, other = Handset(house, version), Handset(house, device="OTHER")
    phone.folder_sync()
    outer = phone.make_folder("Club")
    inner = phone.make_folder("Board", parent=outer)
    other.folder_sync()
    ids = []
    for folder in (outer, inner):
        phone.begin(folder)
        ids.append(phone.add(folder, first_name("Bea")))
    told = phone.folder_command("FolderDelete", ServerId=outer)
    assert (status_of(told), names(told)) == (1, ["Status", "SyncKey"])
    assert [is_live(house, id) for id in ids] == [False, False]
    assert {each for _, each in listed(other.folder_sync())} == {outer, inner}
    assert changes(phone.folder_sync()) == [], "whoever deletes a folder deletes what is below"
    assert status_of(phone.told(outer)) == 12


def test_a_repeated_deletion_succeeds_again(phone: Handset) -> None:
    phone.folder_sync()
    club = phone.make_folder("Club")
    key = phone.keys[""]
    first = phone.folder_command("FolderDelete", key, ServerId=club)
    assert phone.folder_command("FolderDelete", key, ServerId=club) == first


def test_what_cannot_be_deleted(house: House, phone: Handset) -> None:
    phone.folder_sync()
    house.person("bob")
    bob = Handset(house, name="bob")
    bob.folder_sync()
    theirs = bob.make_folder("Club")
    cases = [(phone.calendar, 3), (phone.inbox, 3), ("a" * 26, 4), ("nonsense", 4), (theirs, 4)]
    for id, status in cases:
        assert status_of(phone.folder_command("FolderDelete", ServerId=id)) == status
    assert verbs(phone.catch_up(phone.calendar)) == []
