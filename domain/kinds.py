"""The kinds of item there are: what each is called, lives as, and is made of."""

from __future__ import annotations

from dataclasses import dataclass

from domain import calendar, contact, folder
from domain.appointment import Appointment
from domain.fields import Fields
from domain.folder import Folder
from domain.item import Item
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
