"""Values, lines and files for the tests of imports and exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from adapters import ical, vcard
from adapters.ical.attachments import attachment
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.contact import TEXTS
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import Recurrence, complete, occurrence, occurrences
from domain.when import AllDay, Timed, When
from domain.zone import UTC_ZONE, Turn, Zone, ZoneRule

FIXTURES = Path(__file__).parent.parent / "fixtures"
ROME = Zone("Europe/Rome")
TODAY = date(2026, 11, 25)
ODD = Zone(
    rule=ZoneRule(
        bias=-97,
        daylight_bias=-30,
        to_standard=Turn(10, 3, 2, 4, 30),
        to_daylight=Turn(4, 5, 5, 1),
        standard_name="Odd, winter",
        daylight_name="Odd; summer",
    )
)
"""A zone that is none of the world's."""


def fixture(path: str) -> bytes:
    return (FIXTURES / path).read_bytes()


def read_ics(data: bytes | Iterable[bytes], **rest: Any) -> list[ical.Entry | ical.BadEntry]:
    return list(ical.read(data, **{"zone": ROME, "today": TODAY, **rest}))


def event(*lines: str) -> bytes:
    """One VEVENT with these lines, and the UID `u` if they name none."""
    uid = [] if any(line.startswith("UID") for line in lines) else ["UID:u"]
    return wrapped("BEGIN:VEVENT", *uid, *lines, "END:VEVENT")


