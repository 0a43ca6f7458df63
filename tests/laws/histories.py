"""The engine itself as one side of a history: same phones, same words as the model.

A value of the model stands for a value of an appointment: `uid` for its UID, `a` for the
subject, `b` for the reminder, `until` for the day it is on, so that the window moves with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from app import bursts
from app import items as use
from app.composition import CODEC
from app.engine.conversation import Answer, Ask, Command, Conversation
from app.engine.desk import ItemDesk
from domain.appointment import Appointment
from domain.base import NAMESPACE
from domain.folder import CALENDAR, default_folder
from domain.item import EditHeld, HeldEdit, Item
from domain.patch import CLEARED, apply
from domain.round import Wishes
from domain.when import AllDay
from projections import holds, items
from projections.delta import Entry
from projections.synckey import SyncKey
from tests.builders import House, _digest, read_whole
from tests.model import engine as model

FIRST = date(2000, 1, 1)
Vary = Callable[[int, bool], Wishes]


def to_values(said: model.Values) -> dict[str, Any]:
    day = FIRST + timedelta(days=said["until"])
    when = AllDay(day, day + timedelta(days=1))
    return {
        "uid": f"u{said['uid']}",
        "subject": str(said["a"]),
        "reminder": said["b"],
        "when": when,
    }


def from_values(values: Any) -> model.Values:
    return {
        "uid": int(values["uid"][1:]),
        "a": int(values["subject"]),
        "b": values["reminder"],
        "until": (values["when"].start - FIRST).days,
    }


def to_patch(name: str, value: int) -> dict[str, Any]:
    """One field of the model as a field of an appointment."""
    whole = to_values({"uid": 0, "a": 0, "b": 0, "until": 0} | {name: value})
    field = {"uid": "uid", "a": "subject", "b": "reminder", "until": "when"}[name]
    return {field: whole[field]}


def to_cutoff(cutoff: int) -> int:
    """The last second of a day, everywhere on earth."""
    day = FIRST + timedelta(days=cutoff + 1)
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def name_of(item: UUID) -> str:
    return f"i{item.int:04}"


def id_of(name: str) -> UUID:
    return UUID(int=int(name[1:]))


def partnership_of(phone: str) -> UUID:
    return uuid5(NAMESPACE, phone)


def same_wishes(cutoff: int, client_wins: bool) -> Wishes:
    return Wishes()


@dataclass
class EngineSide:
    """The engine over one collection of a house. `wishes` says what a request's options are."""

    house: House
    folder: UUID | None = None
    wishes: Vary = same_wishes
    refusals: list[str] = field(default_factory=list)

    @cached_property
    def collection(self) -> UUID:
        return self.folder or default_folder(self.house.account, CALENDAR)

    # As a phone sees it

    def sync(
        self,
        phone: str,
        key: str | int,
        commands: list[model.Command],
        window: int = 100,
        cutoff: int = 0,
        get_changes: bool = True,
        client_wins: bool = False,
    ) -> model.Reply:
        partnership = partnership_of(phone)
        wishes = self.wishes(cutoff, client_wins)
        with self.house.editing(f"device:{phone}", partnership) as connection:
            row = items.collection(connection, self.collection)
            assert row is not None
            groupware = self.house.groupware
            conversation = Conversation(groupware, connection, partnership, row, CODEC)
            if key == 0:
                return model.Reply(1, str(conversation.begin(wishes)))
            named = SyncKey.parse(str(key))
            found = conversation.find(named) if named else None
            if found is None:
                return model.Reply(3)
            desk = ItemDesk(groupware, connection, row, "calendar", read_whole, client_wins)
            asked = [_command(command) for command in commands]
            ask = Ask(asked, wishes, to_cutoff(cutoff), window, get_changes)
            return self._reply(conversation.respond(*found, ask, desk), commands)

    def _reply(self, answer: Answer, commands: list[model.Command]) -> model.Reply:
        verdicts = [
            model.Verdict(command, v.status, name_of(v.item) if v.item else command.id, v.row)
            for command, v in zip(commands, answer.verdicts, strict=True)
        ]
        changes = [self._told(entry) for entry in answer.entries]
        return model.Reply(1, str(answer.key), answer.more, verdicts, changes)

    def _told(self, entry: Entry) -> tuple[str, str, model.Values | None]:
        item = UUID(bytes=entry.row.item)
        gone = entry.verb.value == "Delete"
        values = None if gone else from_values(self._load(item, entry.row.edition).values)
        if values and entry.reduced:
            values["b"] = 0
        return entry.verb.value, name_of(item), values

    # As an editor at the server sees it

    def live(self) -> dict[str, model.Values]:
        with self.house.groupware.reading() as connection:
            row = items.collection(connection, self.collection)
            assert row is not None
            found = items.items(connection, row.number)
            return {name_of(i.id): from_values(CODEC.decode(i.value)) for i in found}

    def create(self, values: model.Values) -> None:
        with self.house.editing() as connection:
            row = items.collection(connection, self.collection)
            assert row is not None
            use.add(self.house.groupware, connection, row, "calendar", to_values(values))

    def edit(self, item: str, name: str, value: int) -> None:
        with self.house.editing() as connection:
            loaded = self._load(id_of(item))
            use.revise(self.house.groupware, connection, loaded, to_patch(name, value))

    def delete(self, item: str) -> None:
        with self.house.editing():
            use.remove(self.house.groupware, self._load(id_of(item)))

    def restore(self) -> None:
        uids = {f"u{v['uid']}" for v in self.live().values()}
        removed = self.house.rows(
            "SELECT id, value FROM item JOIN collection ON number = collection"
            " WHERE collection.id = ? AND removed ORDER BY 1".replace(
                "SELECT id", "SELECT item.id"
            ),
            self.collection.bytes,
        )
        for id, value in removed:
            if CODEC.decode(value)["uid"] not in uids:
                with self.house.editing():
                    use.restore(self.house.groupware, self._load(UUID(bytes=id)))
                return

    def move(self, item: str, collection: UUID) -> None:
        with self.house.editing():
            use.move(self.house.groupware, self._load(id_of(item)), collection)

    def remembers(self, item: str, name: str, value: int) -> bool:
        ((wanted, said),) = to_patch(name, value).items()
        loaded = self._load(id_of(item))
        if any(lost.get(wanted, CLEARED) == said for lost in loaded.aside.values()):
            return True
        events = self.house.groupware.events.get(loaded.id)
        held = (event.patch for event in events if isinstance(event, EditHeld))
        if any(patch.get(wanted, CLEARED) == said for patch in held):
            return True
        editions = range(1, loaded.version + 1)
        return any(self._load(loaded.id, e).values.get(wanted) == said for e in editions)

    # As an administrator sees it

    def wait(self, seconds: int) -> None:
        self.house.clock.advance(seconds)

    def bursts(self) -> list[UUID]:
        with self.house.groupware.reading() as connection:
            return [each.id for each in holds.bursts(connection, self.house.account)]

    def decide(self, burst: UUID, release: bool) -> None:
        act = bursts.release if release else bursts.discard
        act(self.house.groupware, self.house.groupware.author("admin:root", "look"), burst)

    def held_by(self, device: str) -> dict[str, model.Values | None]:
        """What the device in its present line shows instead of what stands."""
        rows = self.house.rows(
            "SELECT item, burst FROM hold WHERE over IS NULL AND partnership = ?"
            " AND line IN (SELECT line FROM round)",
            partnership_of(device).bytes,
        )
        found = ((self._load(UUID(bytes=item)), UUID(bytes=burst)) for item, burst in rows)
        return {name_of(item.id): self._shown(item, item.held[burst]) for item, burst in found}

    def _shown(self, item: Item, edit: HeldEdit) -> model.Values | None:
        if edit.patch is None:
            return None
        return from_values(apply(self._load(item.id, edit.base).values, edit.patch))

    def _load(self, id: UUID, edition: int | None = None) -> Item:
        return self.house.groupware.load(Appointment, id, edition)


def _command(said: model.Command) -> Command:
    values = to_values(dict(said.values)) if said.values else None
    item = None if said.op == model.ADD else id_of(said.id)
    return Command(said.op, said.id, _digest(said.values), item, data=values)
