"""Event ↔ contact links: made by an attendee's address or by hand, broken only by hand."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from app.groupware import Groupware
from domain.appointment import Appointment
from domain.patch import Values
from domain.person import Contact
from domain.refused import Unknown
from domain.relation import Relation
from projections import items, relations

BY_ADDRESS = "address"
BY_UID = "same event elsewhere"
BY_HAND = "hand"


def link(groupware: Groupware, appointment: UUID, contact: UUID) -> None:
    """Link the two, by whoever acts; Unknown if either is not there."""
    for kind, id in ((Appointment, appointment), (Contact, contact)):
        if groupware.load(kind, id).removed:
            raise Unknown(f"the {kind.__name__.lower()} {id} has been removed")
    _link(groupware, appointment, contact, BY_HAND)


def unlink(groupware: Groupware, appointment: UUID, contact: UUID) -> None:
    """Say that the two have nothing to do with each other; Unknown if they never had."""
    relation = groupware.load(Relation, Relation.id_of(appointment, contact))
    if relation.linked:
        relation.unlink()
        groupware.save(relation)


def match(
    groupware: Groupware, connection: sqlite3.Connection, owner: UUID, id: UUID, values: Values
) -> None:
    """Link an appointment just edited to the contacts its attendees are.

    An address makes a link if exactly one contact of the owner has it. A link that was undone
    by hand is not made again; one that stands is left alone whoever attends.
    """
    addresses = [attendee.email for attendee in values.get("attendees", ()) if attendee.email]
    known = relations.known_by(connection, owner, addresses)
    for contacts in known.values():
        if len(contacts) == 1:
            _link_once(groupware, connection, id, contacts[0], BY_ADDRESS)


def inherit(
    groupware: Groupware, connection: sqlite3.Connection, owner: UUID, id: UUID, values: Values
) -> None:
    """A new appointment takes over the links of the same event in the owner's other folders."""
    if "uid" not in values:
        return
    for other in items.with_uid(connection, values["uid"]):
        if other.id != id and _owner(connection, other.collection) == owner:
            for contact in relations.contacts_of(connection, other.id):
                _link_once(groupware, connection, id, contact, BY_UID)


def _link_once(
    groupware: Groupware, connection: sqlite3.Connection, appointment: UUID, contact: UUID, by: str
) -> None:
    if relations.linked(connection, Relation.id_of(appointment, contact)) is None:
        groupware.save(Relation.begin(appointment, contact, by))


def _link(groupware: Groupware, appointment: UUID, contact: UUID, by: str) -> None:
    try:
        relation = groupware.load(Relation, Relation.id_of(appointment, contact))
    except Unknown:
        relation = Relation.begin(appointment, contact, by)
    else:
        if not relation.linked:
            relation.link(by)
    groupware.save(relation)


def _owner(connection: sqlite3.Connection, number: int) -> UUID:
    (owner,) = connection.execute(
        "SELECT owner FROM collection WHERE number = ?", (number,)
    ).fetchone()
    return UUID(bytes=owner)
