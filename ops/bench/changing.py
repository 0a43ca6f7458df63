"""One change among many items: what a phone costs that is told of it."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.wbxml import E, Element
from ops.bench.figures import Figure, percentile
from ops.bench.measure import MICRO, MILLI, Bench, cpu_figure, timed
from ops.bench.phone import CONTACTS, SERIAL, Phone, contact, expect
from ops.bench.wire import Exchange

ALLOWED = "3 no-change + write"


def one(bench: Bench) -> Iterator[Figure]:
    """A phone changes a contact again and again; each time all the others are told, of it alone.

    Beside it stand three Syncs without news and one write; a write is what the Sync that
    begins a folder (key 0) costs more than one without news, since it records a round.
    """
    number = 1 + bench.stock(CONTACTS, bench.sizes.stock)
    giver, *takers = bench.ready(CONTACTS, 1 + bench.sizes.takers)
    serial = next(SERIAL)
    ids = giver.upload(CONTACTS, [contact(serial, giver.version)])
    _told(takers)
    spent, laps, heard = 0.0, list[float](), 0
    for turn in range(bench.sizes.rounds):
        _change(giver, ids[0], contact(serial, giver.version, f"Title {turn}"))
        told: list[list[Element]] = []
        spent += bench.cpu(lambda: told.extend(_told(takers, laps)))  # noqa: B023
        heard += sum(map(len, told))
    asked = bench.sizes.rounds * len(takers)
    bench.count("told of one change", heard, asked)
    tape = [taker.last() for taker in takers]
    name = f"1 of {number:,}"
    yield _beside_bare(bench, name, spent / asked, tape)
    budget = _budget(bench, takers)
    yield Figure("one", name, spent / asked * MICRO, "µs CPU/Sync", budget * MICRO, ALLOWED)
    yield Figure("one", f"{name}, p50", percentile(laps, 0.5) * MILLI, "ms")
    for phone in (giver, *takers):
        phone.close()


def _beside_bare(bench: Bench, name: str, spent: float, tape: list[Exchange]) -> Figure:
    bare = bench.bare_cpu(tape)
    return cpu_figure("one", name, spent, None if bare is None else bare / len(tape), 1, "Sync")


def _budget(bench: Bench, takers: list[Phone]) -> float:
    """Seconds of CPU of three Syncs without news and a write."""
    _expect_nothing(takers)
    nothing = bench.cpu(lambda: _expect_nothing(takers)) / len(takers)
    begun = bench.cpu(lambda: _begin_anew(takers)) / len(takers)
    return 3 * nothing + max(0.0, begun - nothing)


def _told(takers: list[Phone], laps: list[float] | None = None) -> list[list[Element]]:
    """What each hears in one Sync."""
    told: list[list[Element]] = []
    for taker in takers:
        lap = timed(lambda: told.append(taker.news(CONTACTS)))  # noqa: B023
        if laps is not None:
            laps.append(lap)
    return told


def _expect_nothing(takers: list[Phone]) -> None:
    for taker in takers:
        expect("news", len(taker.news(CONTACTS)), 0)


def _begin_anew(takers: list[Phone]) -> None:
    for taker in takers:
        taker.keys.clear()
        taker.begin(CONTACTS)


def _change(giver: Phone, id: str, data: Element) -> None:
    giver.round(CONTACTS, [E("airsync:Change", E("airsync:ServerId", id), data)])
