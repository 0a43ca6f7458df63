"""How much of a server one phone, one person and one reader of pages may take, and no more.

A phone has so many requests under way at once, and a budget of requests that fills up again: large
enough for a first sync in the smallest pages, small enough that one which syncs in a loop, each
time with something new or from key 0, costs next to nothing after a while. All phones of a person
together have four times as much. It is told to come later (503), and by X-MS-ASThrottle which rule
it broke (MS-ASHTTP 2.2.2.1.2.13); the journal has a line of it once a minute, not for each
request. A Sync that is known to have no news costs nothing (`still.py`) and is not counted.

At the pages it is a browser that has a budget, and an address for all browsers behind it; they
are told so by a page (429).
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

AT_ONCE: Final = 16
"""Phones use a handful of connections; what opens more has lost its mind, or its answers."""

RETRY_AFTER: Final = 30

PARKED_PER_PERSON: Final = 1_000
PARKED_PER_ADDRESS: Final = 15_000
"""Requests that wait in one process, which has 20,000 connections. Of each phone there wait at
most two; behind one address there may be a whole town."""

REMEMBERED: Final = 20_000
"""Phones or persons whose budget is known; those not heard of for the longest make room."""


TOLD_EVERY: Final = 60.0


class TooMany(Exception):
    """More than a phone needs. `rule` is the name that X-MS-ASThrottle gives to it; `times` how
    often it happened since the journal was told, 0 if it has been told a moment ago."""

    rule = "CommandFrequency"
    retry_after = RETRY_AFTER

    def __init__(self, times: int = 1) -> None:
        super().__init__()
        self.times = times


class TooManyAtOnce(TooMany):
    """This phone waits for too many answers already."""


class TooOften(TooMany):
    """This phone, or all of its person's, asked more in a short time than any phone has to."""

    rule = "RecentCommands"


class TooManyPages(TooMany):
    """This browser, or all from its address, asked for more pages than anybody reads."""


class TooManyParked(TooMany):
    """Of this person, or from this address, more wait already than a process should hold."""

    rule = "OutOfBudgets"


@dataclass(frozen=True)
class Rate:
    """`burst` requests at any pace, and `per_second` for ever."""

    burst: float
    per_second: float


PER_PHONE: Final = Rate(burst=3_000, per_second=10)
PER_PERSON: Final = Rate(burst=12_000, per_second=40)
PER_BROWSER: Final = Rate(burst=600, per_second=5)
PER_ADDRESS: Final = Rate(burst=6_000, per_second=50)


class Budgets:
    """What is left to each of many."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def spend(self, who: Hashable) -> bool:
        """Take one request off; False if there is none left."""
        now = self._clock()
        left, at = self._left.pop(who, (self._rate.burst, now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_second)
        enough = left >= 1
        self._left[who] = (left - enough, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return enough


class Notices:
    """Who has been told of in the last minute, and how often there was cause since."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def due(self, about: Hashable) -> int:
        """How often there was cause since it was told last, if it is to be told now; else 0."""
        now = self._clock()
        last, times = self._told.get(about, (-TOLD_EVERY, 0))
        due = now - last >= TOLD_EVERY
        self._told[about] = (now, 0) if due else (last, times + 1)
        self._told.move_to_end(about)
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return times + 1 if due else 0


class Pace:
    """Counts, in one process, the requests of each phone, and those that are under way."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        phone: Rate = PER_PHONE,
        person: Rate = PER_PERSON,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._of_phones = Budgets(phone, clock)
        self._of_persons = Budgets(person, clock)
        self._notices = Notices(clock)
        self._under_way: Counter[Hashable] = Counter()

    @contextmanager
    def one_of(self, phone: tuple[Hashable, str], again: bool = False) -> Iterator[None]:
        """A request of a phone, named by its person and its own name; TooMany if the phone has
        all it may have under way, or asked too often. One that has waited and is looked at
        `again` was counted when it came."""
        if self._under_way[phone] >= self._at_once:
            raise TooManyAtOnce(self._notices.due((phone, TooManyAtOnce)))
        if not (again or self._affords(phone)):
            raise TooOften(self._notices.due((phone, TooOften)))
        self._under_way[phone] += 1
        try:
            yield
        finally:
            self._under_way[phone] -= 1
            if not self._under_way[phone]:
                del self._under_way[phone]

    def _affords(self, phone: tuple[Hashable, str]) -> bool:
        return self._of_phones.spend(phone) and self._of_persons.spend(phone[0])


class Turnstile:
    """Counts, in one process, the pages that each browser and each address asks for."""

    def __init__(
        self,
        browser: Rate = PER_BROWSER,
        address: Rate = PER_ADDRESS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._of_browsers = Budgets(browser, clock)
        self._of_addresses = Budgets(address, clock)
        self._notices = Notices(clock)

    def expect_pace(self, browser: Hashable, address: str) -> None:
        """One page more; TooManyPages if that is too many. None is a browser without a cookie,
        which has only the budget of its address."""
        known = browser is None or self._of_browsers.spend(browser)
        if not (known and self._of_addresses.spend(address)):
            raise TooManyPages(self._notices.due(address if known else browser))
