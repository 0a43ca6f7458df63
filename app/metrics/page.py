"""The numbers of the house, as Prometheus asks for them, at an address of their own.

Each worker answers there, for all of them. There is no TLS and no password: the address is for a
machine, and is only heard where `metrics` in the settings says so.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import accumulate
from typing import Any, Final

from gevent.pywsgi import WSGIServer
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from adapters.store.chain import head
from adapters.store.pool import Pool, StoreBusy, StoreUnavailable
from app import backup
from app.composition import STORE
from app.health import Readiness
from app.metrics.kinds import Labels, Numbers, Row, Spread
from app.metrics.ledgers import Sum, read
from app.metrics.measures import MEASURES
from app.push.wake import WakeHub
from app.settings import Settings
from projections import holds, lines

PATH: Final = "/metrics"
TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BACKLOG: Final = 64

STANDING: Final = {
    "workers": "Processes that serve phones.",
    "ready": "1 if the worker that was asked can serve, as /readyz says.",
    "log_position": "The position of the last event.",
    "store_bytes": "Size of the store, with its write-ahead log.",
    "disk_free_bytes": "What is free on the disk of the store.",
    "bursts_waiting": "Held bursts that nobody has decided on.",
    "items_quarantined": "Items that are kept from a phone which chokes on them.",
    "last_backup_seconds": "When the store was copied last, since 1970; missing if never.",
}
"""What is not counted but looked at; with `taccuino_` before it."""

FAMILY: Final = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


def listening(address: str) -> socket.socket:
    """The socket at which all workers answer; made before the fork."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=BACKLOG)


def answering(listener: socket.socket, settings: Settings, hub: WakeHub) -> WSGIServer:
    """The server of this worker at that socket."""
    return WSGIServer(listener, application(settings, hub), log=None, error_log=None)


def application(settings: Settings, hub: WakeHub) -> Callable[..., Iterable[bytes]]:
    """Tells the numbers to whoever asks for them, and nothing else."""
    registry = CollectorRegistry()
    registry.register(House(settings, hub))

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        here = environ.get("PATH_INFO") == PATH and environ.get("REQUEST_METHOD") == "GET"
        body = generate_latest(registry) if here else b""
        headers = [("Content-Type", TYPE), ("Content-Length", str(len(body)))]
        start_response("200 OK" if here else "404 Not Found", headers)
        return [body]

    return answer


class House(Collector):
    """Everything there is to tell, each time it is asked for."""

    def __init__(self, settings: Settings, hub: WakeHub) -> None:
        self._settings = settings
        self._hub = hub

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked for beforehand."""
        return ()

    def collect(self) -> Iterator[Metric]:
        found = read(self._settings.counted)
        yield from _counted(found.numbers)
        for name, much in self._standing(found):
            yield GaugeMetricFamily(f"taccuino_{name}", STANDING[name], value=much)

    def _standing(self, found: Sum) -> Iterator[tuple[str, float]]:
        yield "workers", found.processes
        yield "ready", Readiness(self._settings.home, self._hub).ready()
        home = self._settings.home
        with suppress(OSError):
            yield "disk_free_bytes", shutil.disk_usage(home).free
            yield "store_bytes", sum(each.stat().st_size for each in home.glob(f"{STORE}*"))
        if (last := backup.last(self._settings)) is not None:
            yield "last_backup_seconds", last.at.timestamp()
        if self._hub.pool is not None:
            yield from _rows(self._hub.pool)


def _rows(pool: Pool) -> Iterator[tuple[str, float]]:
    with suppress(StoreBusy, StoreUnavailable), pool.reading() as connection:
        yield "log_position", head(connection)[0]
        yield "bursts_waiting", holds.count_waiting(connection)
        yield "items_quarantined", lines.count_quarantined(connection)


def _counted(numbers: Numbers) -> Iterator[Metric]:
    for name, measure in MEASURES.items():
        rows = {labels: measure.empty() for labels in measure.awaited} | numbers.get(name, {})
        if isinstance(measure, Spread):
            yield _histogram(measure, rows)
            continue
        family = FAMILY[measure.kind](name, measure.told, labels=measure.labels)
        for labels, (much,) in rows.items():
            family.add_metric(labels, much)
        yield family


def _histogram(measure: Spread, rows: dict[Labels, Row]) -> Metric:
    family = HistogramMetricFamily(measure.name, measure.told, labels=measure.labels)
    bounds = [*map(str, map(float, measure.bounds)), "+Inf"]
    for labels, (*numbers, total) in rows.items():
        family.add_metric(labels, list(zip(bounds, accumulate(numbers), strict=True)), total)
    return family
