"""Whether anything becomes slower as the log grows: the same cases on a short and a long one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.bench.carrying import first, upload
from ops.bench.changing import one
from ops.bench.figures import BARE, Figure
from ops.bench.looking import look
from ops.bench.measure import MILLI, Bench
from ops.bench.polling import poll
from ops.bench.pushing import push
from ops.bench.serving import OURS, Ours, furnish, serving

MOST = 500


def grow(bench: Bench) -> Iterator[Figure]:
    """The long log beside the short one, in all that matters to a phone, and at the start.
    How much is done in a second is left out: the machine's other work decides that."""
    short, long = (_on(bench, events) for events in bench.sizes.logs)
    few, many = (f"{events:,}" for events in bench.sizes.logs)
    for before, after in zip(short, long, strict=True):
        if after.of != BARE or after.unit.endswith("s/s"):
            continue
        name = f"{after.case}: {after.name}, log of {many}"
        yield Figure("grow", name, after.value, after.unit, before.value, f"log of {few}")


def _on(bench: Bench, events: int) -> list[Figure]:
    sizes = bench.sizes
    fewer = min(MOST, sizes.contacts)
    small = replace(sizes, contacts=fewer, stock=fewer, connections=(1,))
    with _house(bench, events) as server:
        looked = list(look(server.home))
        inner = Bench(server, None, small)
        start = Figure("start", "until the first answer", server.took * MILLI, "ms")
        found = [figure for case in (poll, upload, first, one, push) for figure in case(inner)]
    bench.counts |= {f"{what}, log of {events}": n for what, n in inner.counts.items()}
    return [start, *found, *looked]


@contextmanager
def _house(bench: Bench, events: int) -> Iterator[Ours]:
    workers = bench.target.workers if isinstance(bench.target, Ours) else 2
    with TemporaryDirectory(prefix="bench-") as folder:
        furnish(Path(folder), events)
        with serving(OURS, Path(folder), workers) as server:
            yield server
