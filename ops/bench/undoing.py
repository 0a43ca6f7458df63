"""What it costs to take something back: a connector's edits undone, and a person erased.

    python -m ops.bench.undoing HOME        prints {"edit": µs of CPU an item, "undo": …, …}

Beside the undo stand the edits that are undone, made in transactions of the same size. The erased
person has all the contacts; the second step, which folds and writes the whole store anew, is told
in events per second.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from app import erasure
from app import items as use
from app.composition import open_groupware
from app.groupware import Groupware
from app.log import undo
from domain.base import Authorship
from ops.bench.apart import apart
from ops.bench.figures import Figure
from ops.bench.measure import MICRO, Bench
from ops.bench.refolding import DECODE, decoded
from ops.bench.serving import furnish
from projections import items, logbook

MOST: Final = 500
OLDEST: Final = "SELECT collection FROM item WHERE kind = 'contacts' ORDER BY rowid LIMIT 1"
OWNER: Final = "SELECT owner FROM collection WHERE number = ?"


def take_back(bench: Bench) -> Iterator[Figure]:
    """On the shorter of the logs that `grow` compares."""
    events, _ = bench.sizes.logs
    with TemporaryDirectory(prefix="bench-") as folder:
        furnish(Path(folder), events)
        spent = apart("ops.bench.undoing", Path(folder))
    edits, owned = (f"{spent[name]:.0f}" for name in ("edits", "owned"))
    yield Figure("undo", f"{edits} edits", spent["undo"], "µs CPU/edit", spent["edit"], "the edits")
    person = f"a person with {owned} contacts"
    yield Figure("undo", f"erase {person}", spent["erase"], "µs CPU/item")
    name = f"erase, log of {events:,} written anew"
    yield Figure("undo", name, spent["anew"], "events/s", spent["decode"], DECODE)


def _spent(groupware: Groupware) -> Iterator[tuple[str, float]]:
    with groupware.reading() as connection:
        (number,) = connection.execute(OLDEST).fetchone()
        owner = UUID(bytes=connection.execute(OWNER, (number,)).fetchone()[0])
        owned = [row.id for row in items.items(connection, number)]
    some = owned[:MOST]
    connector = groupware.author("connector:bench", "bench")
    admin = groupware.author("admin:bench", "bench")
    decoded(groupware)
    with groupware.reading():
        yield "decode", _rate(groupware, lambda: decoded(groupware))
    yield "edits", len(some)
    yield "owned", len(owned)
    yield "edit", _cpu(lambda: _edit(groupware, connector, some)) * MICRO / len(some)
    meant = undo.meant(groupware, undo.of_connector("bench"))
    yield "undo", _cpu(lambda: _undo(groupware, admin, meant, len(some))) * MICRO / len(some)
    erase = _cpu(lambda: erasure.erase_person(groupware, admin, owner))
    yield "erase", erase * MICRO / len(owned)
    yield "anew", _rate(groupware, lambda: erasure.finish(groupware))


def _edit(groupware: Groupware, author: Authorship, some: list[UUID]) -> None:
    for start in range(0, len(some), undo.CHUNK):
        with groupware.acting(author) as connection:
            for id in some[start : start + undo.CHUNK]:
                item = use.load(groupware, connection, id)
                use.revise(groupware, connection, item, {"job_title": "Captain"})


def _undo(groupware: Groupware, author: Authorship, meant: Any, number: int) -> None:
    tally = undo.undo(groupware, author, meant)
    assert tally == {undo.PUT: number}, tally


def _rate(groupware: Groupware, act: Callable[[], object]) -> float:
    """Events of the log in a second of CPU."""
    with groupware.reading() as connection:
        events = logbook.last(connection)
    return events / _cpu(act)


def _cpu(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return time.process_time() - before


if __name__ == "__main__":
    opened = open_groupware(Path(sys.argv[1]))
    print(json.dumps(dict(_spent(opened))))
    opened.pool.close()