def wrapped(*lines: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", "")).encode()


def values(data: bytes, **rest: Any) -> dict[str, Any]:
    """The values of the only entry."""
    (entry,) = read_ics(data, **rest)
    assert isinstance(entry, ical.Entry), entry
    return entry.values


def written(*items: dict[str, Any]) -> str:
    """The unfolded text of an export."""
    data = b"".join(ical.write((str(at), item) for at, item in enumerate(items)))
    return data.decode().replace("\r\n ", "").replace("\r\n", "\n")


def card(*lines: str, version: str = "3.0") -> bytes:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", "")).encode()


def contact(data: bytes) -> dict[str, Any]:
    (entry,) = vcard.read(data)
    assert isinstance(entry, vcard.Entry), entry
    return entry.values


def written_card(item: dict[str, Any]) -> str:
    data = b"".join(vcard.write([("name", item)]))
    return data.decode().replace("\r\n ", "").replace("\r\n", "\n")


_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
words = st.text(_CHARACTERS, min_size=1, max_size=90)
"""Any text a person may write, with line breaks, commas, quotes and backslashes."""

names = words.map(str.strip).filter(bool)
bodies = st.builds(Body, words, st.booleans())
addresses = st.from_regex(r"[a-z0-9.]{1,12}@[a-z]{1,12}\.example", fullmatch=True)
instants = st.integers(365 * 86_400, 230 * 365 * 86_400).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
_degrees = st.floats(-90, 90, allow_nan=False)


@st.composite
def places(draw: st.DrawFn) -> Location:
    texts = ("annotation", "street", "city", "state", "country", "postal_code", "uri")
    parts: dict[str, Any] = {"name": draw(words)}
    parts |= draw(st.dictionaries(st.sampled_from(texts), words, max_size=3))
    if draw(st.booleans()):
        parts |= {"latitude": draw(_degrees), "longitude": draw(_degrees)}
        parts |= draw(st.dictionaries(st.sampled_from(("accuracy", "altitude")), _degrees))
    return Location(**parts)


@st.composite
def whens(draw: st.DrawFn) -> When:
    if draw(st.booleans()):
        start = draw(days)
        return AllDay(start, start + timedelta(days=draw(st.integers(1, 40))))
    zone = draw(st.sampled_from((ROME, Zone("America/New_York"), UTC_ZONE, ODD)))
    begin = draw(instants)
    return Timed.at(begin, begin + timedelta(minutes=draw(st.integers(0, 5000))), zone)


def unambiguous(when: When) -> bool:
    """Not in the second hour of an autumn night, which a file can only tell in UTC."""
    return isinstance(when, AllDay) or not (when.start.fold or when.end.fold)


@st.composite
def patterns(draw: st.DrawFn, when: When) -> Recurrence:
    kind = draw(st.sampled_from((0, 1, 2, 3, 5, 6)))
    parts: dict[str, Any] = {"interval": draw(st.integers(1, 5))}
    if kind == 1:
        parts |= {"days": draw(st.integers(1, 127)), "first_day": draw(st.integers(0, 6))}
    if kind in (3, 6):
        parts |= {"days": draw(st.integers(1, 127)), "week": draw(st.integers(1, 5))}
    if kind in (5, 6):
        parts["month"] = draw(st.integers(1, 12))
    if kind in (2, 5):
        parts["day_of_month"] = draw(st.integers(1, 31))
    if draw(st.booleans()):
        parts["count"] = draw(st.integers(1, 999))
    return Recurrence(kind, **parts)


@st.composite
def series(draw: st.DrawFn) -> dict[str, Any]:
    """When and how something repeats, begun on a day that fits, with some occurrences changed."""
    when = draw(whens().filter(unambiguous))
    pattern = complete(draw(patterns(when)), _day(when))
    first = next(occurrences(pattern, when))
    when = _moved(when, first)
    starts = draw(st.lists(st.integers(0, 20), max_size=4, unique=True))
    upcoming = [start for at, start in zip(range(21), occurrences(pattern, when), strict=False)]
    states = {upcoming[at]: draw(states_) for at in starts if at < len(upcoming)}
    for start, state in states.items():
        if state is not CANCELLED and state.get("when") == occurrence(when, start):
            del state["when"]
    result: dict[str, Any] = {"when": when, "recurrence": pattern}
    return result | ({"occurrences": states} if states else {})


elsewhere = places().map(lambda place: replace(place, name=f"not {place.name}"))
states_ = st.just(CANCELLED) | st.fixed_dictionaries(
    {"subject": words.map("other ".__add__)},
    optional={"body": st.just(CLEARED), "location": elsewhere, "when": whens().filter(unambiguous)},
)


def _day(when: When) -> date:
    return when.start if isinstance(when, AllDay) else when.start.date()


def _moved(when: When, first: date) -> When:
    if isinstance(when, AllDay):
        return AllDay(first, first + (when.end - when.start))
    assert isinstance(first, datetime)
    return Timed(first, first + max(when.end - when.start, timedelta()), when.zone)


attendees = st.builds(
    Attendee,
    addresses,
    names,
    st.sampled_from((0, 2, 3, 4, 5)),
    st.sampled_from((1, 2, 3)),
)


def _unique(people: list[Attendee]) -> tuple[Attendee, ...]:
    return tuple({each.email: each for each in people}.values())


_files = st.builds(
    lambda content, name, kind: attachment(content, name, content_type=kind),
    st.binary(max_size=200),
    names,
    st.sampled_from(("", "image/png")),
)

_meeting = st.fixed_dictionaries(
    {
        "organizer_email": addresses.map("boss.".__add__),
        "organizer_name": names,
        "attendees": st.lists(attendees, min_size=1, max_size=4).map(_unique),
        "meeting_status": st.sampled_from((1, 3, 5, 7)),
    },
    optional={
        "response_requested": st.booleans(),
        "response_type": st.integers(0, 5),
        "reply_time": instants,
        "disallow_new_time_proposal": st.booleans(),
        "online_meeting_conf_link": words,
        "online_meeting_external_link": words | st.just("https://meet.example/a,b;c?d=\\e"),
    },
)
_details = st.fixed_dictionaries(
    {"uid": names, "subject": words, "body": bodies},
    optional={
        "location": places(),
        "busy_status": st.integers(0, 4),
        "sensitivity": st.integers(0, 3),
        "reminder": st.integers(0, 20_000),
        "categories": st.lists(words, min_size=1, max_size=4, unique=True).map(tuple),
        "attachments": _files.map(lambda file: (file,)),
        "stamp": instants,
        "foreign": st.just(("PRIORITY:5", "X-OTHER;A=b:c\\,d")),
    },
)
appointments = st.builds(
    lambda details, meeting, times: {**details, **meeting, **times},
    _details,
    st.just({}) | _meeting,
    st.builds(lambda when: {"when": when}, whens().filter(unambiguous)) | series(),
)

contacts = st.builds(
    lambda texts, rest: {**texts, **rest},
    st.dictionaries(st.sampled_from(TEXTS), names, max_size=12),
    st.fixed_dictionaries(
        {"uid": names, "last_name": names},
        optional={
            "birthday": days | st.just(date(1604, 2, 29)),
            "anniversary": days,
            "children": st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
            "categories": st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
            "picture": st.binary(min_size=1, max_size=300),
            "body": bodies,
            "foreign": st.just(("ROLE:x", "item1.X-ABLABEL:y")),
        },
    ),
)
