# ruff: noqa: DTZ001 (wall times have no zone of their own)
"""What goes into the log comes out as it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.store.records import BY_CLASS, register
from adapters.store.transcoder import (
    MsgpackTranscoder,
    Undecodable,
    Unencodable,
    decode,
    decode_values,
    encode,
    encode_values,
)
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.patch import CANCELLED, CLEARED, INHERITED, Mark
from domain.recurrence import WEEKLY, Recurrence
from domain.when import AllDay, Timed
from domain.zone import Turn, Zone, ZoneRule

WALL_TIMES = st.builds(
    lambda moment, fold: moment.replace(fold=fold), st.datetimes(), st.integers(0, 1)
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
KEYS = TEXTS | st.dates() | WALL_TIMES
TURNS = st.builds(
    Turn, st.integers(1, 12), st.integers(0, 6), st.integers(1, 5), st.integers(0, 23)
)
RULES = st.builds(ZoneRule, st.integers(-840, 720), st.integers(-60, 60), to_standard=TURNS)
ZONES = st.sampled_from(["Europe/Rome", "Etc/UTC"]).map(Zone) | st.builds(Zone, rule=RULES)
RECORDS = st.one_of(
    st.builds(Body, TEXTS, st.booleans()),
    st.builds(
        Attendee, TEXTS, TEXTS, proposed_start=st.none() | st.datetimes(timezones=st.just(UTC))
    ),
    st.builds(Location, TEXTS, latitude=st.none() | st.floats(-90, 90)),
    st.builds(Attachment, TEXTS, TEXTS, st.binary(max_size=9)),
    st.builds(Recurrence, st.integers(0, 6), until=st.none() | st.dates()),
    st.builds(
        lambda day, days: AllDay(day, day + timedelta(days)),
        st.dates(date(1990, 1, 1), date(2040, 1, 1)),
        st.integers(1, 9),
    ),
    st.builds(
        lambda start, zone: Timed(start, start + timedelta(days=1), zone),
        st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),
        ZONES,
    ),
    ZONES,
    RULES,
    TURNS,
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    TEXTS,
    st.binary(max_size=9),
    st.dates(),
    WALL_TIMES,
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
    st.sampled_from(Mark),
    RECORDS,
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.frozensets(PLAIN, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_decoded_equals_what_was_encoded(value: Any) -> None:
    assert decode(encode(value)) == value


@given(VALUES)
def test_types_folds_and_order_survive_so_the_bytes_are_the_same_again(value: Any) -> None:
    assert encode(decode(encode(value))) == encode(value)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_the_named_error(data: bytes) -> None:
    try:
        decode(data)
    except Undecodable as error:
        assert "not a stored value" in str(error)  # noqa: PT017


@given(VALUES, st.data())
def test_stored_bytes_cut_short_are_refused(value: Any, data: st.DataObject) -> None:
    stored = encode(value)
    with pytest.raises(Undecodable):
        decode(stored[: data.draw(st.integers(0, len(stored) - 1))])


def test_the_second_half_past_two_of_an_autumn_night_stays_the_second() -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1)
    assert decode(encode(second)).fold == 1


def test_an_instant_comes_back_in_utc_wherever_it_was_seen() -> None:
    seen = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert decode(encode(seen)) == seen
    assert decode(encode(seen)).tzinfo is UTC


def test_occurrences_keep_dates_and_wall_times_as_keys() -> None:
    occurrences = {
        date(2026, 5, 1): CANCELLED,
        datetime(2026, 5, 2, 9): {"subject": "Late", "location": INHERITED, "body": CLEARED},
    }
    assert decode_values(encode_values({"occurrences": occurrences})) == {
        "occurrences": occurrences
    }


def test_a_set_has_the_same_bytes_in_whatever_order_it_was_made() -> None:
    names = [f"name-{n}" for n in range(50)]
    assert encode(frozenset(names)) == encode(frozenset(reversed(names)))


def test_a_map_keeps_its_order() -> None:
    assert list(decode(encode({"b": 1, "a": 2}))) == ["b", "a"]


def test_true_one_and_one_point_nought_stay_apart() -> None:
    assert [type(value) for value in decode(encode([True, 1, 1.0]))] == [bool, int, float]


def test_fields_at_their_default_take_no_room() -> None:
    assert b"html" not in encode(Body("hello"))
    assert b"html" in encode(Body("hello", html=True))


def test_a_field_that_only_equals_its_default_is_kept_as_it_is() -> None:
    assert decode(encode(Body("hello", html=0))).html == 0  # type: ignore[arg-type]
    assert type(decode(encode(Body("hello", html=0))).html) is int  # type: ignore[arg-type]


def test_a_record_written_before_a_field_existed_has_its_default() -> None:
    old = _record("attendee", {"email": "ada@example.org"})
    assert decode(old) == Attendee("ada@example.org")


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [({"text": "x", "colour": 1}, "does not know colour"), ({"html": True}, "lacks text")],
)
def test_a_record_with_strange_or_missing_fields_is_refused(
    parts: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(Undecodable, match=complaint):
        decode(_record("body", parts))


def test_a_record_is_not_judged_again_when_it_is_read() -> None:
    """Rules and zone data change; what was valid when it was written stays readable."""
    stored = _record("all-day", {"start": date(2026, 5, 2), "end": date(2026, 5, 1)})
    assert decode(stored).end == date(2026, 5, 1)


def test_a_record_read_back_is_usable_and_hashable() -> None:
    timed = Timed(datetime(2026, 7, 1, 9), datetime(2026, 7, 1, 10), Zone("Europe/Rome"))
    again = decode(encode(timed))
    assert again.start_instant == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert hash(again) == hash(timed)


@dataclass(frozen=True)
class Stranger:
    name: str


@pytest.mark.parametrize(
    "value",
    [Stranger("x"), object(), {1, 2}, timedelta(1), complex(1), 2**64, "\ud800", [Stranger("x")]],
    ids=lambda value: type(value).__name__,
)
def test_what_would_not_come_back_is_refused(value: object) -> None:
    with pytest.raises(Unencodable, match="cannot be stored"):
        encode(value)


def test_names_of_records_are_given_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        register("body", Stranger)
    with pytest.raises(ValueError, match="registered already"):
        register("text", Body)
    assert Stranger not in BY_CLASS


def test_unknown_extension_types_and_records_are_refused() -> None:
    with pytest.raises(Undecodable, match="99 is unknown"):
        decode(msgpack.packb(msgpack.ExtType(99, b"")))
    with pytest.raises(Undecodable):
        decode(_record("stranger", {}))


def test_bottomless_nesting_is_refused_both_ways() -> None:
    deep: tuple[Any, ...] = ()
    for _ in range(5000):
        deep = (deep,)
    with pytest.raises(Unencodable):
        encode(deep)
    stored = b""
    for _ in range(5000):
        stored = msgpack.packb(msgpack.ExtType(5, b"\x91" + (stored or b"\x01")))
    with pytest.raises(Undecodable):
        decode(stored)


def test_values_are_a_map() -> None:
    with pytest.raises(Undecodable, match="a map"):
        decode_values(encode([1]))


def test_the_encoding_is_as_it_was_on_the_first_day() -> None:
    """These bytes are in logs: a change here is a change of the format."""
    state = {
        "id": UUID(int=1),
        "day": date(2026, 5, 1),
        "wall": datetime(2026, 10, 25, 2, 30, fold=1),
        "at": datetime(2026, 5, 1, 12, tzinfo=UTC),
        "list": ("a", frozenset({1})),
        "mark": CLEARED,
        "rule": Recurrence(WEEKLY, days=2),
    }
    assert MsgpackTranscoder().encode(state).hex() == (
        "87a26964d80400000000000000000000000000000001a3646179d601000b4999a477616c6cc70c02"
        "07ea0a19021e000000000001a26174d703000650c05200f000a46c697374c7070592a161d5069101"
        "a46d61726bc70707636c6561726564a472756c65c7190892aa726563757272656e636582a46b696e"
        "6401a46461797302"
    )


def _record(name: str, parts: dict[str, Any]) -> bytes:
    stored: bytes = msgpack.packb(msgpack.ExtType(8, encode([name, parts])))
    return stored
