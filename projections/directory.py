"""The directory (GAL): everybody enabled, and for each asker his own contacts.

An entry has words by which it can be found. Somebody is found when each word of the query begins
one of them, whatever its case and accents (MS-ASCMD 2.2.3.142). A search goes through the words of
all whom the asker may find: contacts are written far more often than looked for.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.account import AccountOpened, ActiveSyncDisabled, ActiveSyncEnabled
from domain.item import Begun, EditRestored, Removed, Restored, Revised
from domain.patch import CLEARED, Patch, apply
from domain.person import ContactAdded, ContactRemoved, ContactRestored, ContactRevised

TABLES = """
CREATE TABLE IF NOT EXISTS directory_entry (
    id BLOB PRIMARY KEY,
    scope BLOB NOT NULL,
    shown INTEGER NOT NULL,
    sort TEXT NOT NULL,
    words TEXT NOT NULL,
    facts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS directory_scope ON directory_entry (scope, sort, id, words) WHERE shown;
"""

EVERYBODY = UUID(int=0)
"""The scope of people; a contact's scope is its owner."""

EMAILS = ("email1", "email2", "email3")
NAMED = ("file_as", "first_name", "last_name", "nickname", "company_name")
SPOKEN = (*NAMED, "alias")
FOUND_BY = frozenset({*SPOKEN, *EMAILS, "middle_name"})
"""The fields that the words and the order of an entry are made of."""
PLAIN = re.compile(r"[\w.+-]+@[\w.-]+", re.ASCII)
"""A bare address, as nearly all are."""

KEPT = frozenset(
    {*EMAILS, *NAMED, "middle_name", "office_location", "job_title"}
    | {"business_phone", "home_phone", "mobile_phone", "picture"}
)
"""The fields of a contact that its entry is made of; of a picture only that there is one."""

PACKED = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
STANDS = "SELECT scope, facts FROM directory_entry WHERE id = ?"
MEND = "UPDATE directory_entry SET facts = ? WHERE id = ?"
WORDS_AT_MOST = 8


@dataclass(frozen=True)
class Entry:
    """What the directory says about somebody. `contact` is the id of the asker's contact, or
    None for a person who has an account here; `pictured` says that the contact has a photo."""

    contact: UUID | None
    display_name: str
    first_name: str = ""
    last_name: str = ""
    alias: str = ""
    email: str = ""
    company: str = ""
    title: str = ""
    office: str = ""
    phone: str = ""
    home_phone: str = ""
    mobile_phone: str = ""
    pictured: bool = False


class TooComplex(ValueError):
    """A query of more words than anybody types."""


def search(
    connection: sqlite3.Connection, account: UUID, query: str, start: int, end: int
) -> tuple[list[Entry], int]:
    """The entries `start` to `end` (both included) of all that match, and how many there are."""
    words = query_words(query)
    if not words:
        return [], 0
    where, values = _matching(words, EVERYBODY, account)
    (total,) = connection.execute(f"SELECT count(*) {where}", values).fetchone()
    rows = connection.execute(
        f"SELECT id, scope, facts {where} ORDER BY sort, id LIMIT ? OFFSET ?",
        (*values, end - start + 1, start),
    )
    return [_entry(*row) for row in rows], total


def contacts(
    connection: sqlite3.Connection, account: UUID, query: str, start: int, number: int
) -> tuple[list[Entry], int]:
    """So many of a person's own contacts in the order of their names, from `start` on, and how
    many there are; with a query, of those that match it."""
    where, values = _matching(query_words(query), account)
    (total,) = connection.execute(f"SELECT count(*) {where}", values).fetchone()
    rows = connection.execute(
        f"SELECT id, scope, facts {where} ORDER BY sort, id LIMIT ? OFFSET ?",
        (*values, number, start),
    )
    return [_entry(*row) for row in rows], total


def query_words(query: str) -> list[str]:
    """The words of a query, folded; TooComplex if they are too many."""
    words = [word for word in (_stripped(part) for part in folded(query).split()) if word]
    if len(words) > WORDS_AT_MOST:
        raise TooComplex(f"a query has at most {WORDS_AT_MOST} words")
    return words


def folded(text: str) -> str:
    """`text` without case and accents."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    step = STEPS.get(type(event))
    if step is not None and not getattr(event, "erased", False):
        step(connection, event)


def _opened(connection: sqlite3.Connection, event: AccountOpened) -> None:
    first, _, last = event.full_name.strip().rpartition(" ")
    facts = {"first_name": first or last, "last_name": last if first else ""}
    facts |= {"alias": event.name, "email1": event.mail}
    _write(connection, event.originator_id, EVERYBODY, facts)
    _show(connection, event.originator_id, False)


def _added(connection: sqlite3.Connection, event: Begun) -> None:
    _write(connection, event.originator_id, event.owner, apply({}, _kept(event.values)))


def _revised(connection: sqlite3.Connection, event: Revised) -> None:
    id, patch = event.originator_id, _kept(event.patch)
    row = patch and connection.execute(STANDS, (id.bytes,)).fetchone()
    if not row:
        return
    facts = apply(json.loads(row[1]), patch)
    if FOUND_BY & patch.keys():
        _write(connection, id, UUID(bytes=row[0]), facts)
    else:
        connection.execute(MEND, (PACKED.encode(facts), id.bytes))


def _shown(connection: sqlite3.Connection, event: ActiveSyncEnabled | Restored) -> None:
    _show(connection, event.originator_id, True)


def _hidden(connection: sqlite3.Connection, event: ActiveSyncDisabled | Removed) -> None:
    _show(connection, event.originator_id, False)


STEPS: dict[type, Callable[[sqlite3.Connection, Any], None]] = {
    AccountOpened: _opened,
    ActiveSyncEnabled: _shown,
    ActiveSyncDisabled: _hidden,
    ContactAdded: _added,
    ContactRevised: _revised,
    EditRestored: _revised,
    ContactRemoved: _hidden,
    ContactRestored: _shown,
}


def _kept(patch: Patch) -> dict[str, Any]:
    """What of a patch concerns the entry."""
    kept = {name: value for name, value in patch.items() if name in KEPT}
    if kept.get("picture", CLEARED) is not CLEARED:
        kept["picture"] = True
    return kept


def _write(connection: sqlite3.Connection, id: UUID, scope: UUID, facts: dict[str, Any]) -> None:
    """The entry and its words; whether it is shown stays as it was."""
    connection.execute(
        "INSERT INTO directory_entry VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET sort = excluded.sort, words = excluded.words, facts = excluded.facts",
        (
            id.bytes,
            scope.bytes,
            folded(display_name(facts)),
            " ".join(["", *sorted(set(_words(facts)))]),
            PACKED.encode(facts),
        ),
    )


def _show(connection: sqlite3.Connection, id: UUID, shown: bool) -> None:
    connection.execute("UPDATE directory_entry SET shown = ? WHERE id = ?", (shown, id.bytes))


def _words(facts: Mapping[str, str]) -> Iterator[str]:
    """Every word of a name, its parts behind hyphens, every address and its parts before @."""
    yield from _beginnings(folded(" ".join(facts[name] for name in SPOKEN if name in facts)))
    for name in EMAILS:
        if name in facts and (address := folded(_address(facts[name]))):
            yield address
            yield from _beginnings(address.partition("@")[0])


def _beginnings(text: str) -> Iterator[str]:
    for word in text.split():
        if word.isalnum():
            yield word
        elif whole := _stripped(word):
            yield whole
            yield from filter(None, re.split(r"\W+|_", whole))


def _stripped(word: str) -> str:
    """`word` without punctuation at its ends: "A." is the beginning of "Allen"."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", word)


