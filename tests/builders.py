"""What tests begin with: a store with one account and its two folders, and things to put in."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from app import items as use
from app.composition import CODEC, open_groupware
from app.engine.conversation import Answer, Ask, Command, Conversation
from app.engine.desk import ItemDesk, Meaning
from app.folders import make_default_folders
from app.groupware import Groupware
from domain.base import Authorship
from domain.folder import CALENDAR, CONTACTS, default_folder
from domain.item import ADD, CHANGE, DELETE, Item
from domain.kinds import KINDS
from domain.patch import Values, difference
from domain.round import Verdict, Wishes
from domain.when import AllDay
from projections import items
from projections.delta import Entry
from projections.items import CollectionRow
from projections.synckey import SyncKey

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY_ONE = date(2026, 3, 2)


def an_appointment(subject: str = "Dentist", day: int = 0, **values: Any) -> dict[str, Any]:
    """The values of an all-day appointment, `day` days after DAY_ONE."""
    start = DAY_ONE + timedelta(days=day)
    return {"subject": subject, "when": AllDay(start, start + timedelta(days=1)), **values}


def a_contact(first: str = "Ada", last: str = "Rossi", **values: Any) -> dict[str, Any]:
    return {"first_name": first, "last_name": last, **values}


@dataclass
class Clock:
    """Time that passes only when told to."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class House:
    """A groupware over a store in `home`, with one account that has the default folders."""

    home: Path
    clock: Clock = field(default_factory=Clock)
    account: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.groupware = self.open()
        with self.editing():
            make_default_folders(self.groupware, self.account)

    def open(self) -> Groupware:
        """Another process over the same store, as far as the store can tell. What a crash of
        the machine would lose is of no interest here, so nothing waits for the disk."""
        groupware = open_groupware(self.home, self.clock)
        groupware.pool._writer.execute("PRAGMA synchronous = OFF")
        return groupware

    def restart(self) -> None:
        self.groupware.pool.close()
        self.groupware = self.open()

    @contextmanager
    def editing(self, actor: str = "user:ada", partnership: UUID | None = None) -> Iterator[Any]:
        author = Authorship(actor, uuid4().hex, self.clock(), partnership)
        with self.groupware.acting(author) as connection:
            yield connection

    def folder(self, type: int = CALENDAR) -> CollectionRow:
        with self.groupware.reading() as connection:
            row = items.collection(connection, default_folder(self.account, type))
        assert row is not None
        return row

    def load(self, id: UUID, kind: str = "calendar", edition: int | None = None) -> Item:
        return self.groupware.load(KINDS[kind].aggregate, id, edition)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.groupware.reading() as connection:
            return connection.execute(query, values).fetchall()

    def fill(self, values: Iterable[Values], kind: str = "calendar") -> list[UUID]:
        """Put items into a default folder, all in one transaction."""
        folder = self.folder(TYPES[kind])
        with self.editing() as connection:
            return [use.add(self.groupware, connection, folder, kind, v).id for v in values]

    def revise(self, id: UUID, kind: str = "calendar", **patch: Any) -> None:
        with self.editing() as connection:
            use.revise(self.groupware, connection, self.load(id, kind), patch)

    def remove(self, id: UUID, kind: str = "calendar") -> None:
        with self.editing():
            use.remove(self.groupware, self.load(id, kind))

    def restore(self, id: UUID, kind: str = "calendar") -> None:
        with self.editing():
            use.restore(self.groupware, self.load(id, kind))


@contextmanager
def a_house() -> Iterator[House]:
    """A house in memory, where there is any."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as home:
        house = House(Path(home))
        yield house
        house.groupware.pool.close()


TYPES = {"calendar": CALENDAR, "contacts": CONTACTS}


@dataclass
class Caller:
    """A phone without a memory of its own: it says what it is told to, and returns the answer.

    A Change is given as the whole item the phone shows, or as a patch.
    """

    house: House
    kind: str = "calendar"
    partnership: UUID = field(default_factory=uuid4)
    collection: UUID | None = None
    client_wins: bool = False

    def begin(self, wishes: Wishes = Wishes()) -> SyncKey:  # noqa: B008
        with self.conversation() as conversation:
            return conversation.begin(wishes)

    def ask(self, key: SyncKey, *commands: Command, **options: Any) -> Answer | None:
        """The answer; None for Status 3."""
        with self.conversation() as conversation:
            found = conversation.find(key)
            if found is None:
                return None
            ask = Ask(commands, **options)
            return conversation.respond(*found, ask, self.desk(conversation))

    def sync(self, key: SyncKey, *commands: Command, **options: Any) -> Answer:
        answer = self.ask(key, *commands, **options)
        assert answer is not None, "the key is unknown"
        return answer

    def drain(self, key: SyncKey, **options: Any) -> tuple[SyncKey, list[Entry]]:
        """Ask until there is nothing more; the last key and all that was told."""
        told: list[Entry] = []
        while True:
            answer = self.sync(key, **options)
            told += answer.entries
            if answer.empty and not answer.more:
                return answer.key, told
            key = answer.key

    def start(self, **options: Any) -> SyncKey:
        """A new line that has been told all there is."""
        return self.drain(self.begin(), **options)[0]

    def desk(self, conversation: Conversation) -> ItemDesk:
        return ItemDesk(
            conversation.groupware,
            conversation.connection,
            conversation.collection,
            self.kind,
            read_whole,
            self.client_wins,
        )

    @contextmanager
    def conversation(self) -> Iterator[Conversation]:
        house = self.house
        id = self.collection or default_folder(house.account, TYPES[self.kind])
        with house.editing("device:phone", self.partnership) as connection:
            row = items.collection(connection, id)
            assert row is not None
            yield Conversation(house.groupware, connection, self.partnership, row, CODEC)


def read_whole(command: Command, base: Values | None) -> Meaning:
    """A phone that always sends the whole item; what it does not say is not there."""
    if base is None or isinstance(command.data, Patching):
        return Meaning(dict(command.data))
    return Meaning(difference(base, command.data))


class Patching(dict[str, Any]):
    """The data of a Change that names only what differs."""


def _digest(data: object) -> bytes:
    return hashlib.sha256(repr(data).encode()).digest()[:8]


def add(client_id: str, values: Values) -> Command:
    return Command(ADD, client_id, _digest(values), data=values)


def change(item: UUID, values: Values) -> Command:
    return Command(CHANGE, str(item), _digest(values), item, data=values)


def patch(item: UUID, **values: Any) -> Command:
    return change(item, Patching(values))


def delete(item: UUID) -> Command:
    return Command(DELETE, str(item), b"", item)


def told(entries: Iterable[Entry]) -> list[tuple[str, UUID]]:
    """What was told: verbs and items."""
    return [(entry.verb.value, UUID(bytes=entry.row.item)) for entry in entries]


def statuses(verdicts: Iterable[Verdict]) -> list[int]:
    return [verdict.status for verdict in verdicts]
