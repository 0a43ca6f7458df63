"""The Sync that has nothing to say: what all phones together ask most of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ops.bench.figures import Figure
from ops.bench.measure import Bench, cpu_figure, rate
from ops.bench.phone import CONTACTS, Phone, expect
from ops.bench.serving import Target
from ops.bench.wire import Exchange, Line


class Poller:
    """A phone in step that asks for news and expects none. While the key stays what it is, it
    says the same bytes again, so that the load generator has next to nothing to do."""

    def __init__(self, phone: Phone, kind: str) -> None:
        self._phone, self._kind = phone, kind
        key = phone.keys[phone.folders[kind]]
        expect("left to tell", len(phone.catch_up(kind)), 0)
        self.said: Exchange = phone.last()
        self._steady = phone.keys[phone.folders[kind]] == key

    def ask(self) -> None:
        if not self._steady:
            expect("news", len(self._phone.catch_up(self._kind)), 0)
            return
        answer = self._phone.line.exchange(self.said.request)
        expect("answer", (answer.status, len(answer.body)), (200, self.said.size))


@dataclass(frozen=True)
class Slice:
    """Requests per second, and seconds of CPU for each, over a little while."""

    rate: float
    cpu: float


def poll(bench: Bench) -> Iterator[Figure]:
    """A folder of some contacts, some connections, each with a phone of its own."""
    bench.stock(CONTACTS, bench.sizes.contacts)
    phones = bench.ready(CONTACTS, max(bench.sizes.connections))
    pollers = [Poller(phone, CONTACTS) for phone in phones]
    for number in bench.sizes.connections:
        yield from _polled(bench, pollers[:number])
    for phone in phones:
        phone.close()


def _polled(bench: Bench, pollers: Sequence[Poller]) -> Iterator[Figure]:
    """Ours and the bare stack take turns, since a machine is never as it was a moment ago."""
    number = len(pollers)
    case, name = "poll", f"no-change Sync, {number} connection{'s' * (number > 1)}"
    bare = [_teller(Line(bench.bare.url), poller) for poller in pollers] if bench.bare else []
    laps, beside = list[Slice](), list[Slice]()
    for _ in range(bench.sizes.slices):
        laps.append(_slice(bench.target, [poller.ask for poller in pollers], bench.sizes.seconds))
        if bench.bare:
            beside.append(_slice(bench.bare, bare, bench.sizes.seconds))
    yield Figure(case, name, _rate(laps), "requests/s", _rate(beside) if beside else None)
    yield cpu_figure(case, name, _cpu(laps), _cpu(beside) if beside else None, 1, "request")


def _slice(target: Target, asks: Sequence[Callable[[], object]], seconds: float) -> Slice:
    before = target.processes.cpu()
    number, took = rate(asks, seconds)
    return Slice(number / took, (target.processes.cpu() - before) / number)


def _teller(line: Line, poller: Poller) -> Callable[[], object]:
    request = poller.said.for_bare()
    return lambda: line.exchange(request)


def _rate(slices: Sequence[Slice]) -> float:
    return median(each.rate for each in slices)


def _cpu(slices: Sequence[Slice]) -> float:
    return median(each.cpu for each in slices)
