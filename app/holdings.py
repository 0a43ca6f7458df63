"""Everything that is held on a person, as files: of somebody with an account, or of a contact.

Calendars and contacts are files that other programs read. All else is data: what is known now in
one document, and each event of the log that is about the person, decoded, one a line. What proves a
secret is in none of them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, Final
from uuid import UUID

from adapters.ids import server_id
from app import erasure
from app.composition import CODEC
from app.groupware import Groupware
from app.log.data import entry_data, fact_data, plain
from app.log.telling import Teller
from app.web.files import FORMS
from app.web.words import Words
from domain.contact import EMAILS
from domain.kinds import KINDS
from domain.refused import Unknown
from projections import (
    accounts,
    asked,
    attempts,
    brakes,
    conflicts,
    credentials,
    deeds,
    devices,
    folders,
    history,
    holds,
    items,
    logbook,
    notices,
    policies,
    recorded,
    relations,
    sessions,
    sightings,
    standing,
)
from projections.accounts import AccountRow
from projections.devices import PartnershipRow
from projections.directory import display_name
from projections.folders import FolderRow
from projections.history import Entry
from projections.items import ItemRow
from projections.logbook import Search

File = tuple[str, Iterable[bytes]]
"""Its name, and what is in it, piece by piece; to be read before the next one is asked for."""

READ_AT_ONCE: Final = 500
UNFIT: Final = re.compile(r"[^\w.-]+")
"""What no name of a file needs."""

SECRET: Final = frozenset({"login_hash", "hash", "sealed", "epoch"})
EMPTY: Final[tuple[Any, ...]] = ("", None, {}, [], ())


@dataclass(frozen=True)
class Holdings:
    """What is held at one moment, told in the words of one reader."""

    groupware: Groupware
    connection: sqlite3.Connection
    words: Words

    def of_person(self, account: UUID) -> Iterator[File]:
        """The files of somebody with an account, always in the same order."""
        person = accounts.by_id(self.connection, account)
        if person is None:
            raise Unknown("there is no such person")
        yield "person.json", [_document(self._person(person))]
        yield from self._folders(person)
        yield "log.jsonl", self._log(person)

    def of_contact(self, id: UUID) -> Iterator[File]:
        """The files of a contact of somebody's: its card, its history, and the events that it is
        linked to or named in."""
        row = items.item(self.connection, id)
        if row is None or row.kind != "contacts":
            raise Unknown(f"there is no contact {server_id(id)}")
        values = CODEC.decode(row.value)
        linked = relations.appointments_of(self.connection, id)
        naming = [each.id for each in self._naming(row, values)]
        told = {"id": id, "removed": row.removed, "values": values}
        yield "contact.json", [_document({**told, "linked": linked, "named in": naming})]
        yield "contact.vcf", FORMS["contacts"][1]([(server_id(id), values)])
        events = [_entry(self._item(each)) for each in sorted({*linked, *naming}, key=str)]
        yield "events.ics", FORMS["calendar"][1](events)
        yield "history.jsonl", self._history(id)

    # Files

    def _folders(self, person: AccountRow) -> Iterator[File]:
        taken: set[str] = set()
        for folder in folders.folders(self.connection, CODEC, person.id):
            if folder.kind in FORMS:
                suffix, write = FORMS[folder.kind]
                entries = (_entry(each) for each in self._content(folder))
                yield _named(folder, suffix, taken), write(entries)

    def _content(self, folder: FolderRow) -> list[ItemRow]:
        collection = items.collection(self.connection, folder.id)
        return list(items.items(self.connection, collection.number)) if collection else []

    def _log(self, person: AccountRow) -> Iterator[bytes]:
        """Of what they did to what is not theirs, that they did it, and no more."""
        about = logbook.things(person.id)
        own = logbook.actors(f"user:{person.name}", f"admin:{person.name}")
        theirs = frozenset(logbook.every(self.connection, Search((about,))))
        positions = list(logbook.every(self.connection, Search((about | own,))))
        teller = Teller(self.connection, self.words)
        for entry in self._read(reversed(positions)):
            whole = entry.position in theirs
            told = entry_data(entry, teller.sentence(entry.event) if whole else "")
            yield _line(told if whole else {**told, "fields": {}})

    def _read(self, positions: Iterator[int]) -> Iterator[Entry]:
        while some := list(islice(positions, READ_AT_ONCE)):
            for found in self.groupware.read(some):
                yield Entry(*found)

    def _history(self, id: UUID) -> Iterator[bytes]:
        teller = Teller(self.connection, self.words)
        for fact in history.history(self.groupware, self.connection, id):
            yield _line(fact_data(fact, teller.sentence(fact.event)))

    # What is known now

    def _person(self, person: AccountRow) -> dict[str, Any]:
        connection, id = self.connection, person.id
        policy, limits = policies.find(connection, person.policy), brakes.own(connection, id)
        return {
            "id": id,
            "account": {**_facts(person), "out_of_office": person.out_of_office.facts()},
            "brake": limits and limits._asdict(),
            "policy": _facts(policy) if policy else None,
            "passwords": [self._password(each) for each in credentials.of_account(connection, id)],
            "refused": [_facts(each) for each in attempts.useless(connection, id)],
            "told by mail": notices.told(connection, id),
            "signed in": sessions.count(connection, id),
            "phones": [self._phone(each) for each in devices.of_account(connection, id)],
            "folders": [_facts(each) for each in folders.folders(connection, CODEC, id)],
            "links": list(self._links(id)),
            "set aside": list(self._set_aside(id)),
            "held": list(self._held(id)),
        }

    def _password(self, row: credentials.PasswordRow) -> dict[str, Any]:
        used = attempts.last_use(self.connection, row.id)
        return {**_facts(row), "used": _facts(used) if used else None}

    def _phone(self, phone: PartnershipRow) -> dict[str, Any]:
        connection = self.connection
        seen = sightings.seen(connection, phone.id)
        drawn = standing.portrait(connection, self.groupware.clock(), phone.id)
        kept = recorded.kept(connection, phone.id)
        return {
            **_facts(phone),
            "seen": _facts(seen) if seen else None,
            "state": drawn.standing.word if drawn else "",
            "decided": deeds.of_phone(connection, phone.id),
            "asked": asked.every(connection, phone.id),
            "recorded": [{"at": each.at, "command": each.command} for each in kept],
        }

    def _links(self, owner: UUID) -> Iterator[dict[str, UUID]]:
        for event in items.ever(self.connection, owner, "calendar"):
            for contact in relations.contacts_of(self.connection, event):
                yield {"event": event, "contact": contact}

    def _set_aside(self, owner: UUID) -> Iterator[dict[str, Any]]:
        for each in conflicts.waiting(self.connection, owner):
            patches = {"lost": CODEC.decode(each.lost), "kept": CODEC.decode(each.kept)}
            yield {**_facts(each), **patches}

    def _held(self, owner: UUID) -> Iterator[dict[str, Any]]:
        for burst in holds.bursts(self.connection, owner):
            for each in holds.waiting(self.connection, burst.id):
                kind = KINDS[self._item(each.item).kind].aggregate
                edit = self.groupware.load(kind, each.item).held.get(burst.id)
                yield {"item": each.item, "since": burst.begun, "edit": edit}

    def _naming(self, contact: ItemRow, values: Mapping[str, Any]) -> list[ItemRow]:
        owner = self.groupware.load(KINDS[contact.kind].aggregate, contact.id).owner
        addresses = (relations.bare_address(values.get(slot, "")) for slot in EMAILS)
        named = erasure.naming(self.connection, owner, [*addresses, display_name(values)])
        return [each for each in named if each.kind == "calendar"]

    def _item(self, id: UUID) -> ItemRow:
        row = items.item(self.connection, id)
        assert row is not None, "what is linked, named or held was there"
        return row


def _entry(row: ItemRow) -> tuple[str, Any]:
    return server_id(row.id), CODEC.decode(row.value)


def _facts(row: Any) -> dict[str, Any]:
    """The fields of a record that say something, and prove nothing."""
    told = ((each.name, getattr(row, each.name)) for each in fields(row))
    return {name: value for name, value in told if name not in SECRET and value not in EMPTY}


def _named(folder: FolderRow, suffix: str, taken: set[str]) -> str:
    """The folder's name as that of a file; the id behind it where another one has it already."""
    plain_name = UNFIT.sub("-", folder.name).strip("-.") or folder.kind
    if plain_name.casefold() in taken:
        plain_name = f"{plain_name}-{server_id(folder.id)}"
    taken.add(plain_name.casefold())
    return f"{plain_name}.{suffix}"


def _document(told: Mapping[str, Any]) -> bytes:
    return json.dumps(plain(told), ensure_ascii=False, indent=2).encode() + b"\n"


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"
