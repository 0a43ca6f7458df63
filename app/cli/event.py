"""`taccuino event …`: appointments, edited as a phone would edit them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any, TypeVar
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli import items
from app.cli.house import House, in_house
from app.cli.show import repeats, table, when_text
from app.cli.types import MOMENT, SERVER_ID, ZONE, folder_option, user_option
from domain.agenda import exception, happening, taking_place
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.guests import inviting
from domain.patch import CANCELLED, CLEARED, OCCURRENCES, Values, apply, difference
from domain.refused import Unknown
from domain.series import carried
from domain.when import AllDay, Original, Timed, When
from domain.zone import Zone
from projections import accounts
from projections.accounts import AccountRow

F = TypeVar("F", bound=Callable[..., Any])

KIND = "calendar"
ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)
CLEARABLE = ("subject", "location", "text", "attendees", "reminder", "categories")
FIELD = {"text": "body"}
"""Options that are called otherwise than the field."""


def event_options(command: F) -> F:
    """What can be said about an appointment."""
    options = (
        click.option("--subject", help="What it is about."),
        click.option("--start", type=MOMENT, help="When it begins; a day alone means all day."),
        click.option("--end", type=MOMENT, help="When it ends; for all day, its last day."),
        click.option("--zone", type=ZONE, help="The zone of its times; without it, the user's."),
        click.option("--all-day/--timed", default=None, help="Whole days, or not."),
        click.option("--location", help="Where."),
        click.option("--text", help="The text of the event."),
        click.option("--attendee", multiple=True, help='As "Name <a@b>" or a@b; again for more.'),
        click.option("--reminder", type=click.IntRange(0), help="Minutes before it begins."),
        click.option("--category", multiple=True, help="Again for more."),
    )
    for option in reversed(options):
        command = option(command)
    return command


on_option = click.option(
    "--on", type=MOMENT, help="Of a series only the time that begins on this day by its rule."
)


@dataclass(frozen=True)
class Said:
    """The options of one command, as they came."""

    subject: str | None
    start: date | None
    end: date | None
    zone: Zone | None
    all_day: bool | None
    location: str | None
    text: str | None
    attendee: tuple[str, ...]
    reminder: int | None
    category: tuple[str, ...]

    def patch(self, before: Values, account: AccountRow) -> dict[str, Any]:
        """What the options change about an appointment."""
        patch = {
            "subject": self.subject,
            "when": self.when(before.get("when"), account.zone),
            "location": None if self.location is None else Location(self.location),
            "body": None if self.text is None else Body(self.text),
            "reminder": self.reminder,
            "categories": self.category or None,
            **self.meeting(before, account),
        }
        return {name: value for name, value in patch.items() if value is not None}

    def when(self, before: When | None, home: str) -> When | None:
        """The time as said, what is not said being as before; None if nothing is said of it."""
        if (self.start, self.end, self.zone, self.all_day) == (None, None, None, None):
            return None
        start = self.start or (before.start if before else None)
        if start is None:
            raise click.UsageError("--start is missing")
        try:
            if self._whole(before):
                return self._days(start, before)
            return self._hours(start, before, home)
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    def _whole(self, before: When | None) -> bool:
        if self.all_day is not None:
            return self.all_day
        if self.start is not None:
            return not isinstance(self.start, datetime)
        return isinstance(before, AllDay)

    def _days(self, start: date, before: When | None) -> AllDay:
        first = _day(start)
        if self.end is not None:
            return AllDay(first, _day(self.end) + ONE_DAY)
        return AllDay(first, first + (_length(before) if isinstance(before, AllDay) else ONE_DAY))

    def _hours(self, start: date, before: When | None, home: str) -> Timed:
        if not isinstance(start, datetime):
            raise ValueError("say at what time it begins, as in --start 2026-12-01T09:00")
        length = _length(before) if isinstance(before, Timed) else ONE_HOUR
        end = start + length if self.end is None else self.end
        if not isinstance(end, datetime):
            raise ValueError("say at what time it ends, as in --end 2026-12-01T10:00")
        known = before.zone if isinstance(before, Timed) else Zone(home)
        return Timed(start, end, self.zone or known)

    def meeting(self, before: Values, account: AccountRow) -> dict[str, Any]:
        if not self.attendee:
            return {}
        named = tuple(attendee(text) for text in self.attendee)
        return inviting(before, named, account.mail, account.full_name)


@click.group
def event() -> None:
    """Events: add, edit, remove, list."""


@event.command
@user_option
@folder_option
@event_options
@in_house
def add(house: House, user: str, folder: str | None, **said: Any) -> None:
    """Add an event to a person's calendar; prints its id."""
    account = house.account(user)
    values = Said(**said).patch({}, account)
    if "when" not in values:
        raise click.UsageError("--start is missing")
    items.add(house, house.folder(account, folder, KIND), values)


