"""A client that others wrote (pyactivesync, 16.1 over TLS) does with this server all it can."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from itertools import count

import pytest
from pyactivesync import Client, Contact, ContactChange, FolderType, SyncResult
from pyactivesync.client import _CONTACT_FIELD_TAGS as TAGS
from pyactivesync.exceptions import StatusError
from pyactivesync.models import BodyType, Folder, GalEntry, OofState

from domain.body import Body
from tests.system.phone import CALENDAR
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.truth import Truth

TLS = True
PEOPLE = ("grace",)
SETTINGS = {"HEARTBEAT_MINIMUM": "1", "LOG_LEVEL": "debug"}
NUMBERS = count()
DAY = "2026-04-05T00:00:00.000Z"

ADA = Contact(
    **{name: f"{name} of Ada" for name in TAGS if name not in ("birthday", "anniversary")}
    | {f"email{n}_address": f"ada{n}@example.org" for n in (1, 2, 3)},
    birthday=DAY,
    anniversary=DAY,
    categories=("friends", "science"),
)
"""Every field the client knows."""


ADDRESS_BOOK = FolderType(14)
"""The client has this number under another name (MS-ASCMD 2.2.3.186.3)."""

SUBJECT, REMINDER, START = "page4.0x26", "page4.0x24", "page4.0x27"
"""The client has no names for the Calendar class (MS-ASWBXML 2.1.2.1.5)."""


@pytest.fixture
def owner(server: Server) -> str:
    name = f"person{next(NUMBERS)}"
    server.admit(name)
    return name


Connect = Callable[..., Client]


@pytest.fixture
def connect(server: Server, owner: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Clients of `owner`, each a device of its own, trusting nobody but this server."""
    assert server.certificate is not None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate.chain))
    clients: list[Client] = []

    def connected() -> Client:
        device = f"{owner}x{len(clients)}"
        clients.append(Client(f"{HOST}:{server.port}", owner, PASSWORD, device_id=device))
        return clients[-1]

    yield connected
    for client in clients:
        client.close()


@contextmanager
def beside(server: Server, owner: str) -> Iterator[Truth]:
    """Somebody who edits at the server."""
    with server.groupware() as groupware:
        yield Truth(groupware, server.account(owner))


def folder(client: Client, type: FolderType) -> str:
    (found,) = (each.id for each in client.list_folders() if each.type == type)
    return found


def book_of(client: Client) -> str:
    return folder(client, FolderType.CONTACTS)


def begin(client: Client, id: str) -> str:
    """The key of a folder that has been synced to its end."""
    return sync(client, id, "0").sync_key


def sync(client: Client, id: str, key: str) -> SyncResult:
    """All there is, in one result."""
    whole = client.sync_folder(id, key)
    begun = key == "0"
    while whole.more_available or begun:
        more = client.sync_folder(id, whole.sync_key)
        begun = False
        whole = replace(
            more,
            added=whole.added + more.added,
            changed=whole.changed + more.changed,
            deleted=whole.deleted + more.deleted,
        )
    return whole


def shown(contact: Contact) -> dict[str, str]:
    """The fields as a Sync shows them, by their names on the wire."""
    said = asdict(contact)
    return {f"Contacts.{tag}": said[name] for name, tag in TAGS.items() if said[name]}


def test_it_is_provisioned_and_lists_the_folders_every_phone_looks_for(connect: Connect) -> None:
    client = connect()
    assert int(client.provision()) > 0
    types = [each.type for each in client.list_folders()]
    assert types.count(FolderType.CALENDAR) == types.count(FolderType.CONTACTS) == 1
    assert FolderType.INBOX in types


def test_it_makes_renames_and_removes_folders(connect: Connect) -> None:
    client, other = connect(), connect()
    made = client.create_folder("Club", type=ADDRESS_BOOK)
    assert listed(other)[made.id].name == "Club"
    client.update_folder(made.id, "Society")
    assert listed(other)[made.id].name == "Society"
    client.delete_folder(made.id)
    assert made.id not in listed(other)


