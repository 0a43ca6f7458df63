"""A phone that names what is not its own learns no more than one that makes a name up, and one
that asks for too much is told so; nobody else notices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog

from adapters.eas.reply import Answer, Failure
from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E, Element
from app.auth import Principal, credentials
from app.commands import COMMANDS
from app.devices.admission import admit
from app.eas import ActiveSync
from app.routes import create_app
from projections import conflicts
from tests.app.handset import (
    Handset,
    adding,
    changing,
    commanding,
    deleting,
    fetching,
    first_name,
    is_live,
    only,
    responses,
    status_of,
)
from tests.app.house import House
from tests.app.shell import Shell

HIS = "BOBSPHONE"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.person("ada")
    house.person("bob", "Bob Example")
    yield house
    house.close()


def settled(house: House, name: str, device: str) -> Handset:
    """A phone that has synced its folders."""
    phone = Handset(house, name=name, device=device)
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    return phone


# What belongs to somebody else

Names = dict[str, str]
Ask = Callable[[Handset, Names], tuple[str, Element]]


def sync_of(*content: Callable[[Names], Element], folder: str = "own") -> Ask:
    def ask(phone: Handset, names: Names) -> tuple[str, Element]:
        chosen = phone.contacts if folder == "own" else names["folder"]
        key = phone.keys[phone.contacts] if folder == "own" else names["key"]
        said = [make(names) for make in content]
        about = phone.about(chosen, commanding(*said) if said else None, key=key)
        return "Sync", phone.request(about)

    return ask


def ping(phone: Handset, names: Names) -> tuple[str, Element]:
    folder = E("ping:Folder", E("ping:Id", names["folder"]), E("ping:Class", "Contacts"))
    return "Ping", E("ping:Ping", E("ping:HeartbeatInterval", 60), E("ping:Folders", folder))


def estimate(phone: Handset, names: Names) -> tuple[str, Element]:
    collection = E(
        "getitemestimate:Collection",
        E("airsync:SyncKey", names["key"]),
        E("getitemestimate:CollectionId", names["folder"]),
    )
    whole = E("getitemestimate:Collections", collection)
    return "GetItemEstimate", E("getitemestimate:GetItemEstimate", whole)


def move(phone: Handset, names: Names, source: str, target: str) -> tuple[str, Element]:
    moved = E(
        "move:Move",
        E("move:SrcMsgId", names["item"]),
        E("move:SrcFldId", source),
        E("move:DstFldId", target),
    )
    return "MoveItems", E("move:MoveItems", moved)


def operation(*content: Element) -> tuple[str, Element]:
    return "ItemOperations", E("itemoperations:ItemOperations", *content)


def fetch(phone: Handset, names: Names) -> tuple[str, Element]:
    named = E("airsync:CollectionId", names["folder"]), E("airsync:ServerId", names["item"])
    return operation(E("itemoperations:Fetch", E("itemoperations:Store", "Mailbox"), *named))


def fetch_file(phone: Handset, names: Names) -> tuple[str, Element]:
    named = E("airsyncbase:FileReference", names["item"])
    return operation(E("itemoperations:Fetch", E("itemoperations:Store", "Mailbox"), named))


def empty(phone: Handset, names: Names) -> tuple[str, Element]:
    folder = E("airsync:CollectionId", names["folder"])
    return operation(E("itemoperations:EmptyFolderContents", folder))


def folder_command(command: str, **more: str) -> Ask:
    def ask(phone: Handset, names: Names) -> tuple[str, Element]:
        said = {"SyncKey": phone.keys[""], "ServerId": names["folder"], **more}
        content = [E(f"folderhierarchy:{tag}", value) for tag, value in said.items()]
        return command, E(f"folderhierarchy:{command}", *content)

    return ask


def folder_sync(phone: Handset, names: Names) -> tuple[str, Element]:
    key = E("folderhierarchy:SyncKey", names["hierarchy key"])
    return "FolderSync", E("folderhierarchy:FolderSync", key)


ASKED: dict[str, Ask] = {
    "Sync of a folder": sync_of(folder="theirs"),
    "Sync with a key": lambda p, n: ("Sync", p.request(p.about(p.contacts, key=n["key"]))),
    "a change": sync_of(lambda names: changing(names["item"], first_name("Mallory"))),
    "a deletion": sync_of(lambda names: deleting(names["item"])),
    "a fetch": sync_of(lambda names: fetching(names["item"])),
    "Ping": ping,
    "GetItemEstimate": estimate,
    "a move out": lambda p, n: move(p, n, n["folder"], p.contacts),
    "a move out of the own": lambda p, n: move(p, n, p.contacts, p.calendar),
    "a fetch of an item": fetch,
    "a fetch of a file": fetch_file,
    "emptying a folder": empty,
    "FolderSync with a key": folder_sync,
    "renaming a folder": folder_command("FolderUpdate", ParentId="0", DisplayName="Mine"),
    "deleting a folder": folder_command("FolderDelete"),
}


def in_other_words(root: Element, names: Names) -> str:
    """What is told, whatever the things it names and the next keys are called."""
    text = re.sub(r"'\d+\.[0-9a-f]{16}'", "'a key'", repr(root))
    for word, name in names.items():
        text = text.replace(name, word)
    return text


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_1, Version.V16_1])
def test_what_belongs_to_somebody_else_is_as_if_it_were_not_there(
    house: House, version: Version, ask: Ask
) -> None:
    house.contact("ada", first_name="Grace")
    hers = settled(house, "ada", "ADASPHONE")
    mine = settled(house, "bob", HIS)
    mine.version = version
    item = hers.add(hers.contacts, first_name("Ada"), client_id="one")
    book = hers.contacts
    theirs = {
        "folder": book,
        "item": item,
        "key": hers.keys[book],
        "hierarchy key": hers.keys[""],
    }
    nothing = {
        "folder": server_id(uuid4()),
        "item": server_id(uuid4()),
        "key": "7.0123456789abcdef",
        "hierarchy key": "7.0123456789abcdef",
    }

    told = [in_other_words(mine.answer(*ask(mine, names)), names) for names in (theirs, nothing)]

    assert told[0] == told[1]
    assert "Ada" not in told[0]
    assert is_live(house, item)
    assert hers.values(item)["first_name"] == "Ada"
    assert hers.sync(book) is None, "nothing happened there"
    for name in ("ada", "bob"):
        with house.groupware.reading() as connection:
            assert conflicts.waiting(connection, house.account(name).id) == []


def test_the_key_of_another_phone_of_the_same_person_is_none(house: House) -> None:
    hers, second = settled(house, "ada", "ADASPHONE"), settled(house, "ada", "ADASTABLET")
    told = second.told(second.contacts, key=hers.keys[hers.contacts])
    assert status_of(told) == 3
    assert hers.sync(hers.contacts) is None, "hers is as good as before"


def test_the_name_of_another_persons_phone_is_just_a_name(house: House) -> None:
    hers = settled(house, "ada", "ADASPHONE")
    before = house.phone("ada", "ADASPHONE")
    his = settled(house, "bob", "ADASPHONE")
    assert status_of(his.told(his.contacts, key=hers.keys[hers.contacts])) == 3
    assert house.phone("ada", "ADASPHONE") == before
    assert house.phone("bob", "ADASPHONE").id != before.id
    assert hers.sync(hers.contacts) is None


def test_the_policy_key_of_another_phone_opens_nothing(house: House) -> None:
    house.under_policy("ada", DevicePasswordEnabled="1")
    keys = {device: provisioned(house, device) for device in ("ADASPHONE", "ADASTABLET")}
    asked = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
    for device, key in keys.items():
        others = next(k for d, k in keys.items() if d != device)
        assert house.ask("FolderSync", asked, key=others, device=device) == Failure(144)
        assert isinstance(house.ask("FolderSync", asked, key=key, device=device), Answer)


def provisioned(house: House, device: str) -> int:
    """The policy key of a phone after both phases."""
    key = 0
    for extra in ([], ["status"]):
        policy = E(
            "provision:Policy",
            E("provision:PolicyType", "MS-EAS-Provisioning-WBXML"),
            *([E("provision:PolicyKey", key), E("provision:Status", 1)] if extra else []),
        )
        body = E("provision:Provision", E("provision:Policies", policy))
        told = house.answer("Provision", body, device=device)
        (found,) = told.find("provision:Policies") or ()
        key = int(found.text_of("provision:PolicyKey", "0"))
    return key


# Too much at once


@pytest.mark.parametrize("version", list(Version))
def test_five_thousand_adds_at_once_are_refused_whole_and_leave_nothing(
    house: House, version: Version
) -> None:
    phone = settled(house, "bob", HIS)
    phone.version = version
    length = house.log_length()
    adds = [adding(first_name(f"n{n}"), client_id=f"c{n}") for n in range(5_000)]
    told = phone.answer("Sync", phone.request(phone.about(phone.contacts, commanding(*adds))))
    assert told.text_of("airsync:Status") == "4"
    assert house.log_length() == length

    kept = adds[:200]
    told = phone.told(phone.contacts, commanding(*kept))
    assert [status_of(each) for each in responses(told)] == [1] * 200, "as many as may come"


def test_a_collection_more_than_may_come_is_told_the_number(house: House) -> None:
    phone = settled(house, "bob", HIS)
    some = [phone.about(server_id(uuid4()), key="0") for _ in range(301)]
    told = phone.answer("Sync", phone.request(*some))
    assert [told.text_of(f"airsync:{name}") for name in ("Status", "Limit")] == ["15", "300"]


@pytest.mark.parametrize(("asked", "told"), [(1, 60), (59, 60), (3541, 3540), (999_999_999, 3540)])
def test_a_ping_below_the_minimum_is_told_the_minimum(house: House, asked: int, told: int) -> None:
    phone = settled(house, "bob", HIS)
    folder = E("ping:Folder", E("ping:Id", phone.contacts), E("ping:Class", "Contacts"))
    body = E("ping:Ping", E("ping:HeartbeatInterval", asked), E("ping:Folders", folder))
    answer = phone.answer("Ping", body)
    assert answer.text_of("ping:Status") == "5"
    assert answer.text_of("ping:HeartbeatInterval") == str(told)
    assert house.hub.waited == []


@pytest.mark.parametrize("length", [65, 100_000])
def test_a_folder_with_a_name_longer_than_any_is_no_folder_to_wait_for(
    house: House, length: int
) -> None:
    phone = settled(house, "bob", HIS)
    folder = E("ping:Folder", E("ping:Id", "x" * length))
    body = E("ping:Ping", E("ping:HeartbeatInterval", 60), E("ping:Folders", folder))
    assert phone.answer("Ping", body).text_of("ping:Status") == "4"


# The loops of phones that lost their mind


def test_key_zero_again_and_again_is_one_line_in_the_log(house: House) -> None:
    phone = settled(house, "bob", HIS)
    house.clock.advance(minutes=5)
    first = phone.begin(phone.contacts)
    length = house.log_length()
    assert {phone.begin(phone.contacts) for _ in range(50)} == {first}
    assert house.log_length() == length


def test_the_same_change_again_and_again_is_made_once(house: House) -> None:
    phone = settled(house, "bob", HIS)
    item = phone.add(phone.contacts, first_name("Ada"))
    said = phone.request(
        phone.about(phone.contacts, commanding(changing(item, first_name("Grace"))))
    )
    phone.answer("Sync", said)
    length = house.log_length()
    for _ in range(20):
        told = phone.answer("Sync", said)
        assert status_of(only(told)) == 1
    assert house.log_length() - length <= 20
    assert phone.values(item)["first_name"] == "Grace"


# What the journal has of it


def front(house: House) -> Shell:
    """The HTTP shell before this house; who asks is who the header says, whatever the secret."""

    def authenticate(header: str | None, address: str, device: str, agent: str) -> Principal:
        return Principal(house.account(credentials(header)[0]))

    facts = house.groupware, house.hub, house.settings, authenticate, admit, COMMANDS
    shell: Shell = object.__new__(Shell)
    shell.app = create_app(ActiveSync(*facts))
    return shell


def line_of(house: House, command: str, body: Element) -> dict[str, Any]:
    """What the journal has of this request of Bob's phone."""
    with structlog.testing.capture_logs() as lines:
        front(house).post(
            command,
            "16.1",
            body,
            f"Cmd={command}&DeviceId={HIS}&DeviceType=iPhone",
            Authorization="Basic Ym9iOng=",
        )
    (line,) = [line for line in lines if line["event"] == "served"]
    return dict(line)


SEEN = {name: ask for name, ask in ASKED.items() if name != "a deletion"}
"""What is not there any more is deleted: that is success, and nothing to be seen."""


@pytest.mark.parametrize("ask", SEEN.values(), ids=SEEN)
def test_whoever_names_what_is_not_there_is_seen_in_the_journal(house: House, ask: Ask) -> None:
    hers = settled(house, "ada", "ADASPHONE")
    mine = settled(house, "bob", HIS)
    item = hers.add(hers.contacts, first_name("Ada"))
    names = {
        "folder": hers.contacts,
        "item": item,
        "key": hers.keys[hers.contacts],
        "hierarchy key": hers.keys[""],
    }
    line = line_of(house, *ask(mine, names))
    told = (*line.get("collections", ()), *line.get("operations", ()))
    refused = {str(status) for _, status, *_ in told} - {"1"}
    assert line["device"] == server_id(house.phone("bob", HIS).id)
    assert "Ada" not in repr(line)
    seen = line.get("eas") or line.get("refused") or refused or line.get("moved") == 0
    assert seen, line
