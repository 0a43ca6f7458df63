"""What somebody or something is called: people, phones, events, contacts, folders, policies.

The log knows them by ids and keeps no names in the clear. Whoever tells of it looks them up here,
each once; what was erased is called so, and what nobody knows any more goes by its id.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Final
from uuid import UUID

from adapters.ids import id_in, server_id
from app.composition import CODEC
from app.web.words import Words
from domain.folder import hierarchy_of
from domain.patch import Values
from projections import accounts, devices, items
from projections.accounts import AccountRow
from projections.directory import display_name

PHONE: Final = "SELECT account, device FROM partnership WHERE id = ?"
OWNER: Final = (
    "SELECT owner FROM item JOIN collection ON number = collection WHERE item.id = ?1"
    " UNION SELECT owner FROM collection WHERE id = ?1"
)
POLICY: Final = "SELECT name FROM policy WHERE id = ?"


class Names:
    """Names in the words of one reader, as they are at one moment: good for one page."""

    def __init__(self, connection: sqlite3.Connection, words: Words) -> None:
        self._connection = connection
        self._words = words
        self.person = lru_cache(maxsize=None)(self._person)
        self.phone = lru_cache(maxsize=None)(self._phone)
        self.item = lru_cache(maxsize=None)(self._item)

    def actor(self, actor: str, partnership: UUID | None) -> str:
        """Who did something, as an event names them (`device:@…`, and before that by DeviceId)."""
        who, _, name = actor.partition(":")
        if who == "device":
            phone, name = id_in(actor) or partnership, name.removeprefix("@")
            if phone is not None and self._row(PHONE, phone):
                return self.phone(phone)
        if who in ("user", "admin"):
            found = accounts.find(self._connection, name)
            name = self._called(found) if found else name
            name = self._words.text("log.erased") if name.startswith("@") else name
        key = f"log.actor.{who}"
        return self._words.text(key if self._words.knows(key) else "log.actor.system", name=name)

    def owner_of(self, id: UUID) -> UUID | None:
        """Whose an item, a folder or a phone is."""
        row = self._row(OWNER, id) or self._row(PHONE, id)
        return UUID(bytes=row[0]) if row else None

    def anything(self, id: UUID) -> str:
        """What it is called, whatever it is."""
        if items.item(self._connection, id) is not None:
            return self.item(id)
        if self._row(PHONE, id):
            return self.phone(id)
        return self.policy(id) or self.person(id)

    def policy(self, id: UUID) -> str:
        row = self._row(POLICY, id)
        return str(row[0]) if row else ""

    def collection(self, id: UUID, owner: UUID | None) -> str:
        """A folder's name, or that of the list of a person's folders."""
        if owner is not None and id == hierarchy_of(owner):
            return self._words.text("log.hierarchy")
        return self.item(id)

    def title(self, kind: str, values: Values) -> str:
        """What an item with these values is called."""
        if not values:
            return self._words.text("log.erased")
        if kind == "calendar":
            return values.get("subject") or self._words.text("my.event.untitled")
        if kind == "contacts":
            return display_name(values) or self._words.text("my.contacts.unnamed")
        return str(values.get("name", ""))

    def _person(self, id: UUID) -> str:
        found = accounts.by_id(self._connection, id)
        return server_id(id) if found is None else self._called(found)

    def _called(self, person: AccountRow) -> str:
        return person.full_name or person.name or self._words.text("log.erased")

    def _phone(self, id: UUID) -> str:
        """With whose it is. One that was forgotten goes by the id it had."""
        row = self._row(PHONE, id)
        if row is None:
            return self._words.text("log.actor.device", name=server_id(id))
        found = devices.by_id(self._connection, id)
        person = self.person(UUID(bytes=row[0]))
        return self._words.text("log.phone", name=found.name if found else row[1], person=person)

    def _item(self, id: UUID) -> str:
        row = items.item(self._connection, id)
        return server_id(id) if row is None else self.title(row.kind, CODEC.decode(row.value))

    def _row(self, query: str, id: UUID) -> tuple[bytes, str] | None:
        row: tuple[bytes, str] | None = self._connection.execute(query, (id.bytes,)).fetchone()
        return row