def listed(client: Client) -> dict[str, Folder]:
    return {each.id: each for each in client.list_folders()}


def test_a_second_folder_of_the_same_name_is_refused(connect: Connect) -> None:
    client = connect()
    client.create_folder("Club", type=ADDRESS_BOOK)
    with pytest.raises(StatusError) as refused:
        client.create_folder("Club", type=ADDRESS_BOOK)
    assert refused.value.code == "2"


def test_every_field_of_a_contact_reaches_another_device(connect: Connect) -> None:
    giver, taker = connect(), connect()
    book = book_of(giver)
    key, before = begin(giver, book), begin(taker, book)
    made = giver.create_contact(book, key, ADA)
    told = sync(taker, book, before)
    (item,) = told.added
    assert item.server_id == made.server_id
    assert {name: item.fields.get(name) for name in shown(ADA)} == shown(ADA)
    assert item.fields["Contacts.Category"] in ADA.categories
    assert not sync(giver, book, made.sync_key).added


def test_a_changed_and_a_deleted_contact_reach_another_device(connect: Connect) -> None:
    giver, taker = connect(), connect()
    book = book_of(giver)
    key, theirs = begin(giver, book), begin(taker, book)
    made = giver.create_contact(book, key, ADA)
    theirs = sync(taker, book, theirs).sync_key
    assert made.server_id is not None
    married = replace(ADA, last_name="Lovelace")
    changed = giver.apply_contact_changes(
        book, made.sync_key, [ContactChange(made.server_id, married)]
    )
    assert changed.statuses == {made.server_id: "1"}
    told = sync(taker, book, theirs)
    (item,) = told.changed
    assert {name: item.fields.get(name) for name in shown(married)} == shown(married)
    gone = giver.apply_contact_changes(
        book, changed.sync_key, [ContactChange(made.server_id, delete=True)]
    )
    assert gone.statuses == {made.server_id: "1"}
    assert sync(taker, book, told.sync_key).deleted == [made.server_id]


def test_what_changes_beside_the_server_comes_page_by_page(
    server: Server, owner: str, connect: Connect
) -> None:
    client = connect()
    calendar = folder(client, FolderType.CALENDAR)
    key = begin(client, calendar)
    with beside(server, owner) as truth:
        for token in range(60):
            truth.add(CALENDAR, token)
    page = client.sync_folder(calendar, key)
    assert (len(page.added), page.more_available) == (25, True)
    rest = sync(client, calendar, page.sync_key)
    subjects = {item.fields[SUBJECT] for item in page.added + rest.added}
    assert subjects == {f"a{token}" for token in range(60)}


def test_an_appointment_is_shown_changed_and_removed(
    server: Server, owner: str, connect: Connect
) -> None:
    client = connect()
    calendar = folder(client, FolderType.CALENDAR)
    key = begin(client, calendar)
    with beside(server, owner) as truth:
        truth.add(CALENDAR, 7)
        ((id, item),) = truth.live(CALENDAR).items()
        told = sync(client, calendar, key)
        (seen,) = told.added
        assert seen.server_id == id
        assert seen.fields[SUBJECT] == item["a"]
        assert seen.fields[START] == item["birth"]
        assert seen.fields[REMINDER] == item["b"]
        truth.edit(CALENDAR, "a", "moved")
        told = sync(client, calendar, told.sync_key)
        assert [each.fields[SUBJECT] for each in told.changed] == ["moved"]
        truth.delete(CALENDAR)
    assert sync(client, calendar, told.sync_key).deleted == [id]


