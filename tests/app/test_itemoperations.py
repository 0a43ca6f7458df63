"""ItemOperations: whole items, files, emptied folders (MS-ASCMD 2.2.1.10)."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from adapters.eas import calendar, contact
from adapters.eas.reply import Multipart
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.calendar import Attachment
from tests.app.handset import (
    SINCE_14,
    SINCE_16,
    Handset,
    adding,
    an_event,
    body_preference,
    changing,
    commanding,
    daily,
    first_name,
    id_of,
    is_live,
    last_name,
    responses,
    status_of,
    verbs,
)
from tests.app.house import House, names, texts

SINCE_12 = [v for v in Version if v >= Version.V12_0]
HTML = Body("<p>Hello</p>", html=True)


def operations(phone: Handset, *each: Element, **facts: Any) -> Element:
    return phone.answer("ItemOperations", E("itemoperations:ItemOperations", *each), **facts)


def results(root: Element) -> list[Element]:
    assert status_of(root) == 1
    return list(root.find("itemoperations:Response") or ())


def fetch(*content: Element | None, store: str = "Mailbox") -> Element:
    return E("itemoperations:Fetch", E("itemoperations:Store", store), *content)


def item(folder: str, id: str, *options: Element) -> Element:
    wishes = E("itemoperations:Options", *options) if options else None
    return fetch(E("airsync:CollectionId", folder), E("airsync:ServerId", id), wishes)


def file(reference: str, *options: Element) -> Element:
    wishes = E("itemoperations:Options", *options) if options else None
    return fetch(E("airsyncbase:FileReference", reference), wishes)


def properties(fetched: Element) -> Element:
    found = fetched.find("itemoperations:Properties")
    assert found is not None, fetched
    return found


@pytest.fixture
def note(house: House, phone: Handset) -> str:
    """A contact with a formatted note."""
    house.contact(first_name="Bea", last_name="Bruni", body=HTML)
    ((_, id),) = verbs(phone.catch_up(phone.contacts))
    return id


@pytest.mark.parametrize("version", SINCE_12)
def test_an_item_is_fetched_whole(house: House, version: Version, note: str) -> None:
    phone = Handset(house, version)
    (told,) = results(operations(phone, item(phone.contacts, note)))
    assert names(told) == ["Status", "CollectionId", "ServerId", "Class", "Properties"]
    assert [child.value for child in told][:4] == ["1", phone.contacts, note, "Contacts"]
    assert texts(told, "contacts:FirstName") == ["Bea"]
    assert texts(told, "airsyncbase:Type") == ["1"]


@pytest.mark.parametrize(("type", "text"), [(1, "Hello"), (2, "<p>Hello</p>")])
def test_the_body_comes_as_it_is_wished_for(
    phone: Handset, note: str, type: int, text: str
) -> None:
    (told,) = results(operations(phone, item(phone.contacts, note, body_preference(type))))
    assert texts(told, "airsyncbase:Type") == [str(type)]
    assert texts(told, "airsyncbase:Data")[0].strip() == text


def test_wishes_of_a_fetch_are_not_kept_for_the_next_sync(
    house: House, phone: Handset, note: str
) -> None:
    operations(phone, item(phone.contacts, note, body_preference(2)))
    house.revise(id_of(note), first_name="Bice")
    (told,) = phone.catch_up(phone.contacts)
    assert texts(told, "airsyncbase:Type") == ["1"]


def test_several_fetches_are_answered_in_their_order(phone: Handset, note: str) -> None:
    told = results(
        operations(
            phone,
            item(phone.contacts, "nothing"),
            item(phone.contacts, note, body_preference(2)),
            item(phone.contacts, note),
        )
    )
    assert [status_of(each) for each in told] == [6, 1, 1]
    assert [texts(each, "airsyncbase:Type") for each in told] == [[], ["2"], ["1"]]


def test_a_schema_names_the_properties_that_are_wanted(phone: Handset, note: str) -> None:
    schema = E("itemoperations:Schema", E("contacts:LastName"), E("airsyncbase:Body"))
    (told,) = results(operations(phone, item(phone.contacts, note, schema)))
    assert names(properties(told)) == ["LastName", "Body"]


def test_what_is_not_there_is_status_6(house: House, phone: Handset, note: str) -> None:
    house.person("bob")
    bob = Handset(house, name="bob", device="BOB")
    bob.begin(bob.contacts)
    theirs = bob.add(bob.contacts, first_name("Carl"))
    gone = phone.add(phone.contacts, first_name("Gone"))
    house.remove(id_of(gone))
    fetches = [
        item(phone.contacts, "nonsense"),
        item(phone.contacts, "a" * 26),
        item(phone.contacts, gone),
        item("nowhere", note),
        item(phone.calendar, note),
        item(phone.contacts, theirs),
        item(bob.contacts, theirs),
        fetch(E("search:LongId", "RgAAAA")),
        fetch(E("documentlibrary:LinkId", "//server/file"), store="DocumentLibrary"),
    ]
    told = results(operations(phone, *fetches))
    assert [status_of(each) for each in told] == [6] * len(fetches)
    assert texts(told[-2], "search:LongId") == ["RgAAAA"]
    assert texts(told[-1], "documentlibrary:LinkId") == ["//server/file"]


WRONG_FETCHES = {
    "nothing is named": fetch(),
    "a folder alone": fetch(E("airsync:CollectionId", "x")),
    "two names at once": fetch(E("search:LongId", "x"), E("airsyncbase:FileReference", "y")),
    "two files at once": fetch(
        E("airsyncbase:FileReference", "x"), E("airsyncbase:FileReference", "y")
    ),
    "a wish that is none": item("x", "y", E("itemoperations:DeleteSubFolders")),
    "a body wish twice": item("x", "y", body_preference(1), body_preference(1)),
    "a file with a body wish": file("x", body_preference(1)),
}


@pytest.mark.parametrize("wrong", WRONG_FETCHES.values(), ids=WRONG_FETCHES)
def test_a_fetch_that_is_none_is_status_2_and_the_others_are_served(
    phone: Handset, note: str, wrong: Element
) -> None:
    told = results(operations(phone, wrong, item(phone.contacts, note)))
    assert [status_of(each) for each in told] == [2, 1]


WRONG = {
    "nothing": E("itemoperations:ItemOperations"),
    "nothing known": E("itemoperations:ItemOperations", E("itemoperations:Schema")),
    "no folder to empty": E(
        "itemoperations:ItemOperations", E("itemoperations:EmptyFolderContents")
    ),
    "no conversation": E("itemoperations:ItemOperations", E("itemoperations:Move")),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_a_request_that_is_none_is_status_2(phone: Handset, body: Element) -> None:
    assert phone.answer("ItemOperations", body) == E(
        "itemoperations:ItemOperations", E("itemoperations:Status", 2)
    )


def test_a_store_that_is_unknown_is_status_9(phone: Handset) -> None:
    root = operations(phone, fetch(E("search:LongId", "x"), store="Attic"))
    assert (status_of(root), names(root)) == (9, ["Status"])


def test_more_than_100_operations_are_too_many(phone: Handset) -> None:
    hundred = [item(phone.contacts, "x")] * 100
    assert len(results(operations(phone, *hundred))) == 100
    assert status_of(operations(phone, *hundred, hundred[0])) == 11


def test_an_item_that_cannot_be_shown_is_status_14(
    phone: Handset, note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.begin(phone.calendar)
    event = phone.add(phone.calendar, *an_event())

    def fail(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(contact, "render", fail)
    told = results(operations(phone, item(phone.contacts, note), item(phone.calendar, event)))
    assert [status_of(each) for each in told] == [14, 1]
    assert calendar.render is not fail


# Files


CONTENT = bytes(range(256)) * 4


def attached(house: House, phone: Handset, content: bytes = CONTENT, type: str = "") -> str:
    """The reference of a file on an appointment."""
    reference = f"{'b' * 25}{'a' if content else 'i'}"
    file = Attachment(reference, "minutes.bin", content, content_type=type)
    house.appointment(subject="Meeting", attachments=(file,))
    return reference


@pytest.mark.parametrize("version", SINCE_16)
def test_a_file_is_fetched_by_its_reference(house: House, version: Version) -> None:
    phone = Handset(house, version)
    reference = attached(house, phone, type="text/plain")
    (told,) = results(operations(phone, file(reference)))
    assert names(told) == ["Status", "FileReference", "Properties"]
    assert names(properties(told)) == ["ContentType", "Data"], "iOS fails on an unasked Range"
    assert texts(told, "airsyncbase:ContentType") == ["text/plain"]
    assert b64decode(texts(told, "itemoperations:Data")[0]) == CONTENT


@pytest.mark.parametrize("asked", ["0-9", "100-199", "1000-9999", "0-1023"])
def test_a_part_of_a_file_is_sent_if_asked_for(house: House, phone: Handset, asked: str) -> None:
    reference = attached(house, phone)
    (told,) = results(operations(phone, file(reference, E("itemoperations:Range", asked))))
    first, last = map(int, asked.split("-"))
    last = min(last, len(CONTENT) - 1)
    assert names(properties(told)) == ["Range", "Total", "ContentType", "Data"]
    assert texts(told, "itemoperations:Range") == [f"{first}-{last}"]
    assert texts(told, "itemoperations:Total") == ["1024"]
    assert b64decode(texts(told, "itemoperations:Data")[0]) == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["1024-2000", "9-3", "some", "-5", "", "1-"])
def test_a_range_that_is_none_is_status_8(house: House, phone: Handset, asked: str) -> None:
    reference = attached(house, phone)
    (told,) = results(operations(phone, file(reference, E("itemoperations:Range", asked))))
    assert status_of(told) == 8


@pytest.mark.parametrize("reference", ["", "nonsense", "a" * 26])
def test_a_file_that_is_not_there_is_status_15(
    house: House, phone: Handset, reference: str
) -> None:
    attached(house, phone)
    (told,) = results(operations(phone, file(reference)))
    assert status_of(told) == 15


def test_the_file_of_somebody_else_is_not_there(house: House, phone: Handset) -> None:
    reference = attached(house, phone)
    house.person("bob")
    (told,) = results(operations(Handset(house, name="bob", device="BOB"), file(reference)))
    assert status_of(told) == 15


def test_an_empty_file_is_status_10(house: House, phone: Handset) -> None:
    (told,) = results(operations(phone, file(attached(house, phone, b""))))
    assert status_of(told) == 10


def test_a_file_on_one_occurrence_is_found(house: House, phone: Handset) -> None:
    phone.begin(phone.calendar)
    series = phone.add(phone.calendar, *an_event(), daily())
    add = E(
        "airsyncbase:Attachments",
        E(
            "airsyncbase:Add",
            E("airsyncbase:ClientId", "f1"),
            E("airsyncbase:Content", b"Minutes"),
            E("airsyncbase:DisplayName", "minutes.txt"),
            E("airsyncbase:Method", 1),
        ),
    )
    edit = changing(series, add, instance="20260311T090000Z")
    (acknowledged,) = responses(phone.told(phone.calendar, commanding(edit)))
    (reference,) = texts(acknowledged, "airsyncbase:FileReference")
    (told,) = results(operations(phone, file(reference)))
    assert b64decode(texts(told, "itemoperations:Data")[0]) == b"Minutes"


# Several parts


def parts(phone: Handset, *each: Element) -> Multipart:
    body = E("itemoperations:ItemOperations", *each)
    reply = phone.ask("ItemOperations", body, accept_multipart=True)
    assert isinstance(reply, Multipart)
    return reply


def test_what_is_large_travels_beside_the_document(house: House, phone: Handset, note: str) -> None:
    reference = attached(house, phone)
    reply = parts(
        phone,
        file(reference, E("itemoperations:Range", "0-3")),
        item(phone.contacts, note, body_preference(2)),
        file(reference),
    )
    assert reply.parts == [CONTENT[:4], HTML.text.encode(), CONTENT]
    assert texts(reply.root, "itemoperations:Part") == ["1", "2", "3"]
    assert texts(reply.root, "itemoperations:Data") == []
    assert texts(reply.root, "airsyncbase:Data") == []


def test_a_document_may_travel_alone_in_one_part(phone: Handset) -> None:
    reply = parts(phone, item(phone.contacts, "nothing"))
    assert reply.parts == []
    assert [status_of(each) for each in results(reply.root)] == [6]
    assert status_of(parts(phone).root) == 2


# Folders


def emptying(folder: str, below: bool = False) -> Element:
    options = E("itemoperations:Options", E("itemoperations:DeleteSubFolders"))
    return E(
        "itemoperations:EmptyFolderContents",
        E("airsync:CollectionId", folder),
        options if below else None,
    )


def club(phone: Handset) -> tuple[str, str, str, str]:
    """A folder with one inside, and a contact in each."""
    phone.folder_sync()
    outer = phone.make_folder("Club")
    inner = phone.make_folder("Board", parent=outer)
    made = []
    for folder in (outer, inner):
        phone.begin(folder)
        made.append(phone.add(folder, first_name("Bea")))
    return outer, inner, made[0], made[1]


@pytest.mark.parametrize("version", SINCE_12)
def test_a_folder_is_emptied_and_what_is_below_stays(house: House, version: Version) -> None:
    phone = Handset(house, version)
    outer, inner, one, two = club(phone)
    (told,) = results(operations(phone, emptying(outer)))
    assert names(told) == ["Status", "CollectionId"]
    assert [child.value for child in told] == ["1", outer]
    assert [is_live(house, each) for each in (one, two)] == [False, True]
    assert verbs(phone.catch_up(outer)) == [("Delete", one)]
    assert status_of(phone.folder_sync()) == 1
    assert phone.catch_up(inner) == []


def test_a_folder_is_emptied_with_what_is_below(house: House, phone: Handset) -> None:
    outer, inner, one, two = club(phone)
    (told,) = results(operations(phone, emptying(outer, below=True)))
    assert status_of(told) == 1
    assert [is_live(house, each) for each in (one, two)] == [False, False]
    assert texts(phone.folder_sync(), "folderhierarchy:ServerId") == [inner]
    assert status_of(phone.told(inner)) == 12


def test_a_folder_that_is_not_there_is_status_6(house: House, phone: Handset) -> None:
    house.person("bob")
    bob = Handset(house, name="bob")
    for folder in ("nowhere", "a" * 26, bob.contacts):
        (told,) = results(operations(phone, emptying(folder)))
        assert status_of(told) == 6


# Conversations


def conversation(destination: str, always: bool = True) -> Element:
    options = E("itemoperations:Options", E("itemoperations:MoveAlways"))
    return E(
        "itemoperations:Move",
        E("itemoperations:ConversationId", b"\x01\x02"),
        E("itemoperations:DstFldId", destination),
        options if always else None,
    )


@pytest.mark.parametrize("version", SINCE_14)
def test_conversations_are_of_mail_and_there_are_none(house: House, version: Version) -> None:
    phone = Handset(house, version)
    moves = [
        conversation(phone.inbox, always=False),
        conversation(phone.contacts),
        conversation("nowhere"),
        conversation(phone.inbox),
    ]
    told = results(operations(phone, *moves))
    assert [status_of(each) for each in told] == [155, 156, 156, 6]
    assert {each.children[1].text for each in told} == {b"\x01\x02"}  # type: ignore[union-attr]


@pytest.mark.parametrize("version", [v for v in SINCE_12 if v < Version.V14_0])
def test_before_14_there_are_no_conversations(house: House, version: Version) -> None:
    phone = Handset(house, version)
    assert status_of(operations(phone, conversation(phone.inbox))) == 2


def test_results_come_by_kind(phone: Handset, note: str) -> None:
    root = operations(
        phone,
        item(phone.contacts, note),
        emptying("nowhere"),
        conversation(phone.inbox),
        item(phone.contacts, "nothing"),
    )
    kinds = [each.name.partition(":")[2] for each in results(root)]
    assert kinds == ["Move", "EmptyFolderContents", "Fetch", "Fetch"]


def test_it_touches_no_sync_state(house: House, phone: Handset, note: str) -> None:
    key = phone.keys[phone.contacts]
    lost = phone.told(phone.contacts, commanding(adding(last_name("Carli"))), key=key)
    length = house.log_length()
    operations(phone, item(phone.contacts, note))
    assert house.log_length() == length
    again = phone.told(phone.contacts, commanding(adding(last_name("Carli"))), key=key)
    assert again == lost
