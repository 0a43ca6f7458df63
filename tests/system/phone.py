"""A simulated phone: a store of its own, two folders, and one of two dialects.

What its user did waits until it is acknowledged. After a failure it asks again with the same
key. Only Status 3 makes it begin anew, and it keeps count: there is no reason for one, ever.
"""

from __future__ import annotations

import random
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.wbxml import E, Element
from tests.system.wire import Wire

Item = dict[str, str]
"""What the phone shows of an item: `birth` never changes, `a` and `b` are edited."""

CALENDAR, CONTACTS = "calendar", "contacts"
TYPES: Final = {CALENDAR: "8", CONTACTS: "9"}
FIELDS: Final = {
    CALENDAR: {"birth": "calendar:StartTime", "a": "calendar:Subject", "b": "calendar:Reminder"},
    CONTACTS: {"birth": "contacts:LastName", "a": "contacts:FirstName", "b": "contacts:JobTitle"},
}
FIRST: Final = datetime(2026, 6, 1, tzinfo=UTC)
UTC_ZONE: Final = b64encode(bytes(172)).decode()
"""A time zone of zeros: UTC (MS-ASDTYPE 2.7.6)."""

OK, BAD_KEY, CONFLICT, NOT_FOUND = "1", "3", "7", "8"


def born(kind: str, token: int) -> str:
    """How an item tells which of all items ever made it is."""
    if kind == CONTACTS:
        return f"n{token}"
    return f"{FIRST + timedelta(hours=token):%Y%m%dT%H%M%SZ}"


def fresh(kind: str, token: int) -> Item:
    return {"birth": born(kind, token), "a": f"a{token}", "b": str(token)}


@dataclass
class Folder:
    """One collection as this phone has it. `said` is what the server has acknowledged:
    ServerId, field and value."""

    kind: str
    id: str
    key: str = "0"
    more: bool = True
    store: dict[str, Item] = field(default_factory=dict)
    unsent: dict[str, Item] = field(default_factory=dict)
    edited: dict[str, Item] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    said: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def restless(self) -> bool:
        return bool(self.more or self.unsent or self.edited or self.deleted)