def test_a_ping_tells_of_a_change_at_once(server: Server, connect: Connect) -> None:
    giver, taker = connect(), connect()
    book, calendar = book_of(giver), folder(giver, FolderType.CALENDAR)
    key = begin(giver, book)
    begin(taker, book)
    begin(taker, calendar)
    device = taker._transport.device_id
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(taker.ping, [book, calendar], heartbeat=60, timeout=90)
        until(lambda: server.parked(device) == 1, "the Ping is not parked")
        began = time.monotonic()
        giver.create_contact(book, key, ADA)
        told = answer.result()
    assert (told.status, told.changed_folder_ids) == ("2", [book])
    assert time.monotonic() - began < 1


def test_a_ping_without_news_expires(connect: Connect) -> None:
    client = connect()
    book = book_of(client)
    begin(client, book)
    told = client.ping(book, heartbeat=1)
    assert (told.status, told.changed_folder_ids) == ("1", [])


def test_what_is_pending_is_estimated(server: Server, owner: str, connect: Connect) -> None:
    client = connect()
    calendar = folder(client, FolderType.CALENDAR)
    key = begin(client, calendar)
    assert client.get_item_estimate(calendar, key) == 0
    with beside(server, owner) as truth:
        for token in range(3):
            truth.add(CALENDAR, token)
    assert client.get_item_estimate(calendar, key) == 3


def test_a_contact_moves_to_another_folder(connect: Connect) -> None:
    client, other = connect(), connect()
    book, club = book_of(client), client.create_folder("Club", type=ADDRESS_BOOK).id
    key, club_key = begin(client, book), begin(client, club)
    made = client.create_contact(book, key, ADA)
    assert made.server_id is not None
    moved = client.move_item(made.server_id, book, club)
    assert moved == made.server_id
    assert sync(client, book, made.sync_key).deleted == [made.server_id]
    (there,) = sync(client, club, club_key).added
    assert there.server_id == moved
    assert {name: there.fields.get(name) for name in shown(ADA)} == shown(ADA)
    assert [each.server_id for each in sync(other, club, "0").added] == [moved]
    assert sync(other, book, "0").added == []


def test_people_are_found_in_the_directory(connect: Connect) -> None:
    client = connect()
    (found,) = client.search_gal("grace")
    assert (found.display_name, found.email_address) == ("Grace Example", "grace@example.org")
    (item,) = client.find_gal("grace").items
    assert item.fields["GAL.DisplayName"] == "Grace Example"
    assert item.fields["GAL.EmailAddress"] == "grace@example.org"
    (nobody,) = client.search_gal("nobody of that name")
    assert nobody == GalEntry(), "an empty Result says that nobody was found"


def test_a_reply_while_out_of_office_is_kept(connect: Connect) -> None:
    client, other = connect(), connect()
    assert client.get_oof().state is OofState.DISABLED
    client.set_oof(OofState.ENABLED, reply_message="At the sea.")
    kept = other.get_oof()
    assert kept.state is OofState.ENABLED
    assert {each.applies_to: each.reply_message for each in kept.messages} == dict.fromkeys(
        ("Internal", "ExternalKnown", "ExternalUnknown"), "At the sea."
    )
    client.set_oof(OofState.DISABLED)
    assert other.get_oof().state is OofState.DISABLED


def test_a_single_item_is_fetched_with_its_text(
    server: Server, owner: str, connect: Connect
) -> None:
    client = connect()
    calendar = folder(client, FolderType.CALENDAR)
    with beside(server, owner) as truth:
        id = truth.add(CALENDAR, 7, body=Body("Bring the old plates."))
    fetched = client.fetch_item(calendar, id, body_type=BodyType.PLAIN_TEXT)
    assert fetched.fields[SUBJECT] == "a7"
    assert [body.data for body in fetched.bodies] == ["Bring the old plates."]


def test_a_key_that_was_never_issued_is_refused(connect: Connect) -> None:
    client = connect()
    with pytest.raises(StatusError) as refused:
        client.sync_folder(book_of(client), "77")
    assert refused.value.code == "3"


def test_the_client_knows_no_more_fields_than_are_proved_here() -> None:
    assert {each.name for each in fields(Contact)} == {*TAGS, "categories"}