def _matching(words: list[str], *within: UUID) -> tuple[str, list[object]]:
    """What is shown in these scopes and matches every word."""
    places = ", ".join("?" for _ in within)
    where = f"FROM directory_entry WHERE shown AND scope IN ({places})"
    where += " AND instr(words, ?)" * len(words)
    return where, [*(scope.bytes for scope in within), *(f" {word}" for word in words)]


def display_name(facts: Mapping[str, str]) -> str:
    """What somebody is called, or the next best thing that is known."""
    parts = (facts.get(name, "") for name in ("first_name", "middle_name", "last_name"))
    others = (facts.get(name, "") for name in ("file_as", "nickname", "company_name", "alias"))
    candidates = (" ".join(filter(None, parts)), *others)
    return next(filter(None, candidates), "") or _email(facts)


def _email(facts: Mapping[str, str]) -> str:
    return next(filter(None, (_address(facts.get(name, "")) for name in EMAILS)), "")


def _address(text: str) -> str:
    """The bare address of `"Ada" <ada@example.org>`."""
    if PLAIN.fullmatch(text):
        return text
    return parseaddr(text)[1] or text.strip()


def _entry(id: bytes, scope: bytes, packed: str) -> Entry:
    facts = json.loads(packed)
    return Entry(
        contact=None if scope == EVERYBODY.bytes else UUID(bytes=id),
        display_name=display_name(facts),
        first_name=facts.get("first_name", ""),
        last_name=facts.get("last_name", ""),
        alias=facts.get("alias", ""),
        email=_email(facts),
        company=facts.get("company_name", ""),
        title=facts.get("job_title", ""),
        office=facts.get("office_location", ""),
        phone=facts.get("business_phone", ""),
        home_phone=facts.get("home_phone", ""),
        mobile_phone=facts.get("mobile_phone", ""),
        pictured=facts.get("picture", False),
    )
