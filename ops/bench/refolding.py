"""How fast the log is read, folded anew, proved, laid down for a replay, and given other words for
a bundle, in events per second of CPU.

Beside each stands the bare decode: reading the same log from its first event to its last and
doing nothing with it. What is folded are contacts that are added and revised: of all events
those that make the most rows.

    python -m ops.bench.refolding HOME        prints {"decode": events/s, "rebuild": …, …}
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from adapters.store.chain import verify_chain
from app.composition import CODEC, open_groupware
from app.groupware import Groupware
from app.log.bundle_values import Veil
from app.log.replaying import staged
from ops.bench.apart import apart
from ops.bench.figures import Figure
from ops.bench.measure import Bench
from ops.bench.serving import furnish
from projections import schema
from projections.rebuild import anew
from projections.verify import verify

DECODE: Final = "bare decode of the log"


def refold(bench: Bench) -> Iterator[Figure]:
    """The shorter of the logs that `grow` compares."""
    events, _ = bench.sizes.logs
    with TemporaryDirectory(prefix="bench-") as folder:
        furnish(Path(folder), events)
        rates = apart("ops.bench.refolding", Path(folder))
    name = f"log of {events:,}"
    for what in ("rebuild", "verify", "replay", "bundle"):
        yield Figure("refold", f"{what}, {name}", rates[what], "events/s", rates["decode"], DECODE)


def decoded(groupware: Groupware) -> int:
    return sum(1 for _ in groupware.replay())


def _rebuilt(groupware: Groupware) -> int:
    with anew(schema.create, schema.projectors(CODEC)) as tables:
        tables.catch_up(groupware)
        return tables.position


def _verified(groupware: Groupware) -> int:
    projectors = schema.projectors(CODEC)
    with groupware.reading() as connection:
        report = verify(groupware, connection, verify_chain, schema.create, projectors)
    assert report.sound, report.faults
    return report.events


def _laid_down(groupware: Groupware) -> int:
    laid: list[int] = []
    with staged(groupware.replay()) as stage:
        stage.advance(sys.maxsize, laid.append)
    return sum(laid)


def _veiled(groupware: Groupware) -> int:
    veil, events = Veil(), [event for _, event in groupware.replay()]
    for event in events:
        veil.meet(event)
    return sum(1 for _ in map(veil.event, events))


WORK: Final[dict[str, Callable[[Groupware], int]]] = {
    "decode": decoded,
    "rebuild": _rebuilt,
    "verify": _verified,
    "replay": _laid_down,
    "bundle": _veiled,
}


def _rates(groupware: Groupware) -> Iterator[tuple[str, Any]]:
    decoded(groupware)
    for name, work in WORK.items():
        began = time.process_time()
        with groupware.reading():
            events = work(groupware)
        yield name, events / (time.process_time() - began)


if __name__ == "__main__":
    opened = open_groupware(Path(sys.argv[1]))
    print(json.dumps(dict(_rates(opened))))
    opened.pool.close()
