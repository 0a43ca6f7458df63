"""Law 7: of two edits both survive; what cannot stand is kept, and can be put in force."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import calendar, contact
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.conflict import Resolution, resolve
from domain.fields import Field
from domain.patch import CANCELLED, CLEARED, INHERITED, OCCURRENCES, apply, difference
from domain.recurrence import Recurrence
from domain.when import AllDay, Timed

DAY = date(2026, 3, 2)


def all_day(n: int) -> AllDay:
    return AllDay(DAY + timedelta(days=n), DAY + timedelta(days=n + 1))


def samples(name: str, field: Field, n: int) -> Any:
    """The n-th of many different values of a field."""
    made: dict[Any, Any] = {
        str: f"{name} {n}",
        int: n,
        bool: bool(n % 2),
        bytes: bytes([n]),
        date: DAY + timedelta(days=n),
        Body: Body(f"text {n}"),
        Location: Location(f"place {n}"),
        (AllDay, Timed): all_day(n),
        datetime: datetime(2026, 1, 1, n % 24, tzinfo=UTC),
        Recurrence: Recurrence(0, interval=n),
        dict: {DAY + timedelta(days=1): {"subject": f"once {n}"}},
    }
    if field.type is tuple:
        return lists(name, n)
    return made[field.type]


def lists(name: str, n: int) -> tuple[Any, ...]:
    if name == "attendees":
        return (Attendee("a@example.org", f"name {n}"),)
    if name == "attachments":
        return (Attachment("r", f"name {n}", b""),)
    return (f"{name} {n}",)


def fields_of(kind: str) -> dict[str, Field]:
    return {"calendar": calendar.FIELDS, "contacts": contact.FIELDS}[kind]


TESTED = [
    (kind, name)
    for kind in ("calendar", "contacts")
    for name, field in fields_of(kind).items()
    if field.type is not bool
]


@pytest.mark.parametrize(("kind", "mine"), TESTED)
def test_edits_of_different_fields_are_merged_whichever_they_are(kind: str, mine: str) -> None:
    fields = fields_of(kind)
    base = {n: samples(n, fields[n], 1) for k, n in TESTED if k == kind}
    edit = {mine: samples(mine, fields[mine], 2)}
    for theirs in base.keys() - {mine}:
        for now in (samples(theirs, fields[theirs], 3), CLEARED):
            stands = apply(base, {theirs: now})
            merged = resolve(fields, base, edit, stands)
            assert not merged.lost
            assert apply(stands, merged.patch) == {**stands, **edit}


KEYED = {"attendees", "attachments"}
"""Lists in which both changed the same entry; other lists are unions and never collide."""


def collides(kind: str, name: str) -> bool:
    field = fields_of(kind)[name]
    return (field.key is None or name in KEYED) and not field.latest


COLLIDING = [pair for pair in TESTED if collides(*pair)]


@pytest.mark.parametrize("mine_wins", [False, True])
@pytest.mark.parametrize(("kind", "name"), COLLIDING)
def test_of_two_edits_of_one_field_the_loser_is_kept_and_can_be_put_in_force(
    kind: str, name: str, mine_wins: bool
) -> None:
    fields = fields_of(kind)
    base, mine, theirs = (samples(name, fields[name], n) for n in (1, 2, 3))
    merged = resolve(fields, {name: base}, {name: mine}, {name: theirs}, mine_wins)
    winner, loser = (mine, theirs) if mine_wins else (theirs, mine)
    stands = apply({name: theirs}, merged.patch)
    assert stands == {name: winner}
    assert apply(stands, merged.lost) == {name: loser}
    assert merged.overruled != mine_wins


@pytest.mark.parametrize(("kind", "name"), TESTED)
def test_clearing_a_field_that_the_other_side_changed_is_a_conflict_too(
    kind: str, name: str
) -> None:
    fields = fields_of(kind)
    if not collides(kind, name) or name in KEYED or name == OCCURRENCES:
        return
    base, theirs = (samples(name, fields[name], n) for n in (1, 3))
    merged = resolve(fields, {name: base}, {name: CLEARED}, {name: theirs})
    assert merged.lost == {name: CLEARED}
    assert merged.kept == {name: theirs}


@pytest.mark.parametrize(("kind", "name"), TESTED)
def test_a_field_that_an_edit_repeats_unchanged_takes_nothing_back(kind: str, name: str) -> None:
    fields = fields_of(kind)
    base, theirs = (samples(name, fields[name], n) for n in (1, 3))
    merged = resolve(fields, {name: base}, {name: base}, {name: theirs}, mine_wins=True)
    assert merged == Resolution()


@pytest.mark.parametrize(("kind", "name"), TESTED)
def test_two_equal_edits_are_no_conflict(kind: str, name: str) -> None:
    fields = fields_of(kind)
    base, both = (samples(name, fields[name], n) for n in (1, 2))
    assert resolve(fields, {name: base}, {name: both}, {name: both}) == Resolution()


def categories(base: str, mine: str, theirs: str, mine_wins: bool = False) -> str:
    sides = [{"categories": tuple(text)} if text else {} for text in (base, mine, theirs)]
    patch = difference(sides[0], sides[1])
    merged = resolve(calendar.FIELDS, sides[0], patch, sides[2], mine_wins)
    return "".join(apply(sides[2], merged.patch).get("categories", ()))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("a", "ab", "ac", "abc"),
        ("ab", "b", "ab", "b"),
        ("ab", "b", "a", ""),
        ("abc", "ac", "abcd", "acd"),
        ("", "a", "b", "ab"),
        ("ab", "ba", "abc", "bac"),
    ],
)
def test_lists_merge_by_their_entries(base: str, mine: str, theirs: str, merged: str) -> None:
    assert categories(base, mine, theirs) == merged


def people(**names: str) -> dict[str, Any]:
    return {"attendees": tuple(Attendee(f"{mail}@x", name) for mail, name in names.items())}


def test_putting_a_lost_entry_in_force_leaves_the_other_entries_alone() -> None:
    base, theirs = people(a="A", b="B"), people(a="A3", b="B", c="C")
    mine = difference(base, people(a="A2", b="B", d="D"))
    merged = resolve(calendar.FIELDS, base, mine, theirs)
    stands = apply(theirs, merged.patch)
    assert set(stands["attendees"]) == set(people(a="A3", b="B", c="C", d="D")["attendees"])
    restored = apply(stands, merged.lost)
    assert set(restored["attendees"]) == set(people(a="A2", b="B", c="C", d="D")["attendees"])


def test_an_entry_that_one_side_removed_and_the_other_changed_is_a_conflict() -> None:
    base, theirs = people(a="A"), people(a="A3")
    merged = resolve(calendar.FIELDS, base, {"attendees": CLEARED}, theirs)
    assert apply(theirs, merged.patch) == theirs
    assert merged.lost == {"attendees": CLEARED}


def test_the_later_stamp_stands_and_nothing_is_lost() -> None:
    base, early, late = ({"stamp": datetime(2026, 1, n, tzinfo=UTC)} for n in (1, 2, 3))
    assert resolve(calendar.FIELDS, base, late, early).patch == late
    merged = resolve(calendar.FIELDS, base, early, late)
    assert apply(late, merged.patch) == late
    assert not merged.lost


# Occurrences

FIRST, SECOND = DAY + timedelta(days=7), DAY + timedelta(days=14)
STATES: list[Any] = [
    None,
    CANCELLED,
    {"subject": "A"},
    {"subject": "B"},
    {"subject": "A", "location": Location("there")},
    {"location": CLEARED, "reminder": 5},
]


def series(state: Any) -> dict[str, Any]:
    return {} if state is None else {OCCURRENCES: {FIRST: state}}


def merge(base: Any, mine: Any, theirs: Any, mine_wins: bool = False) -> Resolution:
    patch = difference(series(base), series(mine))
    return resolve(calendar.FIELDS, series(base), patch, series(theirs), mine_wins)


every_state = st.sampled_from(STATES)


@given(every_state, every_state, every_state, st.booleans())
def test_what_either_side_made_of_an_occurrence_stands_or_can_be_put_in_force(
    base: Any, mine: Any, theirs: Any, mine_wins: bool
) -> None:
    merged = merge(base, mine, theirs, mine_wins)
    stands = apply(series(theirs), merged.patch)
    if mine == base:
        assert stands == series(theirs)
    elif theirs in (base, mine):
        assert stands == series(mine)
    elif merged.lost:
        either = (wanted(base, mine, theirs), wanted(base, theirs, mine))
        assert stands in either
        assert apply(stands, merged.lost) in either
        assert stands != apply(stands, merged.lost)
    else:
        assert stands == wanted(base, mine, theirs) == wanted(base, theirs, mine)


def wanted(base: Any, winner: Any, loser: Any) -> dict[str, Any]:
    """What would stand if one side had its way where both touched the same."""
    if isinstance(winner, dict) and isinstance(loser, dict):
        before = base if isinstance(base, dict) else {}
        names = before.keys() | winner.keys() | loser.keys()
        states = {
            n: (loser if winner.get(n, INHERITED) == before.get(n, INHERITED) else winner).get(
                n, INHERITED
            )
            for n in names
        }
        return series({n: state for n, state in states.items() if state is not INHERITED})
    return series(winner)


@pytest.mark.parametrize("mine_wins", [False, True])
def test_a_cancelled_occurrence_beats_a_changed_one_and_the_change_is_kept(
    mine_wins: bool,
) -> None:
    for mine, theirs in ((CANCELLED, {"subject": "A"}), ({"subject": "A"}, CANCELLED)):
        merged = merge(None, mine, theirs, mine_wins)
        assert apply(series(theirs), merged.patch) == series(CANCELLED)
        assert apply(series(CANCELLED), merged.lost) == series({"subject": "A"})
        assert merged.overruled == (theirs is CANCELLED)


def test_edits_of_two_occurrences_are_merged() -> None:
    mine = {OCCURRENCES: {FIRST: {"subject": "Mine"}}}
    theirs = {OCCURRENCES: {SECOND: CANCELLED}}
    merged = resolve(calendar.FIELDS, {}, mine, theirs)
    assert not merged.lost
    assert apply(theirs, merged.patch)[OCCURRENCES] == {
        FIRST: {"subject": "Mine"},
        SECOND: CANCELLED,
    }


def test_dropping_all_occurrences_that_the_other_side_changed_is_a_conflict() -> None:
    theirs = series({"subject": "B"})
    merged = resolve(calendar.FIELDS, series({"subject": "A"}), {OCCURRENCES: CLEARED}, theirs)
    assert apply(theirs, merged.patch) == theirs
    assert apply(theirs, merged.lost) == {}


names = st.sampled_from(["subject", "reminder", "location", "categories"])
values = st.dictionaries(names, st.integers(1, 3), max_size=4).map(
    lambda said: {n: samples(n, calendar.FIELDS[n], v) for n, v in said.items()}
)


@given(values, values, values, st.booleans())
def test_nothing_that_either_side_said_is_lost(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], mine_wins: bool
) -> None:
    merged = resolve(calendar.FIELDS, base, difference(base, mine), theirs, mine_wins)
    stands = apply(theirs, merged.patch)
    for name in base.keys() | mine.keys() | theirs.keys():
        if name == "categories":
            continue
        here = {stands.get(name, CLEARED), merged.lost.get(name, stands.get(name, CLEARED))}
        for side in (mine, theirs):
            if side.get(name) != base.get(name):
                assert side.get(name, CLEARED) in here


@given(values, values, values)
def test_it_does_not_matter_who_comes_first_where_nothing_is_lost(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    one = resolve(calendar.FIELDS, base, difference(base, mine), theirs)
    other = resolve(calendar.FIELDS, base, difference(base, theirs), mine)
    assert set(one.lost) == set(other.lost)
    if not one.lost:
        left, right = apply(theirs, one.patch), apply(mine, other.patch)
        left, right = ({n: _unordered(v) for n, v in side.items()} for side in (left, right))
        assert left == right


def _unordered(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value


@given(values, values, values)
def test_either_side_can_be_told_to_win(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    lost = resolve(calendar.FIELDS, base, difference(base, mine), theirs)
    won = resolve(calendar.FIELDS, base, difference(base, mine), theirs, mine_wins=True)
    assert (lost.lost, lost.kept) == (won.kept, won.lost)
    assert not won.overruled
    assert lost.overruled == bool(lost.lost)
