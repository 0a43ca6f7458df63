"""Links between appointments and contacts, and the addresses by which a contact is known."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.contact import EMAILS
from domain.item import Removed, Revised
from domain.patch import CLEARED, Patch
from domain.person import ContactAdded, ContactRemoved, ContactRestored, ContactRevised
from domain.relation import ContactLinked, ContactUnlinked, RelationBegun

TABLES = """
CREATE TABLE IF NOT EXISTS relation (
    id BLOB PRIMARY KEY,
    appointment BLOB NOT NULL,
    contact BLOB NOT NULL,
    linked INTEGER NOT NULL,
    said TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS relation_appointment ON relation (appointment);
CREATE INDEX IF NOT EXISTS relation_contact ON relation (contact);
CREATE TABLE IF NOT EXISTS contact_address (
    contact BLOB NOT NULL,
    slot TEXT NOT NULL,
    owner BLOB NOT NULL,
    address TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (contact, slot)
) STRICT, WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS contact_address_owner ON contact_address (owner, address);
"""


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    match event:
        case RelationBegun():
            connection.execute(
                "INSERT INTO relation VALUES (?, ?, ?, 1, ?)",
                (event.originator_id.bytes, event.appointment.bytes, event.contact.bytes, event.by),
            )
        case ContactLinked():
            _set(connection, event.originator_id, True, event.by)
        case ContactUnlinked():
            _set(connection, event.originator_id, False, event.actor)
        case ContactAdded():
            _addresses(connection, event.originator_id, event.values, event.owner)
        case Revised() if _is_contact(connection, event):
            _addresses(connection, event.originator_id, event.patch, None)
        case ContactRemoved() | ContactRestored():
            connection.execute(
                "UPDATE contact_address SET removed = ? WHERE contact = ?",
                (isinstance(event, Removed), event.originator_id.bytes),
            )


def _is_contact(connection: sqlite3.Connection, event: Revised) -> bool:
    """EditRestored is the one revision whose class does not tell the kind of its item."""
    if isinstance(event, ContactRevised):
        return True
    row = connection.execute(
        "SELECT kind FROM item WHERE id = ?", (event.originator_id.bytes,)
    ).fetchone()
    return bool(row and row[0] == "contacts")


def _set(connection: sqlite3.Connection, relation: UUID, linked: bool, by: str) -> None:
    connection.execute(
        "UPDATE relation SET linked = ?, said = ? WHERE id = ?", (linked, by, relation.bytes)
    )


def _addresses(
    connection: sqlite3.Connection, contact: UUID, patch: Patch, owner: UUID | None
) -> None:
    for slot in EMAILS:
        if slot not in patch:
            continue
        connection.execute(
            "DELETE FROM contact_address WHERE contact = ? AND slot = ?", (contact.bytes, slot)
        )
        address = "" if patch[slot] is CLEARED else bare_address(patch[slot])
        if address:
            owned = owner.bytes if owner else _owner(connection, contact)
            connection.execute(
                "INSERT INTO contact_address VALUES (?, ?, ?, ?, 0)",
                (contact.bytes, slot, owned, address),
            )


def _owner(connection: sqlite3.Connection, contact: UUID) -> bytes:
    (owner,) = connection.execute(
        "SELECT c.owner FROM item i JOIN collection c ON c.number = i.collection WHERE i.id = ?",
        (contact.bytes,),
    ).fetchone()
    return bytes(owner)


def bare_address(text: str) -> str:
    """The address in `"Name" <a@b>`, in the one spelling that is compared."""
    bracketed = re.search(r"<([^<>]*)>\s*$", text)
    return (bracketed[1] if bracketed else text).strip().casefold()


def contacts_of(connection: sqlite3.Connection, appointment: UUID) -> list[UUID]:
    """The contacts an appointment is linked to; the removed among them are suspended."""
    rows = connection.execute(
        "SELECT contact FROM relation JOIN item ON item.id = contact"
        " WHERE appointment = ? AND linked AND NOT removed ORDER BY contact",
        (appointment.bytes,),
    )
    return [UUID(bytes=row[0]) for row in rows]


def appointments_of(connection: sqlite3.Connection, contact: UUID) -> list[UUID]:
    """The appointments a contact is linked to; the removed among them are suspended."""
    rows = connection.execute(
        "SELECT appointment FROM relation JOIN item ON item.id = appointment"
        " WHERE contact = ? AND linked AND NOT removed ORDER BY appointment",
        (contact.bytes,),
    )
    return [UUID(bytes=row[0]) for row in rows]


def pair(connection: sqlite3.Connection, relation: UUID) -> tuple[UUID, UUID]:
    """The appointment and the contact that a link is about."""
    appointment, contact = connection.execute(
        "SELECT appointment, contact FROM relation WHERE id = ?", (relation.bytes,)
    ).fetchone()
    return UUID(bytes=appointment), UUID(bytes=contact)


def linked(connection: sqlite3.Connection, relation: UUID) -> bool | None:
    """Whether a link holds; None where there never was one."""
    row = connection.execute("SELECT linked FROM relation WHERE id = ?", (relation.bytes,))
    found = row.fetchone()
    return None if found is None else bool(found[0])


def known_by(
    connection: sqlite3.Connection, owner: UUID, addresses: Iterable[str]
) -> dict[str, list[UUID]]:
    """The owner's contacts by each of these addresses."""
    found: dict[str, list[UUID]] = {}
    for address in {bare_address(address) for address in addresses}:
        rows = connection.execute(
            "SELECT DISTINCT contact FROM contact_address"
            " WHERE owner = ? AND address = ? AND NOT removed ORDER BY contact",
            (owner.bytes, address),
        )
        found[address] = [UUID(bytes=row[0]) for row in rows]
    return found