@dataclass
class Phone:
    """`births` are the items its user made and `deaths` those its user deleted, by birth.
    `strange` is what must never happen to a phone; `acknowledged` counts what it did."""

    wire: Wire
    dice: random.Random
    window: int = 100
    heartbeat: int | None = None
    folders: dict[str, Folder] = field(default_factory=dict)
    births: set[str] = field(default_factory=set)
    deaths: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)
    clients: int = 0
    acknowledged: int = 0

    def set_up(self) -> None:
        self.wire.options()
        self.wire.provision()
        ids = self.wire.folders()
        self.folders = {kind: Folder(kind, ids[type]) for kind, type in TYPES.items()}

    # Its user

    def add(self, kind: str, token: int) -> None:
        self.clients += 1
        item = fresh(kind, token)
        self.folders[kind].unsent[f"c{self.clients}"] = item
        self.births.add(item["birth"])

    def edit(self, kind: str, name: str, value: str) -> None:
        folder = self.folders[kind]
        if live := sorted(folder.store.keys() - folder.deleted):
            id = self.dice.choice(live)
            folder.edited[id] = {**folder.edited.get(id, folder.store[id]), name: value}

    def delete(self, kind: str) -> None:
        folder = self.folders[kind]
        if folder.store:
            id = self.dice.choice(sorted(folder.store))
            folder.deleted.add(id)
            folder.edited.pop(id, None)
            self.deaths.add(folder.store[id]["birth"])

    # Its Sync

    @property
    def restless(self) -> bool:
        return any(folder.restless for folder in self.folders.values())

    def sync(self, kinds: tuple[str, ...] = (CALENDAR, CONTACTS)) -> bool:
        """One request; whether the reply said anything. Unanswered leaves everything as it is."""
        asked = [self.folders[kind] for kind in kinds]
        listed = self.collections(kinds)
        patience = self.heartbeat and E("airsync:HeartbeatInterval", self.heartbeat)
        body = E("airsync:Sync", listed, patience)
        reply = self.wire.ask("Sync", body)
        if reply is None:
            self._expect_nothing_said(asked)
            return False
        collections = reply.find("airsync:Collections")
        if collections is None:
            self.strange.append(f"Sync as a whole: {reply.text_of('airsync:Status')}")
            return True
        told = {each.text_of("airsync:CollectionId"): each for each in collections}
        for folder in asked:
            folder.more = False
            if folder.id in told:
                self._read(folder, told[folder.id])
        return True

    def collections(self, kinds: tuple[str, ...] = (CALENDAR, CONTACTS)) -> Element:
        """What it has to say now."""
        return E("airsync:Collections", *(self._collection(self.folders[k]) for k in kinds))

    def _expect_nothing_said(self, asked: list[Folder]) -> None:
        for folder in asked:
            if folder.key == "0" or folder.unsent or folder.edited or folder.deleted:
                self.strange.append("commands without an answer")
            folder.more = False

    def _collection(self, folder: Folder) -> Element:
        head = E("airsync:SyncKey", folder.key), E("airsync:CollectionId", folder.id)
        if folder.key == "0":
            return E("airsync:Collection", *head)
        commands = [*self._adds(folder), *self._changes(folder), *self._deletes(folder)]
        return E(
            "airsync:Collection",
            *head,
            E("airsync:GetChanges"),
            E("airsync:WindowSize", self.window),
            E("airsync:Commands", *commands) if commands else None,
        )

    def _adds(self, folder: Folder) -> list[Element]:
        return [
            E(
                "airsync:Add",
                E("airsync:ClientId", client_id),
                E("airsync:ApplicationData", *self._whole(folder.kind, item, client_id)),
            )
            for client_id, item in folder.unsent.items()
        ]

    def _changes(self, folder: Folder) -> list[Element]:
        return [
            E(
                "airsync:Change",
                E("airsync:ServerId", id),
                E("airsync:ApplicationData", *self._changed(folder, id, item)),
            )
            for id, item in folder.edited.items()
        ]

    def _deletes(self, folder: Folder) -> list[Element]:
        return [E("airsync:Delete", E("airsync:ServerId", id)) for id in sorted(folder.deleted)]

    def _changed(self, folder: Folder, id: str, item: Item) -> list[Element]:
        """16.x tells what of an appointment is new, everything else tells the whole item."""
        if folder.kind == CONTACTS or self.wire.version < "16.0":
            return self._whole(folder.kind, item, "")
        before = folder.store.get(id, {})
        return _elements(CALENDAR, {n: v for n, v in item.items() if before.get(n) != v})

    def _whole(self, kind: str, item: Item, client_id: str) -> list[Element]:
        if kind == CONTACTS:
            return _elements(kind, item)
        begins = datetime.strptime(item["birth"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        ends = E("calendar:EndTime", f"{begins + timedelta(hours=1):%Y%m%dT%H%M%SZ}")
        zone = E("calendar:Timezone", UTC_ZONE)
        rest = [zone, ends, E("calendar:AllDayEvent", 0), E("calendar:BusyStatus", 2)]
        if self.wire.version < "16.0":
            rest.append(E("calendar:DtStamp", item["birth"]))
            if client_id:
                rest.append(E("calendar:UID", f"{self.wire.device}-{client_id}"))
        return [*_elements(kind, item), *rest]

    # What it is told

    def _read(self, folder: Folder, told: Element) -> None:
        status = told.text_of("airsync:Status")
        if status != OK:
            self._refused(folder, status or "")
            return
        begun, folder.key = folder.key == "0", told.text_of("airsync:SyncKey", "")
        folder.more = told.find("airsync:MoreAvailable") is not None or begun
        if not begun:
            self._acknowledge(folder, list(told.find("airsync:Responses") or ()))
        for command in told.find("airsync:Commands") or ():
            self._apply(folder, command)

    def _refused(self, folder: Folder, status: str) -> None:
        self.strange.append("resync" if status == BAD_KEY else f"Status {status}")
        if status == BAD_KEY:
            folder.key, folder.more, folder.store = "0", True, {}
            folder.edited, folder.deleted = {}, set()

    def _acknowledge(self, folder: Folder, responses: list[Element]) -> None:
        self.acknowledged += len(folder.unsent) + len(folder.edited) + len(folder.deleted)
        added = {each.text_of("airsync:ClientId"): each for each in responses}
        for client_id, item in list(folder.unsent.items()):
            answer = added.get(client_id)
            id = answer.text_of("airsync:ServerId") if answer else None
            if id is None:
                self.strange.append(f"Add without an item: {answer!r}")
                del folder.unsent[client_id]
                continue
            folder.store[id] = folder.unsent.pop(client_id)
            folder.said += [(id, name, value) for name, value in item.items()]
        failed = {
            each.text_of("airsync:ServerId"): each.text_of("airsync:Status")
            for each in responses
            if each.name != "airsync:Add"
        }
        for id, item in folder.edited.items():
            before = folder.store.get(id, {})
            folder.said += [(id, n, v) for n, v in item.items() if before.get(n) != v]
            if failed.get(id, OK) not in (OK, CONFLICT, NOT_FOUND):
                self.strange.append(f"Change: Status {failed[id]}")
            if failed.get(id) != NOT_FOUND:
                folder.store[id] = item
        for id in folder.deleted:
            folder.store.pop(id, None)
        folder.edited, folder.deleted = {}, set()

    def _apply(self, folder: Folder, command: Element) -> None:
        id, verb = command.text_of("airsync:ServerId", ""), command.name.partition(":")[2]
        if verb == "Delete":
            folder.store.pop(id, None)
            return
        if (verb == "Add") == (id in folder.store):
            self.strange.append(f"{verb} of an item that is {'' if verb == 'Add' else 'not '}held")
        data = command.find("airsync:ApplicationData")
        assert data is not None, command
        tags = FIELDS[folder.kind].items()
        folder.store[id] = {name: data.text_of(tag, "") for name, tag in tags}


def _elements(kind: str, item: Item) -> list[Element]:
    return [E(FIELDS[kind][name], value) for name, value in item.items()]
