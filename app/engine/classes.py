"""The classes of item a phone knows: how each is read, rendered and, if need be, reduced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from adapters.eas import calendar, contact
from adapters.eas.body import empty_body
from adapters.eas.dialect import BodyPreference, Dialect, Unconvertible
from adapters.eas.quirks import quirks_for
from adapters.eas.request import Request
from adapters.ids import server_id
from adapters.wbxml import Element
from app import chance
from app.engine.conversation import Command
from app.engine.desk import Meaning, Reader
from domain.kinds import without_weight
from domain.patch import Values
from domain.round import Wishes
from domain.when import Instant
from domain.zone import Zone
from projections.accounts import AccountRow

NAMES = {"calendar": "Calendar", "contacts": "Contacts", "": "Email"}
"""The name of a class on the wire, by the kind of item a folder holds."""

PERIODS = {4: 14, 5: 31, 6: 92, 7: 183}
"""Days back by FilterType; the shorter ones are for mail and are read as the shortest."""


def dialect_for(request: Request, account: AccountRow, wishes: Wishes) -> Dialect:
    """How this phone wants to be spoken to about one collection."""
    return Dialect(
        version=request.version,
        bodies=tuple(BodyPreference(*wish) for wish in wishes.bodies),
        truncation=wishes.truncation,
        supported=None if wishes.supported is None else frozenset(wishes.supported),
        zone=Zone(account.zone),
        address=account.mail,
        name=account.full_name,
        quirks=quirks_for(request.user_agent, request.device_type),
    )


def cutoff(kind: str, filter_type: int, now: Instant) -> int:
    """The first second of the window, a UTC midnight; 0 where there is no window."""
    if kind != "calendar" or filter_type in (0, 8) or filter_type > 8:
        return 0
    day = now.date() - timedelta(days=PERIODS.get(filter_type, PERIODS[4]))
    return int(datetime.combine(day, time(), UTC).timestamp())


def render(
    kind: str, values: Values, dialect: Dialect, reduced: bool = False, held: bool = False
) -> list[Element]:
    """The children of ApplicationData; `held` where the phone lays them over what it has."""
    shown = without_weight(values) if reduced else values
    if kind == "calendar":
        return calendar.render(shown, dialect)
    told = contact.render(shown, dialect)
    return _with_empty_body(told, dialect) if held and "body" not in values else told


def _with_empty_body(told: list[Element], dialect: Dialect) -> list[Element]:
    """A contact without a note in a Change says so: to many phones a missing body is unchanged,
    and whether they ever had one is not worth remembering (MS-ASAIRS 2.2.2.9)."""
    if any(each.name.endswith(":Body") for each in told):
        return told
    end = next((n for n, e in enumerate(told) if e.name.startswith("contacts2:")), len(told))
    return [*told[:end], *empty_body(dialect, "contacts"), *told[end:]]


def reader(kind: str, dialect: Dialect, now: Instant) -> Reader:
    """Reads commands on items of this kind as this phone means them."""
    return CalendarReader(dialect, now) if kind == "calendar" else ContactReader(dialect)


@dataclass(frozen=True)
class ContactReader:
    dialect: Dialect

    def __call__(self, command: Command, base: Values | None) -> Meaning:
        return Meaning(contact.read(_data(command), self.dialect, base))


@dataclass(frozen=True)
class CalendarReader:
    dialect: Dialect
    now: Instant

    def __call__(self, command: Command, base: Values | None) -> Meaning:
        if command.instance and base is not None:
            data = None if command.data is None else _data(command)
            reading = calendar.read_instance(
                data, command.instance, self.dialect, base, _new_reference
            )
        else:
            reading = calendar.read(_data(command), self.dialect, base, self.now, _new_reference)
        return Meaning(reading.patch, reading.attached, reading.refused)


def _data(command: Command) -> Element:
    """Unconvertible for a command that says nothing: some phones send empty ones."""
    if not isinstance(command.data, Element) or not command.data.children:
        raise Unconvertible("nothing is said of the item")
    return command.data


def _new_reference() -> str:
    """A name for life for a new file."""
    return server_id(chance.identity("file"))
