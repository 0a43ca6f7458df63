"""How long a phone may wait where it is, learned from how its waits ended.

Proxies, firewalls and NATs end a connection that is quiet for too long, each after a time of its
own, and nobody says so. Theory of operation: a wait that ended is a lesson only together with the
phone's next one from the same network (WINDOWS). One cut says nothing, since phones move and
people press buttons; cuts in a row at one age, with no longer wait in between that held, are a
rule of the network. From then on waits are shorter. One that held for a while is followed by a
somewhat longer one; if that is cut, the old length comes back, and the next try is put off twice
as long. So under a cut that stays the length settles below it, and under none it is given up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Final, Literal

Kind = Literal["cut", "lost", "survived"]
CUT: Final = "cut"
LOST: Final = "lost"
SURVIVED: Final = "survived"
"""The connection ended; the answer after a whole wait was not heard; the answer was heard."""

GONE, REPLACED, OVER, TOLD = "gone", "replaced", "over", "told"
"""How a wait ended: the phone had closed; it asked anew before; the time was over; it was told."""


@dataclass(frozen=True)
class Window:
    """If the phone came again so many seconds after a wait that ended like this, what that was."""

    how: str
    soonest: float
    latest: float
    kind: Kind


WINDOWS: Final = (
    Window(GONE, 0, 150, CUT),
    Window(REPLACED, 0, 2, CUT),
    Window(OVER, 0, 3, SURVIVED),
    Window(OVER, 4.5, 150, LOST),
    Window(TOLD, 0, 10, SURVIVED),
)
"""Android tries again a minute after an error, and gives an answer five seconds more than the wait
was to take; who comes later than this was elsewhere, or off. Who was told of news fetches it
first. In between nothing is certain."""

LATEST: Final = max(each.latest for each in WINDOWS)

NEEDED: Final = {CUT: 2, LOST: 3}
"""So many in a row are believed. A phone may be late by itself, so that takes more."""

SHARE: Final = 0.9
"""Of the age at which connections end, this is waited: clocks of proxies are coarse."""

SLACK, LEAST_SLACK = 0.03, 0.2
"""Ages that differ by less, as a share or in seconds, are the same."""

HOUR, DAY = 3600.0, 86_400.0
TRY_AFTER: Final = 6 * HOUR
"""Seconds for which a length has to hold until a longer one is tried; twice as long after each
that failed, up to WAITS times."""

FARTHER: Final = 1.5
WAITS: Final = 32
FORGOTTEN_AFTER: Final = 14 * DAY
"""Longer than the longest pause between two tries: what still holds is not forgotten."""


@dataclass(frozen=True)
class Bounds:
    """The shortest and the longest wait that phones may ask for here, in seconds."""

    minimum: int
    maximum: int

    @property
    def least(self) -> float:
        """No idle timer is shorter: what ends sooner ended for another reason."""
        return self.minimum / 2

    @property
    def safe(self) -> int:
        """What nearly every NAT keeps: four minutes, where the shortest wait is one."""
        return min(4 * self.minimum, self.maximum)


@dataclass(frozen=True)
class Lesson:
    kind: Kind
    age: float


@dataclass(frozen=True)
class Learned:
    """What is known of one phone in one network. `longest` is what it may wait in seconds, 0 for
    anything; `proven` the longest of these that held; `cut` the age at which connections end, 0
    where that is not known. Not believed yet are so many `times` that a wait ended as `suspicion`
    says, at `age` or later. So many longer waits `failed` in a row; waiting less was in `vain`, the
    phone is late by itself. `since` is when any of it changed."""

    longest: int = 0
    proven: int = 0
    cut: int = 0
    suspicion: str = ""
    age: float = 0.0
    times: int = 0
    failed: int = 0
    vain: bool = False
    since: float = 0.0

    @property
    def trying(self) -> bool:
        """Whether a longer wait than the one that held is being tried."""
        return 0 < self.proven < self.longest


NOTHING: Final = Learned()


def lesson(how: str, age: float, gap: float) -> Lesson | None:
    """What a wait teaches that ended so at this age, so many seconds before the next."""
    for window in WINDOWS:
        if window.how == how and window.soonest <= gap <= window.latest:
            return Lesson(window.kind, age)
    return None


def learn(known: Learned, lesson: Lesson, bounds: Bounds, now: float) -> Learned:
    """What is known with one lesson more."""
    if lesson.kind == SURVIVED:
        return _held(known, lesson.age, bounds, now)
    if known.trying and known.proven < lesson.age - _slack(lesson.age):
        return _step_back(known, lesson, now)
    if _says_nothing(known, lesson, bounds):
        return known
    return _suspected(known, lesson, bounds, now)


def steered(known: Learned, bounds: Bounds) -> int | None:
    """The interval a phone is told to ask for at most; None if it may ask for any."""
    return max(bounds.minimum, min(known.longest, bounds.maximum)) if known.longest else None


def bounded(known: Learned, seconds: float) -> float:
    """For how long to let it wait that asked for so many seconds."""
    return min(seconds, known.longest or seconds)


def _says_nothing(known: Learned, lesson: Lesson, bounds: Bounds) -> bool:
    """Too short for an idle timer; begun before the length was learned; or only late, where it is
    known at which age connections end, or that waiting less does not help."""
    if lesson.age < bounds.least or (known.longest and lesson.age > _about(known.longest)):
        return True
    return lesson.kind == LOST and (known.vain or known.cut > 0)


def _suspected(known: Learned, lesson: Lesson, bounds: Bounds, now: float) -> Learned:
    """The same once more, or something new. Answers are lost at any age above the cut."""
    again = lesson.kind == known.suspicion and (lesson.kind == LOST or _alike(known, lesson))
    age = min(known.age, lesson.age) if again else lesson.age
    times = known.times + 1 if again else 1
    if times >= NEEDED[lesson.kind]:
        return _believed(known, Lesson(lesson.kind, age), bounds, now)
    since = known.since if known.longest or known.vain else now
    return replace(known, suspicion=lesson.kind, age=age, times=times, since=since)


def _believed(known: Learned, lesson: Lesson, bounds: Bounds, now: float) -> Learned:
    if lesson.kind == CUT:
        longest = max(1, min(bounds.maximum, int(lesson.age * SHARE)))
        return Learned(longest, cut=round(lesson.age), failed=known.failed, since=now)
    if lesson.age <= _about(bounds.safe):
        return Learned(vain=True, since=now)
    return Learned(bounds.safe, since=now)


def _held(known: Learned, age: float, bounds: Bounds, now: float) -> Learned:
    """A wait of this age held: no shorter one is cut by a rule."""
    if known.times and known.age <= _about(age):
        known = replace(known, suspicion="", age=0.0, times=0)
    if known.longest and known.longest <= _about(age):
        known = _proved(known, bounds, now)
    return known if known.longest or known.times or known.vain else NOTHING


def _proved(known: Learned, bounds: Bounds, now: float) -> Learned:
    """As long as may be waited was waited."""
    if known.proven < known.longest:
        if known.longest >= bounds.maximum:
            return NOTHING
        failed = 0 if known.trying else known.failed
        return replace(known, proven=known.longest, failed=failed, since=now)
    if now - known.since < TRY_AFTER * min(WAITS, 2**known.failed):
        return known
    return replace(known, longest=min(bounds.maximum, ceil(known.longest * FARTHER)), since=now)


def _step_back(known: Learned, lesson: Lesson, now: float) -> Learned:
    """A longer wait was tried, and ended as they did before: one is enough."""
    cut = round(lesson.age) if lesson.kind == CUT else known.cut
    back = replace(known, longest=known.proven, cut=cut, failed=known.failed + 1, since=now)
    return replace(back, suspicion="", age=0.0, times=0)


def _alike(known: Learned, lesson: Lesson) -> bool:
    return abs(known.age - lesson.age) <= _slack(lesson.age)


def _about(age: float) -> float:
    return age + _slack(age)


def _slack(age: float) -> float:
    return max(LEAST_SLACK, age * SLACK)
