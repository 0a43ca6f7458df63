"""What an administrator looks up in a log: a page of it, and an item's history, told in words.

    python -m ops.bench.looking HOME

It is done in a process of its own over the store in `HOME`, as a page does it but for the HTML.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

from app.composition import open_groupware
from app.groupware import Groupware
from app.log import history
from app.log.history import Asked
from app.log.telling import Teller
from app.web.words import Words
from domain.zone import UTC_ZONE
from ops.bench.apart import apart
from ops.bench.figures import Figure

TIMES: Final = 30
OLDEST: Final = "SELECT id FROM item WHERE kind = 'contacts' ORDER BY rowid LIMIT 1"
OF: Final = "SELECT owner FROM item JOIN collection ON number = collection WHERE item.id = ?"
NAME: Final = "SELECT name FROM account WHERE id = ?"


def look(home: Path) -> Iterator[Figure]:
    """CPU of each look, the median of some."""
    for name, milliseconds in apart("ops.bench.looking", home).items():
        yield Figure("log", name, milliseconds, "ms CPU")


def looks(groupware: Groupware) -> dict[str, float]:
    """Of the oldest contact there is, and of whose it is."""
    with groupware.reading() as connection:
        item = UUID(bytes=connection.execute(OLDEST).fetchone()[0])
        owner = connection.execute(OF, (item.bytes,)).fetchone()
        (person,) = connection.execute(NAME, owner).fetchone()
    asked = {
        "first page": Asked(),
        "first page of a person and a kind": Asked(person=person, kind=("contact.revised",)),
    }
    spent = {name: _spent(_page(groupware, each)) for name, each in asked.items()}
    return {**spent, "an item's history": _spent(_history(groupware, item))}


def _page(groupware: Groupware, asked: Asked) -> Callable[[], object]:
    def page() -> object:
        with groupware.reading() as connection:
            teller = Teller(connection, Words("en", UTC_ZONE))
            found = history.sheet(groupware, connection, asked.search(connection))
            return list(map(teller.line, found.entries))

    return page


def _history(groupware: Groupware, item: UUID) -> Callable[[], object]:
    def told() -> object:
        with groupware.reading() as connection:
            teller = Teller(connection, Words("en", UTC_ZONE))
            return list(map(teller.line, history.of_item(groupware, connection, item)))

    return told


def _spent(act: Callable[[], object]) -> float:
    act()
    samples = []
    for _ in range(TIMES):
        before = time.process_time()
        act()
        samples.append(1000 * (time.process_time() - before))
    return median(samples)


if __name__ == "__main__":
    groupware = open_groupware(Path(sys.argv[1]))
    json.dump(looks(groupware), sys.stdout)
    groupware.pool.close()
