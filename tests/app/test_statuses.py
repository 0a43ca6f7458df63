"""Every Status of the protocol is provoked here, or there is a reason why it is never sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from adapters.eas import contact
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import items as use
from app.commands import COMMANDS
from app.engine.conversation import Conversation
from tests.app import (
    statuses,
    test_find,
    test_itemoperations,
    test_provision,
    test_search,
    test_settings_command,
)
from tests.app.handset import (
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    daily,
    deleting,
    fetching,
    first_name,
    id_of,
    options,
)
from tests.app.house import House
from tests.app.test_getitemestimate import asking, estimate
from tests.app.test_itemoperations import conversation, emptying, file, item, operations
from tests.app.test_moveitems import move, moving
from tests.app.test_ping import ping

Provocation = Callable[[Handset, pytest.MonkeyPatch], Element | None]
Key = tuple[str, str, int]

SERVER = "trouble of the server is 503 with Retry-After in every version"
ELSEWHERE = "this is said of the item or of the collection, not here"
UNEXPECTED = "what fails unexpectedly is 6, so that the phone does not send it for ever"
NO_DOCUMENTS = "no document library is served, so no link is followed"
NO_RI = "there is no recipient information cache"

REASONS: dict[Key, str] = {
    ("Sync", "Sync", 1): "the Status of the whole is there only where the whole failed",
    ("Sync", "Sync", 2): "the version is read from the header; a wrong one is refused before",
    ("Sync", "Sync", 5): SERVER,
    ("Sync", "Sync", 16): SERVER,
    ("Sync", "Collection", 8): "a folder that is gone is 12: the phone is to ask for the folders",
    ("Sync", "Add", 4): ELSEWHERE,
    ("Sync", "Add", 5): UNEXPECTED,
    ("Sync", "Add", 7): "an Add of what is there already is joined",
    ("Sync", "Add", 8): "an Add names nothing that could be missing",
    ("Sync", "Add", 9): "nobody runs out of space alone; a full disk is 503",
    ("Sync", "Change", 4): ELSEWHERE,
    ("Sync", "Change", 5): UNEXPECTED,
    ("Sync", "Change", 9): "nobody runs out of space alone; a full disk is 503",
    ("Sync", "Delete", 1): "silence is success",
    ("Sync", "Delete", 4): ELSEWHERE,
    ("Sync", "Delete", 5): UNEXPECTED,
    ("Sync", "Delete", 7): "a deletion wins",
    ("Sync", "Delete", 8): "what is gone already need not be deleted: silence",
    ("Sync", "Delete", 9): "deleting needs no space that one item could lack",
    ("Sync", "Fetch", 4): ELSEWHERE,
    ("Sync", "Fetch", 5): "an item that cannot be shown is 6",
    ("Ping", "Ping", 8): SERVER,
    ("FolderSync", "FolderSync", 6): SERVER,
    ("FolderSync", "FolderSync", 11): SERVER,
    ("FolderSync", "FolderSync", 12): SERVER,
    ("FolderCreate", "FolderCreate", 3): NO_RI,
    ("FolderCreate", "FolderCreate", 6): SERVER,
    ("FolderCreate", "FolderCreate", 11): SERVER,
    ("FolderCreate", "FolderCreate", 12): SERVER,
    ("FolderUpdate", "FolderUpdate", 3): NO_RI,
    ("FolderUpdate", "FolderUpdate", 6): SERVER,
    ("FolderUpdate", "FolderUpdate", 11): SERVER,
    ("FolderDelete", "FolderDelete", 6): SERVER,
    ("FolderDelete", "FolderDelete", 11): SERVER,
    ("MoveItems", "Response", 7): "nothing stays locked: who comes second waits, or gets 503",
    ("ItemOperations", "ItemOperations", 3): SERVER,
    ("ItemOperations", "ItemOperations", 4): NO_DOCUMENTS,
    ("ItemOperations", "ItemOperations", 5): NO_DOCUMENTS,
    ("ItemOperations", "ItemOperations", 6): ELSEWHERE,
    ("ItemOperations", "ItemOperations", 7): NO_DOCUMENTS,
    ("ItemOperations", "ItemOperations", 12): SERVER,
    ("ItemOperations", "ItemOperations", 18): NO_DOCUMENTS,
    ("ItemOperations", "ItemOperations", 155): ELSEWHERE,
    ("ItemOperations", "ItemOperations", 156): ELSEWHERE,
    ("ItemOperations", "Fetch", 11): "what was taken in is not too large to be given back",
    ("ItemOperations", "Fetch", 16): "what is not one's own is not there: 6 or 15",
    ("ItemOperations", "Fetch", 17): "a fetch is whole or not at all",
    ("ItemOperations", "EmptyFolderContents", 2): "then the request as a whole is 2",
    ("ItemOperations", "EmptyFolderContents", 16): "what is not one's own is not there: 6",
    ("ItemOperations", "EmptyFolderContents", 17): "a folder is emptied in one transaction",
    ("ItemOperations", "Move", 1): "there are no conversations that could be moved",
    ("ItemOperations", "Move", 2): "then the request as a whole is 2",
    ("ItemOperations", "Move", 16): "what is not one's own is not there",
    ("ItemOperations", "Move", 17): "there are no conversations that could be moved in part",
}  # fmt: skip


def synced(phone: Handset, *edits: Element) -> Element:
    """The answer to commands on the contacts, keys and all in order."""
    if phone.contacts not in phone.keys:
        phone.begin(phone.contacts)
    return phone.told(phone.contacts, commanding(*edits))


def sent(phone: Handset, body: Element | None) -> Element:
    told = phone.send(body)
    assert told is not None
    return told


def failing(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    phone.begin(phone.contacts)
    patch.setattr(Conversation, "respond", _fail)
    return phone.told(phone.contacts, commanding(adding(first_name("Bea"))))


def _fail(*_: Any, **__: Any) -> Any:
    raise RuntimeError


def conflicting(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    phone.house.revise(id_of(id), first_name="Server")
    return synced(phone, changing(id, first_name("Phone")))


def with_files(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    phone.begin(phone.calendar)
    id = phone.add(phone.calendar, *an_event())
    return phone.told(phone.calendar, commanding(changing(id, _file())))


def _file() -> Element:
    return E(
        "airsyncbase:Attachments",
        E(
            "airsyncbase:Add",
            E("airsyncbase:ClientId", "f1"),
            E("airsyncbase:Content", b"Minutes"),
            E("airsyncbase:DisplayName", "minutes.txt"),
            E("airsyncbase:Method", 1),
        ),
    )


def partly(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    exception = E(
        "calendar:Exception",
        E("airsyncbase:InstanceId", "20260330T090000Z"),
        E("calendar:Subject", "Never"),
    )
    add = adding(*an_event(), daily(), E("calendar:Exceptions", exception))
    phone.begin(phone.calendar)
    return phone.told(phone.calendar, commanding(add))


def no_such_occurrence(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    phone.begin(phone.calendar)
    id = phone.add(phone.calendar, *an_event(), daily())
    return phone.told(phone.calendar, commanding(deleting(id, instance="20260330T090000Z")))


def fetched(phone: Handset, patch: pytest.MonkeyPatch, broken: bool = False) -> Element:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    if broken:
        patch.setattr(contact, "render", _fail)
    return synced(phone, fetching(id))


def crowded(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    phone.house.settings = replace(phone.house.settings, max_collections=1, max_folders=1)
    both = phone.about(phone.contacts, key="0"), phone.about(phone.calendar, key="0")
    return sent(phone, phone.request(*both))


def pinged(phone: Handset, *folders: str, interval: object = 600) -> Element:
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    phone.catch_up(phone.calendar)
    return ping(phone, *folders, interval=interval)


def news(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    pinged(phone)
    phone.house.contact(first_name="Bea")
    return ping(phone)


def too_many_pinged(phone: Handset, patch: pytest.MonkeyPatch) -> Element:
    phone.house.settings = replace(phone.house.settings, max_folders=1)
    return pinged(phone)


def removed(phone: Handset, id: str) -> Element:
    phone.folder_sync()
    return phone.folder_command("FolderDelete", ServerId=id)


def a_club(phone: Handset) -> str:
    phone.folder_sync()
    return phone.make_folder("Club")


def estimated(phone: Handset, folder: str, key: str | None = None) -> Element:
    phone.begin(phone.contacts)
    return estimate(phone, asking(phone, folder, key=key))


def moved(phone: Handset, source: str = "", to: str = "", fail: Any = None) -> Element:
    club = a_club(phone)
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    if fail:
        fail.setattr(use, "move", _fail)
    (response,) = move(phone, moving(id, source or phone.contacts, to or club))
    return E("move:MoveItems", response)


def fetched_item(phone: Handset, patch: pytest.MonkeyPatch, broken: bool = False) -> Element:
    phone.begin(phone.contacts)
    id = phone.add(phone.contacts, first_name("Bea"))
    if broken:
        patch.setattr(contact, "render", _fail)
    return operations(phone, item(phone.contacts, id))


def fetched_file(phone: Handset, content: bytes, *wishes: Element) -> Element:
    reference = test_itemoperations.attached(phone.house, phone, content)
    return operations(phone, file(reference, *wishes))


def key_zero(phone: Handset, *content: Element, folder: str = "") -> Element:
    return phone.told(folder or phone.contacts, *content, key="0")


PROVOCATIONS: dict[Key, Provocation] = {
    ("Sync", "Sync", 4): lambda p, _: sent(p, E("airsync:Sync")),
    ("Sync", "Sync", 12): lambda p, _: stale(p),
    ("Sync", "Sync", 13): lambda p, _: sent(p, None),
    ("Sync", "Sync", 14): lambda p, _: sent(p, p.request(Wait=60)),
    ("Sync", "Sync", 15): crowded,
    ("Sync", "Collection", 1): lambda p, _: key_zero(p),
    ("Sync", "Collection", 3): lambda p, _: p.told(p.contacts, key="wrong"),
    ("Sync", "Collection", 4): lambda p, _: key_zero(p, E("airsync:GetChanges", 1)),
    ("Sync", "Collection", 5): failing,
    ("Sync", "Collection", 12): lambda p, _: key_zero(p, folder="nowhere"),
    ("Sync", "Add", 1): lambda p, _: synced(p, adding(first_name("Bea"))),
    ("Sync", "Add", 6): lambda p, _: synced(p, adding()),
    ("Sync", "Add", 184): partly,
    ("Sync", "Change", 1): with_files,
    ("Sync", "Change", 6): partly,
    ("Sync", "Change", 7): conflicting,
    ("Sync", "Change", 8): lambda p, _: synced(p, changing("gone", first_name("Bea"))),
    ("Sync", "Delete", 6): no_such_occurrence,
    ("Sync", "Fetch", 1): fetched,
    ("Sync", "Fetch", 6): lambda p, patch: fetched(p, patch, broken=True),
    ("Sync", "Fetch", 8): lambda p, _: synced(p, fetching("gone")),
    ("Ping", "Ping", 1): lambda p, _: pinged(p),
    ("Ping", "Ping", 2): news,
    ("Ping", "Ping", 3): lambda p, _: p.answer("Ping", None),
    ("Ping", "Ping", 4): lambda p, _: ping(p, interval="long"),
    ("Ping", "Ping", 5): lambda p, _: pinged(p, interval=1),
    ("Ping", "Ping", 6): too_many_pinged,
    ("Ping", "Ping", 7): lambda p, _: pinged(p, "nowhere"),
    ("FolderSync", "FolderSync", 1): lambda p, _: p.folder_sync(),
    ("FolderSync", "FolderSync", 9): lambda p, _: p.folder_sync("wrong"),
    ("FolderSync", "FolderSync", 10): lambda p, _: keyless(p, "FolderSync"),
    ("FolderCreate", "FolderCreate", 1): lambda p, _: made(p, "Club"),
    ("FolderCreate", "FolderCreate", 2): lambda p, _: made(p, "Calendar"),
    ("FolderCreate", "FolderCreate", 5): lambda p, _: made(p, "Club", ParentId="nowhere"),
    ("FolderCreate", "FolderCreate", 9): lambda p, _: made(p, "Club", key="wrong"),
    ("FolderCreate", "FolderCreate", 10): lambda p, _: made(p, "Club", Type=8),
    ("FolderUpdate", "FolderUpdate", 1): lambda p, _: renamed(p, "New"),
    ("FolderUpdate", "FolderUpdate", 2): lambda p, _: renamed(p, "Calendar"),
    ("FolderUpdate", "FolderUpdate", 4): lambda p, _: renamed(p, "New", ServerId="nowhere"),
    ("FolderUpdate", "FolderUpdate", 5): lambda p, _: renamed(p, "New", ParentId="nowhere"),
    ("FolderUpdate", "FolderUpdate", 9): lambda p, _: renamed(p, "New", key="wrong"),
    ("FolderUpdate", "FolderUpdate", 10): lambda p, _: keyless(p, "FolderUpdate"),
    ("FolderDelete", "FolderDelete", 1): lambda p, _: p.folder_command(
        "FolderDelete", ServerId=a_club(p)
    ),
    ("FolderDelete", "FolderDelete", 3): lambda p, _: removed(p, p.calendar),
    ("FolderDelete", "FolderDelete", 4): lambda p, _: removed(p, "gone"),
    ("FolderDelete", "FolderDelete", 9): lambda p, _: p.folder_command(
        "FolderDelete", "wrong", ServerId="gone"
    ),
    ("FolderDelete", "FolderDelete", 10): lambda p, _: keyless(p, "FolderDelete"),
    ("GetItemEstimate", "Response", 1): lambda p, _: estimated(p, p.contacts),
    ("GetItemEstimate", "Response", 2): lambda p, _: estimated(p, "nowhere", key="1"),
    ("GetItemEstimate", "Response", 3): lambda p, _: estimated(p, p.contacts, key="0"),
    ("GetItemEstimate", "Response", 4): lambda p, _: estimated(p, p.contacts, key="wrong"),
    ("MoveItems", "Response", 1): lambda p, _: moved(p, source="nowhere"),
    ("MoveItems", "Response", 2): lambda p, _: moved(p, to="nowhere"),
    ("MoveItems", "Response", 3): lambda p, _: moved(p),
    ("MoveItems", "Response", 4): lambda p, _: moved(p, to=p.contacts),
    ("MoveItems", "Response", 5): lambda p, patch: moved(p, fail=patch),
    ("ItemOperations", "ItemOperations", 1): fetched_item,
    ("ItemOperations", "ItemOperations", 2): lambda p, _: operations(p),
    ("ItemOperations", "ItemOperations", 9): lambda p, _: operations(p, E("itemoperations:Fetch")),
    ("ItemOperations", "ItemOperations", 11): lambda p, _: operations(p, *[item("x", "y")] * 101),
    ("ItemOperations", "Fetch", 1): fetched_item,
    ("ItemOperations", "Fetch", 2): lambda p, _: operations(p, test_itemoperations.fetch()),
    ("ItemOperations", "Fetch", 6): lambda p, _: operations(p, item("x", "y")),
    ("ItemOperations", "Fetch", 8): lambda p, _: fetched_file(
        p, b"Minutes", E("itemoperations:Range", "7-9")
    ),
    ("ItemOperations", "Fetch", 10): lambda p, _: fetched_file(p, b""),
    ("ItemOperations", "Fetch", 14): lambda p, patch: fetched_item(p, patch, broken=True),
    ("ItemOperations", "Fetch", 15): lambda p, _: operations(p, file("gone")),
    ("ItemOperations", "EmptyFolderContents", 1): lambda p, _: operations(p, emptying(p.contacts)),
    ("ItemOperations", "EmptyFolderContents", 6): lambda p, _: operations(p, emptying("nowhere")),
    ("ItemOperations", "Move", 6): lambda p, _: operations(p, conversation(p.inbox)),
    ("ItemOperations", "Move", 155): lambda p, _: operations(
        p, conversation(p.inbox, always=False)
    ),
    ("ItemOperations", "Move", 156): lambda p, _: operations(p, conversation(p.contacts)),
}


def stale(phone: Handset) -> Element:
    """It would wait, but the folders are not what it thinks."""
    phone.folder_sync()
    phone.catch_up(phone.contacts)
    other = Handset(phone.house, device="OTHER")
    a_club(other)
    return sent(phone, phone.request(phone.about(phone.contacts), HeartbeatInterval=600))


def keyless(phone: Handset, command: str) -> Element:
    return phone.answer(command, E(f"folderhierarchy:{command}"))


def made(phone: Handset, name: str, key: str | None = None, **said: Any) -> Element:
    phone.folder_sync()
    whole = {"ParentId": "0", "DisplayName": name, "Type": 14, **said}
    return phone.folder_command("FolderCreate", key, **whole)


def renamed(phone: Handset, name: str, key: str | None = None, **said: Any) -> Element:
    whole = {"ServerId": a_club(phone), "ParentId": "0", "DisplayName": name, **said}
    return phone.folder_command("FolderUpdate", key, **whole)


SHARED_PROOFS = {
    101: "test_http.test_a_wrong_body_is_refused_by_its_name",
    102: "test_http.test_a_wrong_body_is_refused_by_its_name",
    103: "test_moveitems.test_a_request_that_is_none",
    108: "test_http.test_a_phone_must_say_which_it_is",
    109: "test_http.test_a_phone_must_say_which_it_is",
    126: "test_ping.test_whoever_is_disabled_is_told_at_once",
    129: "test_ping.test_a_block_is_told_at_once",
    130: "test_http.test_a_phone_that_only_tries_is_answered_and_leaves_no_trace",
    137: "test_http.test_a_command_not_served_here_is_137_or_501",
    138: "test_http.test_a_command_of_another_version_is_138_or_400",
    139: "test_provision.test_a_strict_policy_turns_away_who_keeps_it_in_part_or_not_at_all",
    140: "test_ping.test_a_wipe_is_told_at_once",
    142: "test_sync_wait.test_a_policy_that_comes_meanwhile_is_told_at_once",
    144: "test_http.test_what_admission_refuses_is_refused_in_the_words_of_the_version",
    145: "test_provision.test_a_policy_may_turn_away_phones_managed_by_others",
    177: "test_provision.test_there_is_a_limit_to_the_phones_of_one_person",
}
"""The tests that provoke what all commands share."""

SHARED_REASONS = {
    "a command says it in its own words": (104, 105, 106, 146, 147, 149, 155, 156, 184),
    SERVER: (110, 111, 112, 114, 132, 133, 134, 135, 136),
    "there is no mail": (
        *(107, 115, 116, 117, 118, 119, 120, 121, 122, 150, 151, 152, 153, 154),
        *(166, 167, 176, 178, 179, 183),
    ),
    "nobody has a quota": (113,),
    "who is not let in is 401, so that he may give his password": (123, 124, 125),
    "no such restriction can be set": (127, 128, 131),
    "142 is sent instead: Android takes it as a refusal for good": (141,),
    "a policy is not refreshed by time": (143,),
    "nothing is fetched from other servers": (148,),
    "it is said of a recipient only": (160, 161, 162, 163),
    "parts of bodies are of mail": (164,),
    "a phone that tells nothing about itself is let in all the same": (165,),
    "there is no rights management": (168, 169, 170, 171, 172),
    "it is said of a photo only": (173, 174, 175),
}

PROVED_ELSEWHERE = {
    "Search": test_search,
    "Find": test_find,
    "Settings": test_settings_command,
    "Provision": test_provision,
}
"""Commands whose own tests hold a table of what is sent (SENT) and what is not (NEVER_SENT)."""


@pytest.mark.parametrize("key", PROVOCATIONS, ids=lambda key: "-".join(map(str, key)))
def test_this_status_can_be_provoked(
    house: House, monkeypatch: pytest.MonkeyPatch, key: Key
) -> None:
    _, place, status = key
    told = PROVOCATIONS[key](Handset(house), monkeypatch)
    assert told is not None
    assert (place, status) in statuses.observed(told), told


def test_every_status_of_the_protocol_is_provoked_or_has_a_reason() -> None:
    for (command, place), (sent_, never) in statuses.PLACES.items():
        if command in PROVED_ELSEWHERE:
            continue
        for status in sent_:
            assert (command, place, status) in PROVOCATIONS
        for status in never:
            assert REASONS.get((command, place, status)), (command, place, status)
    listed = {(*place, s) for place, both in statuses.PLACES.items() for s in both[0] | both[1]}
    assert set(PROVOCATIONS) | set(REASONS) <= listed
    assert not set(PROVOCATIONS) & set(REASONS)


@pytest.mark.parametrize("command", PROVED_ELSEWHERE)
def test_the_tables_of_other_tests_say_the_same(command: str) -> None:
    module: Any = PROVED_ELSEWHERE[command]
    for place, status in module.SENT:
        both = statuses.PLACES.get((command, place), (frozenset(), frozenset()))
        assert status in both[0] | statuses.SHARED, (command, place, status)
    for place, status in module.NEVER_SENT:
        both = statuses.PLACES.get((command, place), (frozenset(), frozenset()))
        assert status in both[1] | statuses.SHARED_NEVER, (command, place, status)


def test_every_shared_status_is_proved_or_has_a_reason() -> None:
    assert SHARED_PROOFS.keys() == statuses.SHARED
    reasons = [status for group in SHARED_REASONS.values() for status in group]
    assert len(reasons) == len(set(reasons))
    assert set(reasons) == statuses.SHARED_NEVER


@pytest.mark.parametrize("proof", sorted(set(SHARED_PROOFS.values())))
def test_what_proves_a_shared_status_is_there(proof: str) -> None:
    module, name = proof.split(".")
    assert callable(getattr(import_module(f"tests.app.{module}"), name))


def test_every_command_of_this_server_is_in_the_list() -> None:
    assert COMMANDS.keys() <= {command for command, _ in statuses.PLACES}


def test_a_status_that_is_not_listed_is_noticed() -> None:
    """The net under all tests: House.ask holds every reply against the list."""
    with pytest.raises(AssertionError, match="not listed"):
        statuses.expect("Ping", E("ping:Ping", E("ping:Status", 8)))
    with pytest.raises(AssertionError, match="not listed"):
        statuses.expect_common(110)


@pytest.mark.parametrize("version", [Version.V2_5, Version.V12_1])
def test_older_phones_get_the_same_statuses_of_a_collection(house: House, version: Version) -> None:
    phone = Handset(house, version)
    assert statuses.observed(phone.told(phone.contacts, key="wrong")) == [("Collection", 3)]
    assert statuses.observed(phone.told(phone.inbox, options(0), key="0")) == [("Collection", 1)]
