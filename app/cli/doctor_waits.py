"""The doctor on phones that wait: whether networks cut them off, and whether it is one for all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from adapters.store.pool import Pool, StoreBusy, StoreUnavailable
from app.cli.doctor_checks import Wrong
from app.groupware import Clock
from projections import heartbeats, schema

MANY: Final = 3
ALIKE: Final = 1.05
"""Phones in networks of their own are cut at ages of their own; what cuts so many within a
twentieth is one thing before the server."""


def waits(store: Path, clock: Clock) -> str:
    """What was learned; what is wrong with the store itself is said elsewhere."""
    cuts = _cuts(store, clock().timestamp())
    age, times = commonest(filter(None, cuts.values()))
    if times >= MANY:
        raise Wrong(
            f"{times} phones are cut off after about {age} s of waiting, so by a proxy or firewall"
            " before this server: `taccuino doctor https://… --wait 3540` names it, and ops/ has"
            " recipes. Meanwhile they wait less"
        )
    if cuts:
        return f"cut off by their networks: {len(cuts)}, see `taccuino findings`; they wait less"
    return "no phone's network is known to cut off what waits"


def commonest(ages: Iterable[int]) -> tuple[int, int]:
    """The age from which on most of them lie close together, and how many; 0 if there are none."""
    found = sorted(ages)
    counts = [(bisect_right(found, age * ALIKE) - at, -age) for at, age in enumerate(found)]
    times, age = max(counts, default=(0, 0))
    return -age, times


def _cuts(store: Path, now: float) -> dict[object, int]:
    """At which age each phone that waits less is cut off, 0 where that is not known."""
    try:
        with closing(Pool(store)) as pool, pool.reading() as connection:
            if not schema.is_current(connection):
                return {}
            return {id: each.cut for id, each in heartbeats.shortened(connection, now)}
    except (StoreBusy, StoreUnavailable):
        return {}
