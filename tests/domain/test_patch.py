"""Absent is not empty: what a patch names it sets or clears, what it does not name it leaves."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.patch import CANCELLED, CLEARED, INHERITED, OCCURRENCES, apply, difference

names = st.sampled_from(["subject", "location", "reminder"])
plain = st.dictionaries(names, st.integers(0, 2))
override = st.dictionaries(names, st.integers(0, 2) | st.just(CLEARED))
days = st.sampled_from([date(2026, 3, n) for n in range(1, 5)])
states = st.dictionaries(days, st.just(CANCELLED) | override, min_size=1)
items = st.builds(
    lambda values, occurrences: values | ({OCCURRENCES: occurrences} if occurrences else {}),
    plain,
    st.none() | states,
)


def test_a_field_is_absent_cleared_or_a_value() -> None:
    before = {"subject": "A", "location": "B"}
    assert apply(before, {}) == before
    assert apply(before, {"location": CLEARED}) == {"subject": "A"}
    assert apply(before, {"location": ""}) == {"subject": "A", "location": ""}


def test_applying_a_patch_alters_neither_of_the_two() -> None:
    day = date(2026, 3, 1)
    before: dict[str, Any] = {OCCURRENCES: {day: {"subject": "A"}}}
    patch: dict[str, Any] = {OCCURRENCES: {day: {"reminder": 5}}}
    apply(before, patch)
    assert before == {OCCURRENCES: {day: {"subject": "A"}}}
    assert patch == {OCCURRENCES: {day: {"reminder": 5}}}


def test_an_occurrence_is_laid_over_overridden_cancelled_or_follows_its_series_again() -> None:
    day = date(2026, 3, 1)

    def after(state: Any, edit: Any) -> Any:
        before = {} if state is None else {OCCURRENCES: {day: state}}
        return apply(before, {OCCURRENCES: {day: edit}}).get(OCCURRENCES, {}).get(day)

    assert after(None, {"subject": "A"}) == {"subject": "A"}
    assert after({"subject": "A"}, {"reminder": 5}) == {"subject": "A", "reminder": 5}
    assert after({"subject": "A", "reminder": 5}, {"subject": INHERITED}) == {"reminder": 5}
    assert after({"subject": "A"}, CANCELLED) is CANCELLED
    assert after(CANCELLED, {"subject": "A"}) == {"subject": "A"}
    assert after({"subject": "A"}, CLEARED) is None


def test_a_series_whose_last_exception_is_dropped_has_none() -> None:
    day = date(2026, 3, 1)
    assert apply({OCCURRENCES: {day: CANCELLED}}, {OCCURRENCES: {day: CLEARED}}) == {}


@given(items, items)
def test_the_difference_makes_one_of_the_other(before: Any, after: Any) -> None:
    assert apply(before, difference(before, after)) == after


@given(items)
def test_nothing_differs_from_itself(values: Any) -> None:
    assert difference(values, values) == {}


@given(items, items)
def test_a_difference_names_only_what_differs(before: Any, after: Any) -> None:
    patch = difference(before, after)
    assert set(patch) == {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}


@given(items, items)
def test_a_patch_applied_twice_is_applied_once(before: Any, after: Any) -> None:
    patch = difference(before, after)
    once = apply(before, patch)
    assert apply(once, patch) == once
