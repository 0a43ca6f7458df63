"""Who was erased leaves no row that says anything: the log still tells that there was somebody.

Their events stay, blank where they were personal, and are folded up to the one that says so. That
takes away every row of a person with an account; of a contact it leaves the blank row by which
phones are told that it is gone. What lies in caches goes in the same transaction.
"""

from __future__ import annotations

import sqlite3
from typing import Final
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.house import AccountErased, ContactErased
from domain.likeness import likeness
from projections.codec import Codec

THEIRS: Final = "(SELECT number FROM collection WHERE owner = :account)"
ITEMS: Final = f"(SELECT id FROM item WHERE collection IN {THEIRS})"
PHONES: Final = "(SELECT id FROM partnership WHERE account = :account)"
PASSWORDS: Final = "(SELECT id FROM activesync_password WHERE account = :account)"

FOLDED: Final = {
    "relation": f"appointment IN {ITEMS} OR contact IN {ITEMS}",
    "contact_address": "owner = :account",
    "directory_entry": "id = :account OR scope = :account",
    "set_aside": "owner = :account",
    "finding": f"about = :account OR about IN {ITEMS} OR about IN {PHONES}",
    "brake_limit": "about = :account",
    "round": f"partnership IN {PHONES}",
    "quarantine": f"partnership IN {PHONES}",
    "hold": f"partnership IN {PHONES}",
    "lately": f"partnership IN {PHONES}",
    "device_deed": f"partnership IN {PHONES}",
    "recording": f"partnership IN {PHONES}",
    "change": f"collection IN {THEIRS}",
    "item": f"collection IN {THEIRS}",
    "collection": "owner = :account",
    "partnership": "account = :account",
    "activesync_password": "account = :account",
    "known_secret": "account = :account",
    "account": "id = :account",
}
"""Which rows of each table are a person's. What names others is looked up before those go."""

CACHED: Final = {
    "device_seen": f"partnership IN {PHONES}",
    "device_search": f"partnership IN {PHONES}",
    "asked": f"partnership IN {PHONES}",
    "heartbeat": f"partnership IN {PHONES}",
    "recorded": "account = :account",
    "password_used": f"password IN {PASSWORDS}",
    "useless_secret": "account = :account",
    "directory_secret": "account = :account",
    "mail_code": "account = :account",
    "enrolment": "account = :account",
    "web_session": "account = :account",
    "notice": "account = :account",
}
"""The same for what is not folded from the log."""


OF_A_CONTACT: Final = {
    "contact_address": "contact = :contact",
    "directory_entry": "id = :contact",
    "set_aside": "item = :contact",
}

BLANK: Final = "UPDATE item SET uid = NULL, client_uid = NULL, likeness = ?, value = ? WHERE id = ?"


class ErasedProjector:
    """Comes after all others: what they made of the blank events is taken away again."""

    def __init__(self, codec: Codec) -> None:
        self._blank = likeness("contacts", {}), codec.encode({})

    def __call__(self, connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
        match event:
            case AccountErased():
                _take_away(connection, FOLDED, account=event.subject)
            case ContactErased():
                _take_away(connection, OF_A_CONTACT, contact=event.subject)
                connection.execute(BLANK, (*self._blank, event.subject.bytes))


def forget(connection: sqlite3.Connection, account: UUID) -> None:
    """What caches have of a person, as long as the rows are there that say what is theirs."""
    _take_away(connection, CACHED, account=account)


def _take_away(connection: sqlite3.Connection, tables: dict[str, str], **whose: UUID) -> None:
    facts = {name: id.bytes for name, id in whose.items()}
    for table, rows in tables.items():
        connection.execute(f"DELETE FROM {table} WHERE {rows}", facts)
