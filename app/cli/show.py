"""What people are shown: tables, and the values of fields in words."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

import click

from adapters.ical.rrule_text import text as rule_text
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.patch import Mark, Values
from domain.recurrence import Recurrence
from domain.when import AllDay, Instant, Timed, When

COLUMNS = tuple[str, ...]

TITLES = ("subject", "file_as", "first_name", "last_name", "company_name", "email1", "name")
"""By what a person knows an item, or a folder."""


def table(columns: COLUMNS, rows: Iterable[Sequence[str]], empty: str) -> None:
    """A table on a terminal; elsewhere one line a row, with tabs. `empty` is said if none."""
    found = list(rows)
    if not sys.stdout.isatty():
        for row in found:
            click.echo("\t".join(" ".join(cell.split()) for cell in row))
    elif not found:
        click.echo(empty, err=True)
    else:
        _rich(columns, found)


def _rich(columns: COLUMNS, rows: Iterable[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        drawn.add_column(column, no_wrap=place == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    Console().print(drawn)


def yes(fact: object) -> str:
    return "yes" if fact else "no"


def moment(at: Instant) -> str:
    """An instant on the clocks of whoever looks."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def when_text(when: When) -> str:
    """The time of an appointment; the last day of whole days is named, not the one after."""
    if isinstance(when, AllDay):
        last = when.end.fromordinal(when.end.toordinal() - 1)
        return f"{when.start}" if when.start == last else f"{when.start} – {last}"
    end = "%H:%M" if when.end.date() == when.start.date() else "%Y-%m-%d %H:%M"
    zone = when.zone.name or "a zone of its own"
    return f"{when.start:%Y-%m-%d %H:%M} – {when.end.strftime(end)} {zone}"


def title(values: Values) -> str:
    """What an item is called."""
    said = (str(values[name]) for name in TITLES if name in values)
    return " ".join(list(said)[:2])


def repeats(values: Values) -> str:
    """The rule of a series as iCalendar has it; nothing for a single appointment."""
    rule: Recurrence | None = values.get("recurrence")
    return rule_text(rule, values["when"]) if rule else ""


def words(value: object, values: Values) -> str:
    """The value of a field for people; `values` are those of its item."""
    match value:
        case Body():
            return value.text
        case Location():
            return ", ".join(_said(value))
        case Attendee():
            return f"{value.name} <{value.email}>" if value.name else value.email
        case Attachment():
            return f"{value.name} ({len(value.content)} bytes)"
        case AllDay() | Timed():
            return when_text(value)
        case Recurrence():
            return rule_text(value, values["when"])
        case bytes():
            return f"{len(value)} bytes"
        case tuple():
            return ", ".join(words(each, values) for each in value)
        case datetime():
            return value.isoformat(" ", "minutes")
    if isinstance(value, Mark):
        return str(value.value)
    return _occurrences(value, values) if isinstance(value, Mapping) else str(value)


def _said(value: Any) -> list[str]:
    told = (getattr(value, each.name) for each in fields(value)) if is_dataclass(value) else ()
    return [str(each) for each in told if each not in ("", None)]


def _occurrences(states: Mapping[Any, Any], values: Values) -> str:
    return "; ".join(
        f"{words(original, values)}: {_state(state, values)}" for original, state in states.items()
    )


def _state(state: object, values: Values) -> str:
    if not isinstance(state, Mapping):
        return words(state, values)
    return ", ".join(f"{name} {words(value, values)}" for name, value in state.items())
