"""Finding events in the log: by what they are about, a page at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.store.sqlite import INSERT, TABLE
from app.folders import make
from app.links import link
from domain.folder import USER_CALENDAR
from projections import logbook
from projections.logbook import Choice, Search, actors, kinds, requests, things
from tests.builders import Caller, House, a_contact, an_appointment, patch

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDS = tuple(UUID(int=number) for number in range(1, 5))
Written = tuple[frozenset[UUID], int]


@dataclass
class Log:
    """A log of events of which no more is known than what they are about, and when they were. Of
    each, the first is what it changed."""

    events: list[tuple[frozenset[UUID], datetime]] = field(default_factory=list)
    connection: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))

    def __post_init__(self) -> None:
        self.connection.executescript(logbook.TABLES)
        self.connection.executescript(TABLE)

    def write(self, about: frozenset[UUID], seconds: int) -> None:
        """Something about these, so many seconds after (or before) what was written last."""
        before = self.events[-1][1] if self.events else NOON
        at = before + timedelta(seconds=seconds)
        self.events.append((about, at))
        position = len(self.events)
        own = min(about, default=UUID(int=9), key=str)
        row = (position, own.bytes, position, "kind", b"", b"")
        self.connection.execute(INSERT, row)
        moment = (at - logbook.EPOCH) // logbook.MICROSECOND
        self.connection.execute(logbook.REACHED, (moment, position))
        beside = [(id.bytes, position) for id in about - {own}]
        self.connection.executemany(logbook.FILE, beside)

    def fitting(self, search: Search) -> list[int]:
        """What is meant, the oldest first. An event was when the log had come to its time."""
        latest, found = NOON - timedelta(days=9), []
        for position, (about, at) in enumerate(self.events, 1):
            latest = max(latest, at)
            named = things(*about)
            since = search.since is None or latest >= search.since
            until = search.until is None or latest < search.until
            if since and until and all(choice & named for choice in search.choices):
                found.append(position)
        return found


writings = st.lists(st.tuples(st.frozensets(st.sampled_from(IDS)), st.integers(-3, 5)), max_size=60)
choices = st.lists(st.frozensets(st.sampled_from(IDS), min_size=1), max_size=3)
moments = st.none() | st.integers(-10, 150).map(lambda n: NOON + timedelta(seconds=n))
searches = st.builds(
    lambda chosen, since, until: Search(tuple(things(*ids) for ids in chosen), since, until),
    choices,
    moments,
    moments,
)


@given(
    before=writings,
    meanwhile=st.lists(writings, max_size=4),
    search=searches,
    most=st.integers(1, 7),
)
def test_the_pages_one_after_the_other_are_the_log_whatever_is_written_meanwhile(
    before: list[Written], meanwhile: list[list[Written]], search: Search, most: int
) -> None:
    log = Log()
    for event in before:
        log.write(*event)
    meant, found, start = log.fitting(search), [], None
    while True:
        page = logbook.back(log.connection, search, start, most)
        assert len(page.positions) <= most
        found += page.positions
        for event in meanwhile.pop() if meanwhile else ():
            log.write(*event)
        if page.further is None:
            break
        start = page.further
    assert found == meant[::-1]


@given(before=writings, later=writings, search=searches, most=st.integers(1, 7))
def test_who_follows_the_log_hears_of_everything_once_and_in_order(
    before: list[Written], later: list[Written], search: Search, most: int
) -> None:
    log, heard = Log(), []
    for event in before:
        log.write(*event)
    seen = len(before)
    for event in later:
        log.write(*event)
        while seen < len(log.events):
            page = logbook.onward(log.connection, search, seen, most)
            heard += page.positions
            seen = len(log.events) if page.further is None else page.further
    assert heard == [each for each in log.fitting(search) if each > len(before)]


@given(before=writings, search=searches)
def test_where_filters_hardly_meet_a_page_says_where_to_go_on(
    before: list[Written], search: Search
) -> None:
    log = Log()
    for event in before:
        log.write(*event)
    found: list[int] = []
    start: int | None = None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(logbook, "REACH", 2)
        while True:
            page = logbook.back(log.connection, search, start, 5)
            found += page.positions
            if page.further is None:
                break
            assert start is None or page.further < start, "it gets on"
            start = page.further
    assert found == log.fitting(search)[::-1]


def test_a_page_takes_as_many_looks_in_a_long_log_as_in_a_short_one() -> None:
    ada, bob, added, revised = IDS
    looks = []
    for length in (100, 2_000):
        log = Log()
        for number in range(length):
            whose, what = (ada, bob)[number % 2], (added, revised)[number % 20 == 0]
            log.write(frozenset((whose, what)), 1)
        said: list[str] = []
        log.connection.set_trace_callback(said.append)
        search = Search((things(ada), things(revised)), since=NOON)
        page = logbook.back(log.connection, search, None, 3)
        assert len(page.positions) == 3
        looks.append(len(said))
    assert looks[0] == looks[1] < 40


@pytest.mark.parametrize("way", [-1, 1])
@pytest.mark.parametrize(
    ("sort", "index"),
    [
        (logbook.ABOUT, "log_about USING PRIMARY KEY (about=? AND position"),
        (logbook.STREAM, "stored_event USING COVERING INDEX sqlite_autoindex_stored_event_1"),
    ],
)
def test_every_filter_is_served_by_an_index_and_nothing_is_sorted(
    house: House, sort: str, index: str, way: int
) -> None:
    (plan,) = house.rows(f"EXPLAIN QUERY PLAN {logbook.SEEK[sort, way]}", b"x", 1)
    assert f"SEARCH {index}" in plan[-1]


@pytest.mark.parametrize(
    ("statement", "values"),
    [(logbook.FROM_THEN, (1,)), (logbook.LAST, ()), (logbook.REACHED, (1, 1))],
    ids=["a moment", "the end", "a new moment"],
)
def test_a_moment_and_the_end_are_found_without_a_walk(
    house: House, statement: str, values: tuple[int, ...]
) -> None:
    steps = [row[-1] for row in house.rows(f"EXPLAIN QUERY PLAN {statement}", *values)]
    assert any(step.startswith("SEARCH") for step in steps)
    assert not any(f"SCAN {table}" in step for step in steps for table in ("log_", "stored_"))
    assert not any("TEMP B-TREE" in step for step in steps)


# What an event is filed under


def found(house: House, *choices: Choice) -> list[str]:
    """The kinds of the events that fit, the oldest first."""
    with house.groupware.reading() as connection:
        page = logbook.back(connection, Search(choices), None, 1000)
    assert page.further is None
    return topics(house, *page.positions[::-1])


def topics(house: House, *positions: int) -> list[str]:
    read: Iterator[tuple[int, Any]] = house.groupware.read(positions)
    return [event.TOPIC for _, event in read]


@pytest.fixture
def phone(house: House) -> Caller:
    (id,) = house.fill([an_appointment("Dentist")])
    phone = Caller(house)
    phone.sync(phone.start(), patch(id, subject="Doctor"))
    return phone


def test_a_persons_events_are_those_of_their_items_phones_and_themselves(
    house: House, phone: Caller
) -> None:
    kinds_found = found(house, things(house.account))
    assert {"appointment.scheduled", "appointment.revised"} < set(kinds_found)
    assert "folder.made" in kinds_found


def test_a_phones_events_are_what_it_did_and_what_it_was_told(house: House, phone: Caller) -> None:
    assert phone.partnership is not None
    theirs = found(house, things(phone.partnership))
    assert theirs[0] == "line.begun"
    assert "appointment.revised" in theirs
    assert "appointment.scheduled" not in theirs


def test_an_item_is_found_by_its_id_and_by_those_it_is_linked_to(house: House) -> None:
    (event,) = house.fill([an_appointment("Dentist")])
    (contact,) = house.fill([a_contact()], "contacts")
    with house.editing():
        link(house.groupware, event, contact)
    assert found(house, things(event)) == ["appointment.scheduled", "relation.begun"]
    assert found(house, things(contact)) == ["contact.added", "relation.begun"]
    assert found(house, things(event), things(contact)) == ["relation.begun"]


def test_kind_author_and_request_meet(house: House, phone: Caller) -> None:
    assert found(house, kinds("appointment.revised")) == ["appointment.revised"]
    assert found(house, kinds("appointment.revised", "appointment.scheduled")) == [
        "appointment.scheduled",
        "appointment.revised",
    ]
    assert "appointment.revised" in found(house, actors("device:phone"))
    assert found(house, actors("user:ada"), kinds("appointment.revised")) == []
    events: Iterator[Any] = (event for _, event in house.groupware.replay())
    request = next(event.request for event in events if event.TOPIC == "appointment.revised")
    assert set(found(house, requests(request))) == {"appointment.revised", "round.answered"}


def test_nothing_is_found_of_what_never_was(house: House) -> None:
    assert found(house, things(UUID(int=9))) == []
    assert found(house, frozenset()) == []


def test_a_span_is_of_when_things_were_written(house: House) -> None:
    start = house.clock()
    house.clock.advance(60)
    (id,) = house.fill([an_appointment("Dentist")])
    house.clock.advance(60)
    house.revise(id, subject="Doctor")
    minute = timedelta(seconds=60)
    with house.groupware.reading() as connection:
        search = Search((things(id),), start + minute, start + 2 * minute)
        (position,) = logbook.back(connection, search, None, 10).positions
        assert logbook.back(connection, Search(since=start + 3 * minute), None, 10).positions == ()
    assert topics(house, position) == ["appointment.scheduled"]


def test_a_folder_that_was_moved_from_keeps_its_past(house: House) -> None:
    with house.editing() as connection:
        made = make(house.groupware, connection, house.account, "Other", USER_CALENDAR)
    assert found(house, things(made.id)) == ["folder.made"]
