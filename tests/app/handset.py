"""A phone in a house: it asks as phones do, and keeps the keys and ids it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from adapters.eas.reply import Answer, Empty, Failure, Reply
from adapters.eas.timezone import write_blob
from adapters.eas.version import Version
from adapters.ids import server_id, uuid_of
from adapters.wbxml import E, Element
from app.composition import CODEC
from domain.folder import CALENDAR, CONTACTS, INBOX, default_folder
from domain.zone import UTC_ZONE
from projections import items
from tests.app.house import PHONE, House

EVERY = list(Version)
SINCE_12_1 = [v for v in Version if v >= Version.V12_1]
SINCE_14 = [v for v in Version if v >= Version.V14_0]
SINCE_16 = [v for v in Version if v >= Version.V16_0]
UP_TO_12_0 = [v for v in Version if v <= Version.V12_0]
UP_TO_14_1 = [v for v in Version if v < Version.V16_0]

CLASSES = {CALENDAR: "Calendar", CONTACTS: "Contacts", INBOX: "Email"}


@dataclass
class Handset:
    """`keys` are by folder id; "" is the key of the hierarchy."""

    house: House
    version: Version = Version.V16_1
    name: str = "ada"
    device: str = PHONE
    keys: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def calendar(self) -> str:
        return self.default(CALENDAR)

    @property
    def contacts(self) -> str:
        return self.default(CONTACTS)

    @property
    def inbox(self) -> str:
        return self.default(INBOX)

    def default(self, type: int) -> str:
        return server_id(default_folder(self.house.account(self.name).id, type))

    def ask(self, command: str, body: Element | None, **facts: Any) -> Reply:
        how: dict[str, Any] = {"version": self.version, "name": self.name, "device": self.device}
        return self.house.ask(command, body, **{**how, **self.facts, **facts})

    def answer(self, command: str, body: Element | None, **facts: Any) -> Element:
        reply = self.ask(command, body, **facts)
        assert isinstance(reply, Answer), reply
        return reply.root

    # Folders

    def folder_sync(self, key: str | None = None) -> Element:
        used = self.keys.get("", "0") if key is None else key
        asked = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", used))
        return self._folders_told(self.answer("FolderSync", asked))

    def folder_command(self, command: str, key: str | None = None, **said: Any) -> Element:
        used = self.keys.get("", "0") if key is None else key
        content = [E(f"folderhierarchy:{tag}", value) for tag, value in said.items()]
        asked = E(f"folderhierarchy:{command}", E("folderhierarchy:SyncKey", used), *content)
        return self._folders_told(self.answer(command, asked))

    def make_folder(self, name: str, type: int = 14, parent: str = "0") -> str:
        made = self.folder_command("FolderCreate", ParentId=parent, DisplayName=name, Type=type)
        return made.text_of("folderhierarchy:ServerId", "")

    def _folders_told(self, told: Element) -> Element:
        self.keys[""] = told.text_of("folderhierarchy:SyncKey") or self.keys.get("", "0")
        return told

    # Sync

    def about(self, folder: str, *content: Element | None, key: str | None = None) -> Element:
        """One Collection of a request."""
        used = self.keys.get(folder, "0") if key is None else key
        named = self.version <= Version.V12_0
        kind = next((k for t, k in CLASSES.items() if self.default(t) == folder), "Contacts")
        return E(
            "airsync:Collection",
            E("airsync:Class", kind) if named else None,
            E("airsync:SyncKey", used),
            E("airsync:CollectionId", folder),
            *content,
        )

    def request(self, *collections: Element, **whole: Any) -> Element:
        extra = [E(f"airsync:{tag}", value) for tag, value in whole.items()]
        return E("airsync:Sync", E("airsync:Collections", *collections), *extra)

    def send(self, body: Element | None, **facts: Any) -> Element | None:
        """The document a Sync is answered with, None for an empty answer; its keys are kept."""
        reply = self.ask("Sync", body, **facts)
        if isinstance(reply, Empty):
            return None
        assert not isinstance(reply, Failure), reply
        assert isinstance(reply, Answer)
        for told in reply.root.find("airsync:Collections") or ():
            if told.text_of("airsync:Status") == "1":
                folder = told.text_of("airsync:CollectionId", "")
                self.keys[folder] = told.text_of("airsync:SyncKey", "")
        return reply.root

    def sync(self, folder: str, *content: Element | None, key: str | None = None) -> Element | None:
        """What one collection is told, None for nothing."""
        told = self.send(self.request(self.about(folder, *content, key=key)))
        return None if told is None else only(told)

    def told(self, folder: str, *content: Element | None, key: str | None = None) -> Element:
        told = self.sync(folder, *content, key=key)
        assert told is not None, "an answer with a document"
        return told

    def begin(self, folder: str, *content: Element) -> str:
        """Key 0; the first key."""
        return self.told(folder, *content, key="0").text_of("airsync:SyncKey", "")

    def catch_up(self, folder: str, *content: Element) -> list[Element]:
        """Key 0 unless there is one, and all there is to tell."""
        if folder not in self.keys:
            self.begin(folder)
        told: list[Element] = []
        more = True
        while more:
            answer = self.sync(folder, *content)
            told += [] if answer is None else commands(answer)
            more = answer is not None and answer.find("airsync:MoreAvailable") is not None
        return told

    def add(self, folder: str, *data: Element, client_id: str = "c1") -> str:
        """The ServerId of what this phone adds."""
        told = self.told(folder, E("airsync:Commands", adding(*data, client_id=client_id)))
        (response,) = responses(told)
        assert response.text_of("airsync:Status") == "1", response
        return response.text_of("airsync:ServerId", "")

    def values(self, id: str) -> dict[str, Any]:
        """The item as it stands on the server."""
        return values_of(self.house, id_of(id))


def id_of(server_id: str) -> UUID:
    id = uuid_of(server_id)
    assert id is not None
    return id


def values_of(house: House, id: UUID) -> dict[str, Any]:
    with house.groupware.reading() as connection:
        row = items.item(connection, id)
    assert row is not None
    return dict(CODEC.decode(row.value))


def is_live(house: House, id: str) -> bool:
    with house.groupware.reading() as connection:
        row = items.item(connection, id_of(id))
    return row is not None and not row.removed


def only(root: Element) -> Element:
    """The one collection of an answer."""
    (collection,) = root.find("airsync:Collections") or ()
    return collection


def commands(collection: Element) -> list[Element]:
    return list(collection.find("airsync:Commands") or ())


def responses(collection: Element) -> list[Element]:
    return list(collection.find("airsync:Responses") or ())


def verbs(told: list[Element]) -> list[tuple[str, str]]:
    """Each command as its name and the ServerId."""
    return [(e.name.partition(":")[2], e.text_of("airsync:ServerId", "")) for e in told]


def status_of(element: Element) -> int:
    page = element.name.partition(":")[0]
    return int(element.text_of(f"{page}:Status", "0"))


def data_of(command: Element) -> Element:
    data = command.find("airsync:ApplicationData")
    assert data is not None
    return data


# What phones say


def adding(*data: Element, client_id: str = "c1") -> Element:
    return E("airsync:Add", E("airsync:ClientId", client_id), E("airsync:ApplicationData", *data))


def changing(id: str, *data: Element, instance: str = "") -> Element:
    return E(
        "airsync:Change",
        E("airsync:ServerId", id),
        E("airsyncbase:InstanceId", instance) if instance else None,
        E("airsync:ApplicationData", *data),
    )


def deleting(id: str, instance: str = "") -> Element:
    return E(
        "airsync:Delete",
        E("airsync:ServerId", id),
        E("airsyncbase:InstanceId", instance) if instance else None,
    )


def fetching(id: str) -> Element:
    return E("airsync:Fetch", E("airsync:ServerId", id))


def commanding(*each: Element) -> Element:
    return E("airsync:Commands", *each)


def options(filter_type: int | None = None, conflict: int | None = None, *more: Element) -> Element:
    return E(
        "airsync:Options",
        None if filter_type is None else E("airsync:FilterType", filter_type),
        None if conflict is None else E("airsync:Conflict", conflict),
        *more,
    )


def body_preference(type: int = 1, size: int | None = None, *more: Element) -> Element:
    return E(
        "airsyncbase:BodyPreference",
        E("airsyncbase:Type", type),
        None if size is None else E("airsyncbase:TruncationSize", size),
        *more,
    )


def first_name(text: str) -> Element:
    return E("contacts:FirstName", text)


def last_name(text: str) -> Element:
    return E("contacts:LastName", text)


def an_event(subject: str = "Dentist", day: str = "20260310") -> list[Element]:
    """An hour in the morning, in a zone without summer time."""
    return [
        E("calendar:Timezone", write_blob(UTC_ZONE, date(2026, 1, 1))),
        E("calendar:StartTime", f"{day}T090000Z"),
        E("calendar:EndTime", f"{day}T100000Z"),
        E("calendar:AllDayEvent", 0),
        E("calendar:Subject", subject),
    ]


def daily(count: int = 5) -> Element:
    return E(
        "calendar:Recurrence",
        E("calendar:Type", 0),
        E("calendar:Interval", 1),
        E("calendar:Occurrences", count),
    )
