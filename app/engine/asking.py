"""The words of a conversation: what a phone asks, what it is told, and who carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from domain.round import Reach, Verdict, Wishes
from projections.delta import Entry, View
from projections.synckey import SyncKey


@dataclass(frozen=True)
class Command:
    """What a phone asks for: `name` is its ClientId or ServerId (and occurrence), `digest`
    recognises it when repeated, `data` is for the desk to read. With a `burst` it is to be held
    and not carried out (docs/sync-engine.md, "The brake")."""

    op: int
    name: str
    digest: bytes
    item: UUID | None = None
    instance: str = ""
    data: Any = None
    burst: UUID | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.op, self.name


class Desk(Protocol):
    """Carries out commands on one kind of item; each call makes at most one row."""

    def add(self, command: Command, view: View, begun: int) -> Verdict: ...

    def change(self, command: Command, view: View, reach: Reach) -> Verdict: ...

    def delete(self, command: Command, view: View, reach: Reach) -> Verdict: ...


@dataclass(frozen=True)
class Ask:
    """One request on one collection: the options in force, the window, and what it wants."""

    commands: Sequence[Command] = ()
    wishes: Wishes = field(default_factory=Wishes)
    cutoff: int = 0
    window: int = 100
    get_changes: bool = True


@dataclass(frozen=True)
class Answer:
    """What the phone is told, under `key`; `entries` are rendered at their own edition."""

    key: SyncKey
    more: bool = False
    verdicts: tuple[Verdict, ...] = ()
    entries: tuple[Entry, ...] = ()
    wishes: Wishes = field(default_factory=Wishes)
    repeated: int = 0

    @property
    def empty(self) -> bool:
        return not (self.verdicts or self.entries)
