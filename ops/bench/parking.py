"""Thousands of phones with a parked Ping: what each costs, and whether others notice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from statistics import median
from typing import Final

import gevent
from gevent.pool import Pool

from ops.bench.figures import Figure
from ops.bench.measure import MILLI, Bench, rate
from ops.bench.phone import CALENDAR, Phone, items
from ops.bench.polling import Poller
from ops.bench.pushing import HEARTBEAT, ping
from ops.bench.serving import Target
from ops.bench.wire import Line

SETTING_UP: Final = 8
WARMING: Final = 400
AT_A_TIME, PAUSE = 50, 0.2
"""No more come than two cores can take in; the kernel would reset what they leave waiting."""

PATIENCE: Final = 300
LOOKING: Final = b"POST /?Cmd=Sync HTTP/1.1\r\nHost: bare\r\nContent-Length: 0\r\n\r\n"
WAITING: Final = LOOKING.replace(b"Sync", b"Ping")


def park(bench: Bench) -> Iterator[Figure]:
    """Each phone looks at the calendar of its person, in which there are a few events."""
    phones = newcomers(bench, max(bench.sizes.parked))
    for number in bench.sizes.parked:
        yield from _parked(bench, phones[:number])


def newcomers(bench: Bench, number: int) -> list[Phone]:
    """So many phones, of everybody in turn."""
    people = range(len(bench.target.users))
    busy = Pool(SETTING_UP)
    busy.map(lambda person: bench.stock(CALENDAR, 1, person), people)
    found: list[Phone] = busy.map(lambda each: _newcomer(bench, each), range(number))
    return found


def _newcomer(bench: Bench, person: int) -> Phone:
    """A phone in step that has pinged before: as phones are that come back after a restart."""
    phone = bench.target.phone(person).arrive().begin(CALENDAR)
    ping(phone, HEARTBEAT)
    phone.catch_up(CALENDAR)
    phone.line.tape.clear()
    phone.close()
    return phone


def _parked(bench: Bench, phones: list[Phone]) -> Iterator[Figure]:
    """The server is started anew, so that memory freed earlier hides nothing."""
    number = len(phones)
    bench.target.restart()
    poller = Poller(bench.ready(CALENDAR, 1)[0], CALENDAR)
    warm_up(phones)
    alone, before = _rate(bench, poller), bench.target.processes.rss()
    parked = _park(bench.target, [_pinging(phone) for phone in phones])
    after, beside = bench.target.processes.rss(), _rate(bench, poller)
    held = sum(not each.ready() for each in parked)
    bench.count(f"held of {number}", held, number)
    name = f"{number:,} parked Pings"
    bare = _bare(bench, phones)
    yield Figure("park", name, (after - before) / number, "KiB each", bare)
    whole = bench.target.processes.pss() / number
    yield Figure("park", f"{name}, whole server", whole, "KiB each")
    bystander = f"no-change Sync beside {name}"
    yield Figure("park", bystander, beside, "requests/s", alone, "with none parked")
    yield Figure("park", f"{name}, all woken", _wake(bench, parked) * MILLI, "ms")
    bench.count(f"woken of {number}", sum(each.successful() for each in parked), number)
    for phone in phones:
        phone.close()


def warm_up(phones: list[Phone]) -> None:
    """Every worker has answered before its memory counts; and all phones are in step."""
    busy = Pool(SETTING_UP)
    for phone in islice(cycle(phones), max(len(phones), WARMING)):
        busy.spawn(_look, phone)
    busy.join(raise_error=True)


def _look(phone: Phone) -> None:
    phone.catch_up(CALENDAR)
    phone.line.tape.clear()
    phone.close()


def _rate(bench: Bench, poller: Poller) -> float:
    """The bystander's requests per second, in a usual while."""
    slices = (rate([poller.ask], bench.sizes.seconds) for _ in range(bench.sizes.slices))
    return median(number / took for number, took in slices)


def _pinging(phone: Phone) -> Callable[[], object]:
    return lambda: ping(phone, HEARTBEAT)


def _park(target: Target, pings: list[Callable[[], object]]) -> list[gevent.Greenlet[..., object]]:
    """All Pings, sent in small groups; done when the server has nothing left to do."""
    parked = []
    for number, each in enumerate(pings, 1):
        parked.append(gevent.spawn(each))
        if number % AT_A_TIME == 0:
            gevent.sleep(PAUSE)
    gevent.sleep(PAUSE)
    target.processes.await_quiet()
    return parked


def _wake(bench: Bench, parked: list[gevent.Greenlet[..., object]]) -> float:
    """A new event for everybody; seconds until the last phone has heard of it."""
    givers = [bench.ready(CALENDAR, 1, person)[0] for person in range(len(bench.target.users))]
    began = time.perf_counter()
    for giver in givers:
        giver.upload(CALENDAR, items(CALENDAR, 1, giver.version))
        giver.close()
    gevent.joinall(parked, timeout=PATIENCE)
    return time.perf_counter() - began


def _bare(bench: Bench, phones: list[Phone]) -> float | None:
    """KiB for each of as many requests that the bare stack keeps waiting."""
    if bench.bare is None:
        return None
    bench.bare.restart()
    lines = [Line(bench.bare.url) for _ in phones]
    for line in islice(cycle(lines), max(len(lines), WARMING)):
        line.exchange(LOOKING)
        line.close()
    before = bench.bare.processes.rss()
    waiting = _park(bench.bare, [_waiting(line) for line in lines])
    kept = (bench.bare.processes.rss() - before) / len(lines)
    gevent.killall(waiting)
    return kept


def _waiting(line: Line) -> Callable[[], object]:
    return lambda: line.exchange(WAITING)
