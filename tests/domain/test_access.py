"""Rules about phones: the first that fits decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import (
    ABOUT,
    ACCESSES,
    Access,
    AccessRules,
    Rule,
    judge,
    more_lenient,
    placed,
    without,
)
from domain.base import Authorship, acting
from domain.refused import Unknown

AUTHOR = Authorship("admin:root", "test", datetime(2026, 3, 2, tzinfo=UTC))
WORDS = ("iPhone", "Android", "*", "?Phone*", "")
RULES = st.builds(Rule, st.sampled_from(ABOUT), st.sampled_from(WORDS), st.sampled_from(ACCESSES))
FACTS = st.fixed_dictionaries({about: st.sampled_from(WORDS) for about in ABOUT})


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("iPhone", "iphone", True),
        ("iPhone*", "iPhone14C5", True),
        ("iPhone?", "iPhone14", False),
        ("*EAS*", "Android/14-EAS-2.0", True),
        ("iPhone", "my iPhone", False),
        ("*", "", True),
        ("straße*", "STRASSE 7", True),
    ],
)
def test_a_pattern_fits_the_whole_text_in_any_case(pattern: str, text: str, fits: bool) -> None:
    assert Rule("model", pattern, "block").fits({"model": text}) is fits


@given(st.lists(RULES, max_size=6), FACTS, st.sampled_from(ACCESSES))
def test_the_first_rule_that_fits_decides(
    rules: list[Rule], facts: dict[str, str], default: Access
) -> None:
    access, why = judge(rules, facts, default)
    fitting = [rule for rule in rules if rule.fits(facts)]
    assert (access, why) == ((fitting[0].access, fitting[0].text) if fitting else (default, ""))


@given(st.lists(RULES, max_size=6), RULES, st.integers(0, 8))
def test_there_is_one_rule_for_the_same_phones(rules: list[Rule], rule: Rule, place: int) -> None:
    known: tuple[Rule, ...] = ()
    for each in rules:
        known = placed(known, each, len(known))
    after = placed(known, rule, place)
    assert [each for each in after if each.same(rule.about, rule.pattern)] == [rule]
    rest = without(after, rule.about, rule.pattern)
    assert rest == without(known, rule.about, rule.pattern)
    assert len({(each.about, each.pattern.casefold()) for each in after}) == len(after)


@given(st.sampled_from(ACCESSES), st.sampled_from(ACCESSES))
def test_the_more_lenient_of_two_is_either_and_the_same_both_ways(
    one: Access, other: Access
) -> None:
    found = more_lenient(one, other)
    assert found in (one, other)
    assert found == more_lenient(other, one)
    assert ACCESSES.index(found) <= ACCESSES.index(one)


def test_a_rule_that_is_put_again_stays_at_its_place() -> None:
    with acting(AUTHOR):
        it = AccessRules.open()
        for pattern in ("a", "b", "c"):
            it.put(Rule("type", pattern, "block"))
        it.put(Rule("type", "B", "allow"))
        assert [(each.pattern, each.access) for each in it.rules] == [
            ("a", "block"),
            ("B", "allow"),
            ("c", "block"),
        ]
        it.put(Rule("type", "c", "block"), 0)
        assert [each.pattern for each in it.rules] == ["c", "a", "B"]


def test_what_is_so_already_is_no_event() -> None:
    with acting(AUTHOR):
        it = AccessRules.open()
        it.put(Rule("type", "a", "block"))
        before = it.version
        it.put(Rule("type", "a", "block"))
        it.choose_default("allow")
        assert it.version == before
        with pytest.raises(Unknown, match="type b"):
            it.remove("type", "b")
        it.remove("type", "A")
        assert it.rules == ()
