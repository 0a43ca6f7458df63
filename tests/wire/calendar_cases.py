"""Appointments, devices and what devices say, for the tests of the Calendar class."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from adapters.eas.calendar import Reading, read, render
from adapters.eas.dialect import BodyPreference, Dialect
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import (
    DAILY,
    LUNAR,
    MONTHLY,
    MONTHLY_NTH,
    WEEKLY,
    YEARLY,
    YEARLY_NTH,
    Recurrence,
    occurrences,
)
from domain.when import AllDay, Timed
from domain.zone import Zone

VERSIONS = tuple(Version)
OLDER = tuple(v for v in Version if v < Version.V16_0)
MODERN = (Version.V16_0, Version.V16_1)

ME, ANNA, BRUNO = "me@example.org", "anna@example.org", "bruno@example.org"
NOW = datetime(2026, 11, 25, 9, 12, tzinfo=UTC)
ROME, NEW_YORK = Zone("Europe/Rome"), Zone("America/New_York")


def a_device(version: Version = Version.V16_1, **wishes: Any) -> Dialect:
    """A phone of a person in Rome that wants plain notes."""
    bodies = (BodyPreference(1),) if version > Version.V2_5 else ()
    return Dialect(
        **{
            "version": version,
            "bodies": bodies,
            "zone": ROME,
            "address": ME,
            "name": "Me Myself",
            **wishes,
        }
    )


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    """A wall time in the year 2026."""
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001


def timed(day: int = 7, hour: int = 10, hours: int = 1, zone: Zone = ROME, month: int = 9) -> Timed:
    return Timed(
        at(day, hour, month=month), at(day, hour, month=month) + timedelta(hours=hours), zone
    )


def an_appointment(**fields: Any) -> dict[str, Any]:
    """A plain appointment on Monday, 7 September 2026, ten to eleven in Rome."""
    return {
        "uid": "uid-1",
        "subject": "Standup",
        "when": timed(),
        "busy_status": 2,
        "stamp": datetime(2026, 9, 1, 8, 0, tzinfo=UTC),
        **fields,
    }


def a_series(**fields: Any) -> dict[str, Any]:
    """Every Monday and Wednesday from 7 September 2026 on."""
    return an_appointment(recurrence=Recurrence(WEEKLY, days=2 | 8), **fields)


def a_meeting(**fields: Any) -> dict[str, Any]:
    """A meeting to which Anna invited me and Bruno."""
    return an_appointment(
        **{
            "organizer_email": ANNA,
            "organizer_name": "Anna",
            "meeting_status": 3,
            "attendees": (Attendee(ME, "Me Myself", 5), Attendee(BRUNO, "Bruno", 3)),
            **fields,
        }
    )


def data(*elements: Element) -> Element:
    return E("airsync:ApplicationData", *elements)


def shown(values: dict[str, Any], dialect: Dialect) -> Element:
    """What the device was sent of an item."""
    return data(*render(values, dialect))


def said(element: Element, dialect: Dialect, base: dict[str, Any] | None = None) -> Reading:
    """What a device means with this Add or, on a `base`, Change."""
    numbers = count(1)
    return read(element, dialect, base, NOW, lambda: f"file-{next(numbers)}")


def without(element: Element, *names: str) -> Element:
    """The element as a device sends it that leaves out some of its children."""
    return E(element.name, *(child for child in element if child.name not in names))


def replaced(element: Element, *news: Element) -> Element:
    """The element as a device sends it that changed some of its children."""
    by_name = {new.name: new for new in news}
    kept = [by_name.pop(child.name, child) for child in element]
    return E(element.name, *kept, *by_name.values())


def edited(values: dict[str, Any], dialect: Dialect, *news: Element) -> dict[str, Any]:
    """The patch (but for its stamp) of a device that changed these elements of what it has.

    Up to 14.1 it sends the whole item, since 16.0 only the change.
    """
    whole = shown(values, dialect)
    request = replaced(whole, *news) if dialect.version < Version.V16_0 else data(*news)
    return unstamped(said(request, dialect, values).patch)


def unstamped(patch: dict[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in patch.items() if field != "stamp"}


words = st.text("abcdefgh àèß漢", min_size=1, max_size=12).map(str.strip).filter(bool)
turns = st.sampled_from([(3, 8, 7), (3, 29, 1), (4, 4, 14), (9, 26, 14), (10, 25, 1), (11, 1, 6)])
moments = st.one_of(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
    st.builds(
        lambda turn, minutes: datetime(2026, *turn, tzinfo=UTC) + timedelta(minutes=minutes),
        turns,
        st.integers(-90, 90),
    ),
)
"""Any time of some years, or one near an hour at which clocks somewhere are set."""

zones = st.sampled_from(
    [
        Zone("Europe/Rome"),
        Zone("America/New_York"),
        Zone("Asia/Kolkata"),
        Zone("Pacific/Auckland"),
        Zone("Etc/UTC"),
    ]
)
places = st.builds(
    Location,
    name=words,
    street=words | st.just(""),
    city=words | st.just(""),
    latitude=st.none() | st.floats(-90, 90),
    uri=st.just("") | words,
)
people = st.lists(
    st.builds(
        Attendee,
        email=st.sampled_from([ANNA, BRUNO, "carla@example.org"]),
        name=words | st.just(""),
        status=st.sampled_from([0, 2, 3, 4, 5]),
        kind=st.sampled_from([1, 2, 3]),
    ),
    max_size=3,
    unique_by=lambda one: one.email,
).map(tuple)
files = st.lists(
    st.builds(Attachment, reference=words, name=words, content=st.binary(max_size=20)),
    min_size=1,
    max_size=2,
    unique_by=lambda file: file.reference,
).map(tuple)
bodies = st.builds(Body, st.text("abc \n漢", max_size=30).map(str.strip).filter(bool))

shared_fields = {
    "subject": words,
    "location": places,
    "body": bodies,
    "busy_status": st.integers(-1, 4),
    "sensitivity": st.integers(0, 3),
    "reminder": st.integers(0, 10_000),
    "categories": st.lists(words, min_size=1, max_size=3, unique=True).map(tuple),
    "attachments": files,
}


@st.composite
def times(draw: st.DrawFn) -> AllDay | Timed:
    start = draw(moments)
    if draw(st.booleans()):
        return AllDay(start.date(), start.date() + timedelta(days=draw(st.integers(1, 3))))
    return Timed.at(start, start + timedelta(minutes=draw(st.integers(0, 180))), draw(zones))


@st.composite
def rules(draw: st.DrawFn, when: AllDay | Timed) -> Recurrence:
    kind = draw(st.sampled_from([DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH]))
    masks, weeks, months = st.integers(1, 127), st.integers(1, 5), st.integers(1, 12)
    needed: dict[int, dict[str, Any]] = {
        DAILY: {"days": st.none() | masks},
        WEEKLY: {"days": masks},
        MONTHLY: {"day_of_month": st.integers(1, 31)},
        MONTHLY_NTH: {"days": masks, "week": weeks},
        YEARLY: {"day_of_month": st.integers(1, 31), "month": months},
        YEARLY_NTH: {"days": masks, "week": weeks, "month": months},
    }
    allowed: dict[str, Any] = {"first_day": st.integers(0, 6)}
    if kind not in (DAILY, WEEKLY):
        allowed["calendar_type"] = st.sampled_from([0, 1, 2, 7, *LUNAR])
    if kind in (YEARLY, YEARLY_NTH):
        allowed["leap_month"] = st.booleans()
    parts = draw(st.fixed_dictionaries(needed[kind], optional=allowed))
    end = draw(st.fixed_dictionaries({}, optional={"count": st.integers(1, 9)}) | ends(when))
    return Recurrence(kind, interval=draw(st.integers(1, 13)), **parts, **end)


def ends(when: AllDay | Timed) -> st.SearchStrategy[dict[str, Any]]:
    """The last day of a series, as its kind of time says it."""
    start = when.start if isinstance(when, AllDay) else when.start_instant
    return st.integers(0, 400).map(lambda days: {"until": start + timedelta(days=days)})


@st.composite
def appointments(draw: st.DrawFn) -> dict[str, Any]:
    """Any appointment: timed or all-day, single or series with exceptions, mine or received."""
    when = draw(times())
    values = {
        "uid": draw(words),
        "when": when,
        "stamp": draw(moments),
        **draw(st.fixed_dictionaries({}, optional=shared_fields)),
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "attendees": people.filter(bool),
                    "organizer_email": st.sampled_from([ME, ANNA]),
                    "organizer_name": words,
                    "meeting_status": st.integers(0, 7),
                    "response_type": st.integers(0, 5),
                    "reply_time": moments,
                    "response_requested": st.booleans(),
                    "disallow_new_time_proposal": st.booleans(),
                    "online_meeting_external_link": words,
                },
            )
        ),
    }
    if draw(st.booleans()):
        values["recurrence"] = rule = draw(rules(when))
        values["occurrences"] = draw(states(when, rule))
    return {field: value for field, value in values.items() if value != {}}


@st.composite
def states(draw: st.DrawFn, when: AllDay | Timed, rule: Recurrence) -> dict[Any, Any]:
    """Cancelled, changed and moved occurrences among the first three of a series."""
    starts = [start for start, _ in zip(occurrences(rule, when), range(3), strict=False)]
    return {start: draw(overrides(when)) for start in starts if draw(st.booleans())}


@st.composite
def overrides(draw: st.DrawFn, when: AllDay | Timed) -> Any:
    if draw(st.integers(0, 2)) == 0:
        return CANCELLED
    own = draw(st.fixed_dictionaries({}, optional=shared_fields))
    cleared = draw(st.sets(st.sampled_from(["location", "body", "reminder", "categories"])))
    state = {**own, **dict.fromkeys(cleared, CLEARED)}
    if draw(st.booleans()) or not state:
        start = draw(moments)
        state["when"] = (
            AllDay(start.date(), start.date() + timedelta(days=1))
            if isinstance(when, AllDay)
            else Timed.at(start, start + timedelta(hours=1), when.zone)
        )
    return state
