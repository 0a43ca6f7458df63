"""A small domain for the tests of the log: notes that belong to somebody, and a row for each."""

from __future__ import annotations

import sqlite3
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.domain import Aggregate, DomainEvent, event
from eventsourcing.utils import get_topic


class Note(Aggregate):
    class Event(Aggregate.Event):
        subject: UUID

    class Written(Event, Aggregate.Created):
        TOPIC = "test.note-written"
        personal: ClassVar[tuple[str, ...]] = ("text", "values")
        text: str
        values: dict[str, Any]
        colour: str

    class Annotated(Event):
        """Version 1 had one `remark` and no `kind`."""

        TOPIC = "test.note-annotated"
        personal: ClassVar[tuple[str, ...]] = ("remarks",)
        class_version = 2
        remarks: tuple[str, ...]
        kind: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["kind"] = "plain"
            state["remarks"] = ()
            del state["remark"]

        @staticmethod
        def upcast_personal_v1_v2(personal: dict[str, Any]) -> None:
            personal["remarks"] = (personal.pop("remark"),)

    class Recoloured(Event):
        TOPIC = "test.note-recoloured"
        colour: str

    @event(Written)
    def __init__(self, subject: UUID, text: str, values: dict[str, Any], colour: str) -> None:
        self.subject = subject
        self.text = text
        self.values = values
        self.colour = colour
        self.remarks: tuple[str, ...] = ()

    @event(Annotated)
    def _annotate(self, subject: UUID, remarks: tuple[str, ...], kind: str) -> None:
        self.remarks += remarks

    @event(Recoloured)
    def _recolour(self, subject: UUID, colour: str) -> None:
        self.colour = colour

    def annotate(self, *remarks: str) -> None:
        self._annotate(subject=self.subject, remarks=remarks, kind="plain")

    def recolour(self, colour: str) -> None:
        self._recolour(subject=self.subject, colour=colour)


for event_class in (Note.Written, Note.Annotated, Note.Recoloured):
    get_topic(event_class)


def a_note(subject: UUID, text: str = "milk, bread") -> Note:
    return Note(subject=subject, text=text, values={"subject": text}, colour="white")


ROWS = "CREATE TABLE IF NOT EXISTS seen (position INTEGER PRIMARY KEY, note BLOB, what TEXT)"


def project_seen(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    """One row for each event."""
    row = (position, event.originator_id.bytes, type(event).__name__)
    connection.execute("INSERT INTO seen VALUES (?, ?, ?)", row)
