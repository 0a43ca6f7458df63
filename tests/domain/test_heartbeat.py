"""What the end of a wait teaches, and how long may be waited from then on."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.heartbeat import (
    CUT,
    DAY,
    GONE,
    HOUR,
    LOST,
    NEEDED,
    NOTHING,
    OVER,
    REPLACED,
    SURVIVED,
    TOLD,
    TRY_AFTER,
    Bounds,
    Learned,
    Lesson,
    bounded,
    learn,
    lesson,
    steered,
)

USUAL = Bounds(60, 3540)
MANNERS = (480, 900, 1680, 3540)
"""What phones ask for."""


@pytest.mark.parametrize(
    ("how", "gap", "kind"),
    [
        (GONE, 0.1, CUT),
        (GONE, 65.0, CUT),
        (GONE, 151.0, None),
        (REPLACED, 0.0, CUT),
        (REPLACED, 3.0, None),
        (OVER, 0.2, SURVIVED),
        (OVER, 3.9, None),
        (OVER, 5.1, LOST),
        (OVER, 70.0, LOST),
        (OVER, 400.0, None),
        (TOLD, 2.0, SURVIVED),
        (TOLD, 11.0, None),
    ],
)
def test_a_wait_is_a_lesson_by_how_it_ended_and_when_the_phone_came_again(
    how: str, gap: float, kind: str | None
) -> None:
    found = lesson(how, 300.0, gap)
    assert (found and (found.kind, found.age)) == (kind and (kind, 300.0))


def after(*lessons: tuple[str, float], known: Learned = NOTHING, now: float = 0.0) -> Learned:
    for kind, age in lessons:
        known = learn(known, Lesson(kind, age), USUAL, now)  # type: ignore[arg-type]
    return known


@pytest.mark.parametrize(
    ("lessons", "longest", "interval"),
    [
        ([(CUT, 300)], 0, None),
        ([(CUT, 300), (CUT, 301)], 270, 270),
        ([(CUT, 300), (CUT, 350)], 0, None),
        ([(CUT, 300), (CUT, 350), (CUT, 351)], 315, 315),
        ([(CUT, 300), (SURVIVED, 480), (CUT, 300)], 0, None),
        ([(CUT, 300), (SURVIVED, 120), (CUT, 300)], 270, 270),
        ([(CUT, 60), (CUT, 60)], 54, 60),
        ([(CUT, 20), (CUT, 20), (CUT, 20)], 0, None),
        ([(LOST, 480), (LOST, 480)], 0, None),
        ([(LOST, 1080), (LOST, 780), (LOST, 480)], 240, 240),
        ([(LOST, 480), (SURVIVED, 480), (LOST, 480), (LOST, 480)], 0, None),
        ([(LOST, 240), (LOST, 240), (LOST, 240)], 0, None),
        ([(LOST, 480), (LOST, 480), (CUT, 480)], 0, None),
    ],
)
def test_what_happens_in_a_row_at_one_age_is_believed(
    lessons: list[tuple[str, float]], longest: int, interval: int | None
) -> None:
    known = after(*lessons)
    assert (known.longest, steered(known, USUAL)) == (longest, interval)


def test_what_held_leaves_nothing_to_keep() -> None:
    assert after((SURVIVED, 480)) == NOTHING
    assert after((CUT, 300), (SURVIVED, 480)) == NOTHING


def test_where_a_shorter_wait_is_answered_late_as_well_it_is_the_phone() -> None:
    known = after((LOST, 480), (LOST, 480), (LOST, 480))
    for _ in range(20):
        known = after((LOST, 240 if known.longest else 480), known=known)
    assert (known.longest, known.vain) == (0, True)


def test_where_it_is_known_at_which_age_they_end_a_late_phone_changes_nothing() -> None:
    known = after((CUT, 300), (CUT, 300))
    assert after(*[(LOST, 270)] * 9, known=known) == known


def test_a_longer_wait_is_tried_after_one_that_held_for_a_while_and_given_up_by_one_cut() -> None:
    known = after((CUT, 300), (CUT, 300), (SURVIVED, 270))
    assert after((SURVIVED, 270), known=known, now=TRY_AFTER - 1) == known
    trying = after((SURVIVED, 270), known=known, now=TRY_AFTER)
    assert (trying.longest, trying.trying) == (405, True)
    back = after((CUT, 300), known=trying, now=TRY_AFTER + 300)
    assert (back.longest, back.failed) == (270, 1)
    assert after((SURVIVED, 270), known=back, now=2.9 * TRY_AFTER) == back
    assert after((SURVIVED, 270), known=back, now=3.1 * TRY_AFTER).longest == 405


def test_a_wait_that_began_before_it_was_learned_changes_nothing() -> None:
    known = after((CUT, 300), (CUT, 300))
    assert after((CUT, 900), (CUT, 900), known=known) == known


def test_a_network_that_cuts_sooner_than_before_is_learned_anew() -> None:
    known = after((CUT, 300), (CUT, 300), (SURVIVED, 270), (CUT, 120))
    assert known.longest == 270
    assert after((CUT, 121), known=known).longest == 108


def test_a_request_is_never_let_wait_for_longer_than_it_asked() -> None:
    assert bounded(NOTHING, 480) == 480
    assert bounded(Learned(longest=270), 480) == 270
    assert bounded(Learned(longest=270), 120) == 120


# Laws

AGES = st.floats(0, 4000)
LESSONS = st.tuples(st.sampled_from([CUT, LOST, SURVIVED]), AGES, st.floats(0, DAY))
BOUNDS = st.tuples(st.integers(1, 600), st.integers(600, 3540)).map(lambda pair: Bounds(*pair))


@given(st.lists(LESSONS, max_size=60), BOUNDS)
def test_what_a_phone_is_told_lies_within_what_it_may_ask_for(
    lessons: list[tuple[str, float, float]], bounds: Bounds
) -> None:
    known, now = NOTHING, 0.0
    for kind, age, pause in lessons:
        now += pause
        known = learn(known, Lesson(kind, age), bounds, now)  # type: ignore[arg-type]
        told = steered(known, bounds)
        assert told is None or bounds.minimum <= told <= bounds.maximum
        assert 0 <= known.proven <= known.longest <= bounds.maximum
        assert known.times < max(NEEDED.values())


@dataclass
class World:
    """A phone that obeys, in a network that ends what is quiet for `cut` seconds, with a word or
    without. Some waits end otherwise, at random."""

    cut: float
    asks: int
    silent: bool = False
    loss: float = 0.0
    dice: Random = field(default_factory=lambda: Random(1))
    known: Learned = NOTHING
    now: float = 0.0
    cuts: int = 0
    lengths: list[int] = field(default_factory=lambda: [0])

    def wait(self) -> None:
        asked = min(self.asks, steered(self.known, USUAL) or self.asks)
        seconds = bounded(self.known, asked)
        kind, age = (SURVIVED, seconds) if seconds < self.cut else (CUT, self.cut)
        if kind == CUT and self.silent:
            kind, age = LOST, seconds
        self.cuts += kind != SURVIVED
        if self.dice.random() < self.loss:
            kind, age = CUT, self.dice.uniform(0, age)
        self.now += age + self.dice.uniform(0.1, 2)
        said = Lesson(kind, age + self.dice.uniform(0, 1))  # type: ignore[arg-type]
        self.known = learn(self.known, said, USUAL, self.now)
        if self.known.longest != self.lengths[-1]:
            self.lengths.append(self.known.longest)

    def until(self, moment: float) -> None:
        while self.now < moment:
            self.wait()


@given(st.floats(35, 1600), st.sampled_from(MANNERS))
def test_after_two_cuts_waits_end_below_the_cut(cut: float, asks: int) -> None:
    world = World(cut, asks)
    for _ in range(4):
        world.wait()
    assert world.cuts == (2 if cut <= asks else 0)
    if cut <= asks:
        assert cut * 0.8 < world.known.proven < cut


@given(st.floats(245, 1600), st.sampled_from(MANNERS))
def test_under_a_cut_without_a_word_it_takes_three(cut: float, asks: int) -> None:
    world = World(cut, asks, silent=True)
    for _ in range(5):
        world.wait()
    assert world.cuts == (3 if cut <= asks else 0)
    assert (world.known.proven == USUAL.safe) == (cut <= asks)


@given(st.floats(62, 1600), st.sampled_from(MANNERS), st.booleans())
def test_it_settles_and_does_not_swing(cut: float, asks: int, silent: bool) -> None:
    """A month: what is tried beyond the cut fails ever more seldom."""
    world = World(max(cut, 245) if silent else cut, asks, silent)
    world.until(2 * DAY)
    begun = world.cuts
    world.until(30 * DAY)
    assert world.cuts - begun <= 9
    assert world.known.proven < world.cut or world.cut > asks


@given(st.floats(245, 1600))
def test_without_a_word_it_climbs_as_near_as_it_can_be_tried(cut: float) -> None:
    world = World(cut, 3540, silent=True)
    world.until(10 * DAY)
    assert cut / 1.51 < world.known.proven < cut


@given(st.floats(62, 900))
def test_once_nothing_cuts_any_more_the_phone_is_left_alone(cut: float) -> None:
    world = World(cut, 1680)
    world.until(HOUR)
    assert world.known.longest
    world.cut = 10_000
    world.until(30 * DAY)
    assert (steered(world.known, USUAL) or 1680) >= 1680


@given(st.lists(st.floats(0, 3540), max_size=50), st.sampled_from(MANNERS))
def test_cuts_with_a_wait_in_between_that_held_are_no_rule(ages: list[float], asks: int) -> None:
    known = NOTHING
    for age in ages:
        known = after((CUT, min(age, asks)), (SURVIVED, asks), known=known)
        assert known == NOTHING


@given(st.permutations(range(8)))
def test_cuts_at_ages_that_differ_are_no_rule(order: list[int]) -> None:
    known = NOTHING
    for step in order:
        known = after((CUT, 40 * 1.5**step), known=known)
        assert steered(known, USUAL) is None


@pytest.mark.parametrize("seed", range(5))
def test_one_wait_in_twenty_that_ends_somehow_teaches_nothing(seed: int) -> None:
    world = World(10_000, 480, loss=0.05, dice=Random(seed))
    world.until(14 * DAY)
    assert world.lengths == [0]