@event.command
@click.argument("id", type=SERVER_ID)
@event_options
@click.option("--clear", type=click.Choice(CLEARABLE), multiple=True, help="Empty a field.")
@on_option
@in_house
def edit(house: House, id: UUID, clear: tuple[str, ...], on: date | None, **said: Any) -> None:
    """Change an event; what is not said stays as it is.

    A series is changed as a whole, and keeps its cancelled and changed days; with --on only one
    of its times is.
    """
    item = items.load(house, id, KIND)
    with house.groupware.reading() as connection:
        account = accounts.by_id(connection, item.owner)
    assert account is not None, "an item belongs to somebody"
    emptied = tuple(FIELD.get(name, name) for name in clear)
    if on is not None:
        patch = _once(item.values, on, Said(**said), account, emptied)
        items.revise(house, id, KIND, patch, ())
        return
    patch = Said(**said).patch(item.values, account)
    if "when" in patch and OCCURRENCES in item.values:
        after = {**item.values, OCCURRENCES: carried(item.values, {**item.values, **patch})}
        patch |= difference(item.values, after)
    items.revise(house, id, KIND, patch, emptied)


@event.command
@click.argument("id", type=SERVER_ID)
@on_option
@in_house
def remove(house: House, id: UUID, on: date | None) -> None:
    """Remove an event, or a whole series; with --on only one of its times."""
    if on is None:
        items.remove(house, id, KIND)
        return
    original = _place(items.load(house, id, KIND).values, on)
    items.revise(house, id, KIND, {OCCURRENCES: {original: CANCELLED}}, ())


@event.command("list")
@user_option
@folder_option
@in_house
def list_(house: House, user: str, folder: str | None) -> None:
    """List the events of a calendar by their begin."""
    found = items.live(house, house.folder(house.account(user), folder, KIND))
    rows = [(server_id(id), *_row(values)) for id, values in sorted(found, key=_begin)]
    table(("id", "when", "subject", "where", "repeats"), rows, "no events")


def _once(
    values: Values, on: date, said: Said, account: AccountRow, emptied: tuple[str, ...]
) -> dict[str, Any]:
    """What the options change about one time of a series; nothing if it is so."""
    original = _place(values, on)
    before = happening(values, original).values
    patch = {**said.patch(before, account), **dict.fromkeys(emptied, CLEARED)}
    if not patch:
        raise click.UsageError("say what is to change")
    edit = exception(values, original, difference(before, apply(before, patch)))
    return edit or {OCCURRENCES: {}}


def _place(values: Values, on: date) -> Original:
    original = taking_place(values, _day(on))
    if original is None:
        raise Unknown(f"on {_day(on)} this event does not take place by its rule")
    return original


def _row(values: Values) -> tuple[str, str, str, str]:
    place: Location = values.get("location", Location())
    return when_text(values["when"]), values.get("subject", ""), place.name, repeats(values)


def _begin(row: tuple[UUID, Values]) -> str:
    when: When = row[1]["when"]
    return when.start.isoformat()


def attendee(text: str) -> Attendee:
    """Somebody who is invited, as `Name <address>` or by the address alone."""
    name, address = parseaddr(text)
    if "@" not in address:
        raise click.UsageError(f"{text!r} is no address as in a@example.org")
    return Attendee(address, name)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _length(when: When) -> timedelta:
    return when.end - when.start
