"""All tables anew from the log, beside the store, and into it where they differ.

Phones go on while the log is folded, and wait only for the swap. With it an event begins another
era of rows, in the same transaction: by that, and by the bell, every process learns that what it
remembers of rows may be wrong (app/memory.py), and whoever waits for news looks again.
"""

from __future__ import annotations

import time

from app.groupware import Groupware
from app.rules import the_house
from domain.base import Authorship
from projections.rebuild import Anew, Tick, unheard
from projections.verify import damage


def beside(groupware: Groupware, tables: Anew, tick: Tick = unheard) -> tuple[bool, bool]:
    """Fold the log as it is now; whether any row differs, and whether the file is damaged."""
    with groupware.reading() as connection:
        tables.catch_up(groupware, tick)
        broken = any(damage(connection))
        differ = broken or any(
            not each.alike() or any(each.differences()) for each in tables.comparisons(connection)
        )
    return differ, broken


def swap(
    groupware: Groupware, author: Authorship, tables: Anew, *, whole: bool = False
) -> tuple[int, float]:
    """Replace the rows that differ, the `whole` tables if none can be trusted; how many rows, and
    for how many seconds nobody else could write."""
    with groupware.acting(author) as connection:
        began = time.monotonic()
        tables.catch_up(groupware)
        replaced = tables.replace(connection, whole)
        if replaced:
            house = the_house(groupware)
            house.note_rows_made_anew(replaced)
            groupware.save(house)
    return replaced, time.monotonic() - began
