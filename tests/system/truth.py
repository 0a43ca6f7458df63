"""What the store holds, as somebody beside the server sees it, and what must be true of it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from adapters.ids import server_id, uuid_of
from adapters.store.chain import verify_chain
from app import bursts
from app import items as use
from app.composition import CODEC
from app.groupware import Groupware
from domain.folder import CALENDAR as CALENDAR_FOLDER
from domain.folder import CONTACTS as CONTACTS_FOLDER
from domain.folder import default_folder
from domain.item import EditHeld
from domain.patch import CLEARED, Values
from domain.when import Timed
from domain.zone import Zone
from projections import holds, items, schema
from projections.items import CollectionRow
from projections.verify import verify
from tests.system.phone import CALENDAR, CONTACTS, FIRST, Item, Phone, born, timedelta

TYPES = {CALENDAR: CALENDAR_FOLDER, CONTACTS: CONTACTS_FOLDER}
ZONE = Zone("Europe/Rome")


def to_values(kind: str, token: int) -> dict[str, Any]:
    if kind == CONTACTS:
        return {"last_name": f"n{token}", "first_name": f"a{token}", "job_title": str(token)}
    begins = FIRST + timedelta(hours=token)
    when = Timed.at(begins, begins + timedelta(hours=1), ZONE)
    return {"subject": f"a{token}", "reminder": token, "when": when}


def to_patch(kind: str, name: str, value: str) -> dict[str, Any]:
    if kind == CONTACTS:
        return {{"a": "first_name", "b": "job_title"}[name]: value}
    return {"subject": value} if name == "a" else {"reminder": int(value)}


def to_item(kind: str, values: Values) -> Item:
    if kind == CONTACTS:
        names = {"birth": "last_name", "a": "first_name", "b": "job_title"}
        return {name: values.get(field, "") for name, field in names.items()}
    start = f"{values['when'].start_instant:%Y%m%dT%H%M%SZ}"
    return {"birth": start, "a": values["subject"], "b": str(values["reminder"])}


@dataclass
class Truth:
    """One account's two folders in the store, to edit and to compare with."""

    groupware: Groupware
    account: UUID
    births: set[str] = field(default_factory=set)
    deaths: set[str] = field(default_factory=set)
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    _ever: dict[str, set[tuple[str, Any]]] = field(default_factory=dict, init=False, repr=False)

    # Somebody who edits at the server

    def add(self, kind: str, token: int, **more: Any) -> str:
        """The ServerId of the new item."""
        self.births.add(born(kind, token))
        with self.groupware.acting(self._author()) as connection:
            collection = self._collection(connection, kind)
            values = {**to_values(kind, token), **more}
            return server_id(use.add(self.groupware, connection, collection, kind, values).id)

    def edit(self, kind: str, name: str, value: str) -> None:
        with self.groupware.acting(self._author()) as connection:
            if live := sorted(self._live(connection, kind)):
                item = use.load(self.groupware, connection, _id(self.dice.choice(live)))
                use.revise(self.groupware, connection, item, to_patch(kind, name, value))

    def delete(self, kind: str) -> None:
        with self.groupware.acting(self._author()) as connection:
            live = self._live(connection, kind)
            if live:
                id = self.dice.choice(sorted(live))
                self.deaths.add(live[id]["birth"])
                use.remove(self.groupware, use.load(self.groupware, connection, _id(id)))

    def believe(self) -> None:
        """Whatever phones did too much of at once was meant: a long story has such bursts."""
        with self.groupware.reading() as connection:
            waiting = holds.bursts(connection, self.account)
        for each in waiting:
            bursts.release(self.groupware, self._author(), each.id)

    # What is there

    def live(self, kind: str) -> dict[str, Item]:
        """What every phone must show, by ServerId."""
        with self.groupware.reading() as connection:
            return self._live(connection, kind)

    def remembers(self, kind: str, id: str, name: str, value: str) -> bool:
        """Whether the item ever had this value, or it was set aside and can be brought back."""
        if name == "birth":
            return True
        if id not in self._ever:
            self._ever[id] = self._told(kind, _id(id))
        return to_patch(kind, name, value).items() <= self._ever[id]

    def _told(self, kind: str, id: UUID) -> set[tuple[str, Any]]:
        """Every value that a and b of the item had in any edition, or that was kept beside it."""
        names = [name for each in "ab" for name in to_patch(kind, each, "0")]
        item, told = None, set()
        for event in self.groupware.events.get(id):
            item = event.mutate(item)
            told |= {(name, item.values.get(name)) for name in names}
            if isinstance(event, EditHeld):
                told |= {(name, event.patch.get(name)) for name in names}
        lost = item.aside.values() if item else ()
        return told | {(name, each.get(name, CLEARED)) for each in lost for name in names}

    def _live(self, connection: Any, kind: str) -> dict[str, Item]:
        rows = items.items(connection, self._collection(connection, kind).number)
        return {server_id(row.id): to_item(kind, CODEC.decode(row.value)) for row in rows}

    def _collection(self, connection: Any, kind: str) -> CollectionRow:
        row = items.collection(connection, default_folder(self.account, TYPES[kind]))
        assert row is not None
        return row

    def _author(self) -> Any:
        return self.groupware.author("user:editor", "editor")

    # What must be true when all is quiet

    def expect_in_step(self, phones: list[Phone]) -> None:
        """Equal states, no reason for a phone to wonder."""
        for phone in phones:
            assert phone.strange == [], (phone.wire.device, phone.strange)
            for kind, folder in phone.folders.items():
                shown, live = folder.store, self.live(kind)
                ids = sorted(shown.keys() | live.keys())
                odd = {id: (shown.get(id), live.get(id)) for id in ids}
                odd = {id: pair for id, pair in odd.items() if pair[0] != pair[1]}
                assert not odd, (phone.wire.device, kind, odd)

    def expect_nothing_lost_nothing_twice(self, phones: list[Phone]) -> None:
        births = self.births.union(*(phone.births for phone in phones))
        deaths = self.deaths.union(*(phone.deaths for phone in phones))
        there = Counter(item["birth"] for kind in TYPES for item in self.live(kind).values())
        assert there == Counter(births - deaths)
        for phone in phones:
            for kind, folder in phone.folders.items():
                lost = [fact for fact in folder.said if not self.remembers(kind, *fact)]
                assert not lost, (phone.wire.device, lost)

    def expect_sound(self) -> None:
        """The chain is whole, and the read models are what the log makes of an empty store."""
        with self.groupware.reading() as connection:
            report = verify(
                self.groupware,
                connection,
                verify_chain,
                schema.create,
                schema.projectors(CODEC),
            )
        assert report.sound, report.faults


def _id(name: str) -> UUID:
    id = uuid_of(name)
    assert id is not None, name
    return id
