"""Items on their way: up in batches, and down to a phone that has nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.wbxml import Element
from ops.bench.figures import Figure
from ops.bench.measure import Bench, cpu_figure, timed
from ops.bench.phone import CONTACTS, Phone, expect, items

WINDOW = 100
STATES = ("cold", "again")


def upload(bench: Bench) -> Iterator[Figure]:
    """A phone sends its contacts; another counts what the server has of them."""
    before = bench.stock(CONTACTS, 0)
    number, batch = bench.sizes.contacts, bench.sizes.batch
    phone = bench.ready(CONTACTS, 1)[0]
    sizes = [min(batch, number - start) for start in range(0, number, batch)]
    batches = [items(CONTACTS, size, phone.version) for size in sizes]
    laps: list[float] = []
    spent = bench.cpu(lambda: laps.extend(_sent(phone, each) for each in batches))
    bench.count("uploaded", bench.stock(CONTACTS, 0) - before, number)
    name = f"{number:,} contacts by {batch}"
    yield cpu_figure("upload", name, spent, bench.bare_cpu(phone.line.tape), number, "item")
    yield Figure("upload", name, number / sum(laps), "items/s")
    phone.close()


def first(bench: Bench) -> Iterator[Figure]:
    """A server that has kept nothing meets a phone that has nothing, then another one over the
    same connection: so one worker answers both, and what it has kept of the first serves the
    second."""
    number = bench.stock(CONTACTS, bench.sizes.stock)
    bench.target.forget()
    line = bench.target.phone().arrive().line
    for state in STATES:
        phone = bench.target.phone(line=line).arrive().begin(CONTACTS)
        line.tape.clear()
        told: list[Element] = []
        spent = bench.cpu(lambda: told.extend(_everything(phone)))  # noqa: B023
        ids = {each.text_of("airsync:ServerId") for each in told}
        bench.count(f"first sync, {state}", len(ids), number)
        expect("items told once", len(told), number)
        name = f"{number:,} contacts by {WINDOW}, {state}"
        yield cpu_figure("first", name, spent, bench.bare_cpu(line.tape), number, "item")
    line.close()


def _sent(phone: Phone, batch: list[Element]) -> float:
    return timed(lambda: phone.upload(CONTACTS, batch))


def _everything(phone: Phone) -> list[Element]:
    return phone.catch_up(CONTACTS, WINDOW)
