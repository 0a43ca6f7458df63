"""Erasing a person: their key is destroyed, and with it every reading of what was sealed.

It is done in two steps. The first is one transaction: the keys and the rows are gone, phones and
browsers of the person are shut out, and an event says who erased whom, by ids. The second takes as
long as a rebuild: the rows of others that named the person are made again from what the log still
tells, and the file is written anew, so that nothing lies on in its corners. Whoever is stopped in
between begins again at the second.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from adapters.store.pool import Pool, StoreBusy
from app import beside
from app import items as use
from app.composition import CODEC
from app.groupware import Groupware
from app.identity.guesses import PURPOSES, Guesses
from app.rules import the_house
from app.settings import Settings
from app.web.sessions import SESSIONS
from domain.base import Authorship
from domain.folder import hierarchy_of
from domain.refused import Refused, Unknown
from projections import accounts, attempts, erased, items, recorded, relations, schema
from projections.accounts import AccountRow
from projections.items import ItemRow
from projections.rebuild import Tick, anew, unheard

PATIENCE: Final = 5.0
"""Seconds to wait for readers of old rows; they are short."""

A_MOMENT: Final = 0.05


class LastAdministrator(Refused):
    """Nobody could decide anything any more."""


@dataclass(frozen=True)
class Mention:
    """What somebody else has in which a person is named: theirs, and it stays."""

    owner: str
    kind: str
    item: UUID


def erase_person(groupware: Groupware, author: Authorship, account: UUID) -> None:
    """The first step for a person with an account: whatever they had here goes with them, their
    contacts too, each of which has a key of its own."""
    with groupware.acting(author) as connection:
        _expect_another_administrator(connection, account)
        contacts = items.ever(connection, account, "contacts")
        _forget_guesses(groupware, connection, account)
        erased.forget(connection, account)
        house = the_house(groupware)
        house.note_account_erased(account, tuple(contacts))
        groupware.save(house)
        groupware.keyring.erase(account, *contacts)
        told = (account, hierarchy_of(account), SESSIONS)
        groupware.pool.after_commit(partial(groupware.ring, told))


def erase_contact(groupware: Groupware, author: Authorship, contact: UUID) -> list[UUID]:
    """The first step for a contact of somebody's; the appointments it was linked to, which may
    still mention the person. Phones are told that the contact is gone; what was recorded of them is
    let go, since it may tell of it."""
    with groupware.acting(author) as connection:
        row = items.item(connection, contact)
        if row is None or row.kind != "contacts":
            raise Unknown(f"there is no contact {contact}")
        mentioning = relations.appointments_of(connection, contact)
        item = use.load(groupware, connection, contact)
        if not row.removed:
            use.remove(groupware, item)
        recorded.forget(connection, item.owner)
        house = the_house(groupware)
        house.note_contact_erased(contact)
        groupware.save(house)
        groupware.keyring.erase(contact)
    return mentioning


def finish(groupware: Groupware, tick: Tick = unheard) -> bool:
    """The second step, for whoever was erased. False if others kept the store too busy to write it
    anew: then it has to be done once more."""
    with anew(schema.create, schema.projectors(CODEC)) as tables:
        with groupware.reading():
            tables.catch_up(groupware, tick)
        with groupware.pool.writing() as connection:
            tables.catch_up(groupware)
            tables.replace(connection)
    return _scoured(groupware.pool)


def finish_beside(settings: Settings) -> None:
    """The second step in a process of its own; whoever asked for the first goes on."""
    beside.begin(settings, "person", "scour")


def mentions(connection: sqlite3.Connection, person: AccountRow) -> Iterator[Mention]:
    """Where a person with an account is named by what others have."""
    for other in accounts.all_accounts(connection):
        if other.id != person.id:
            for row in naming(connection, other.id, [person.mail, person.full_name]):
                yield Mention(other.name, row.kind, row.id)


def naming(connection: sqlite3.Connection, owner: UUID, texts: list[str]) -> list[ItemRow]:
    """What somebody has in which one of these texts stands, in the order of ids."""
    named = (items.mentioning(connection, owner, text) for text in texts if text)
    found = {row.id: row for rows in named for row in rows}
    return [found[id] for id in sorted(found, key=str)]


def _scoured(pool: Pool) -> bool:
    try:
        done = pool.scour()
    except StoreBusy:
        return False
    deadline = time.monotonic() + PATIENCE
    while not done and time.monotonic() < deadline:
        time.sleep(A_MOMENT)
        done = pool.checkpoint()
    return done


def _expect_another_administrator(connection: sqlite3.Connection, account: UUID) -> None:
    everybody = accounts.all_accounts(connection)
    administrators = {each.id for each in everybody if each.administrator}
    if administrators == {account}:
        raise LastAdministrator("this is the last administrator: make somebody else one first")


def _forget_guesses(groupware: Groupware, connection: sqlite3.Connection, account: UUID) -> None:
    person = accounts.by_id(connection, account)
    for purpose in PURPOSES:
        who = Guesses(groupware).name(person, "", purpose)
        attempts.forget_places(connection, who)
