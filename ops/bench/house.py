"""A house to measure: accounts that may sync, among others who have filled the log.

    python -m ops.bench.house furnish HOME PASSWORD EVENTS NAME...
    python -m ops.bench.house forget HOME

The events are those of use cases, folded by all projectors, in large transactions: for every
thousand an account with its folders, and contacts that were added and then revised.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from adapters.store.chain import head
from app import chance, people
from app.composition import open_groupware
from app.groupware import Groupware
from domain.base import Authorship
from domain.folder import CONTACTS, default_folder
from domain.kinds import KINDS
from projections import schema

PER_ACCOUNT: Final = 1000
AT_ONCE: Final = 250


def furnish(home: Path, password: str, events: int, names: Sequence[str]) -> None:
    """Accounts of these names, then others until the log has `events` events."""
    groupware = open_groupware(home)
    author = groupware.author("admin:bench", "bench")
    for name in names:
        people.set_password(groupware, author, _person(groupware, author, name), password)
    for number in count(1):
        if _length(groupware) >= events:
            break
        fill(groupware, author, f"{names[0]}{number}", number * PER_ACCOUNT, events)
    groupware.pool.checkpoint()
    groupware.pool.close()


def forget(home: Path) -> None:
    """Empty the tables that are no fold of the log: they only save work."""
    groupware = open_groupware(home)
    with groupware.pool.writing() as connection:
        for table in sorted(schema.CACHES):
            connection.execute(f"DELETE FROM {table}")
    groupware.pool.close()


def fill(groupware: Groupware, author: Authorship, name: str, upto: int, most: int) -> None:
    """One more account, with contacts until the log is `upto` long, or `most`."""
    owner = _person(groupware, author, name)
    while (room := min(upto, most) - _length(groupware)) > 0:
        with groupware.acting(author):
            groupware.save(*_contacts(owner, min(AT_ONCE, (room + 1) // 2)))


def _contacts(owner: UUID, number: int) -> Iterator[Any]:
    """New contacts, two events each."""
    for _ in range(number):
        id = chance.identity("item")
        values = {
            "uid": str(id),
            "first_name": f"A{id.hex[:6]}",
            "last_name": f"B{id.hex[6:12]}",
            "email1": f"{id.hex[:12]}@example.org",
            "mobile_phone": "+39 055 555 0101",
        }
        contact = KINDS["contacts"].aggregate.begin(
            id, owner, default_folder(owner, CONTACTS), values
        )
        contact.revise({"job_title": "Engineer"}, None)
        yield contact


def _person(groupware: Groupware, author: Authorship, name: str) -> UUID:
    id = people.open_account(groupware, author, name, f"{name}@example.org")
    people.enable(groupware, author, id)
    return id


def _length(groupware: Groupware) -> int:
    with groupware.reading() as connection:
        return head(connection)[0]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["furnish", home, password, events, *names]:
            furnish(Path(home), password, int(events), names)
        case ["forget", home]:
            forget(Path(home))
        case _:
            sys.exit(__doc__)
