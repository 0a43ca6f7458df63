"""The kinds of item there are: what each is called, lives as, and is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain import calendar, contact, folder
from domain.appointment import Appointment
from domain.fields import Fields
from domain.folder import Folder
from domain.item import Item
from domain.patch import OCCURRENCES, Values
from domain.person import Contact


@dataclass(frozen=True)
class Kind:
    """`name` stands in rows; `aggregate` is its life in the log; `fields` what it may hold."""

    name: str
    aggregate: type[Item]
    fields: Fields


KINDS = {
    kind.name: kind
    for kind in (
        Kind("calendar", Appointment, calendar.FIELDS),
        Kind("contacts", Contact, contact.FIELDS),
        Kind("folder", Folder, folder.FIELDS),
    )
}


def kind_of(aggregate: type[Item]) -> Kind:
    return next(kind for kind in KINDS.values() if kind.aggregate is aggregate)


HEAVY = frozenset({"body", "picture", "attachments", OCCURRENCES})
"""What phones most often choke on."""


def without_weight(values: Values) -> dict[str, Any]:
    """An item as it is shown to a phone that cannot take the whole of it."""
    return {name: value for name, value in values.items() if name not in HEAVY}
