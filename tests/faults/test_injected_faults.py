"""An exception at every line that a request passes: the damage stays small (DESIGN law 9).

By itself one line of each function fails, in a scenario and with an error that chance picked
once and for all. TACCUINO_FAULTS=3 lets every line fail in three of the scenarios that pass it, the
first time and the last: see docs/testing.md.
"""

from __future__ import annotations

import inspect
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

import pytest
from structlog.testing import capture_logs

from adapters.ids import uuid_of
from tests.faults import commands, devices, repeats, syncs, waits
from tests.faults.injection import Point, an_error
from tests.faults.modules import MODULES
from tests.faults.phone import Phone
from tests.faults.scenario import Scenario, furnish
from tests.faults.stage import Stage
from tests.faults.trial import Furnished, Trial
from tests.faults.unreached import UNREACHED

SCENARIOS: Final = [
    each for part in (syncs, repeats, waits, commands, devices) for each in part.SCENARIOS
]
ROTATION: Final = (
    "RuntimeError",
    "OSError",
    "KeyError",
    "MemoryError",
    "RuntimeError",
    "disk I/O error",
    "KeyError",
    "database is locked",
)
"""Half of them are of the kind that must stay where they are."""

EXPECTED: Final = {
    ("adapters/eas/autodiscover.py", "_parsed"): "KeyError",
    ("adapters/eas/calendar_forms.py", "flag"): "KeyError",
}
"""What a line itself takes for a value that means nothing, and so is no fault of ours."""


class Strike(NamedTuple):
    """One line that fails, once, in one scenario."""

    scenario: str
    point: Point
    time: int

    @property
    def number(self) -> int:
        """The same in every run, and of no meaning."""
        return crc32(repr(self).encode())

    @property
    def kind(self) -> str:
        kind = ROTATION[self.number % len(ROTATION)]
        expected = EXPECTED.get((self.point.file, self.point.function))
        return "RuntimeError" if kind == expected else kind

    def __str__(self) -> str:
        return f"{self.scenario}: {self.kind} at {self.point}, time {self.time}"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    home, phone = tmp_path_factory.mktemp("furnished") / "home", Phone()
    stage = Stage(home)
    with capture_logs():
        furnish(stage, phone)
    stage.groupware.pool.checkpoint()
    stage.close()
    return Furnished(home, phone)


def a_trial(scenario: Scenario, house: Furnished, home: Path) -> Trial:
    with capture_logs():
        return Trial(scenario, house, home, MODULES)


def strikes(trial: Trial) -> Iterator[Strike]:
    """Every line it passes, the first time and the last."""
    for point, times in trial.passed.items():
        yield from (Strike(trial.scenario.name, point, time) for time in sorted({1, times}))


def outcome(trial: Trial, strike: Strike) -> list[str]:
    with capture_logs():
        found = trial.strike(strike.point, strike.time, strike.kind)
    return [f"{strike}: {each[:400]}" for each in found]


@pytest.fixture(scope="module")
def trials(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    return {
        each.name: a_trial(each, furnished, tmp_path_factory.mktemp("trial")) for each in SCENARIOS
    }


def test_the_scenarios_pass_every_line(trials: dict[str, Trial]) -> None:
    """But those that are listed, with the reason."""
    passed = {point for trial in trials.values() for point in trial.passed}
    left = {point for point in MODULES.points() - passed if not point.file.startswith("adapters/")}
    excused = {point for point in left if UNREACHED.excuse(point)}
    left_over = sorted(map(str, left - excused))
    assert not left_over, "\n".join(left_over)
    assert UNREACHED.idle(left) == [], "listed, but passed"


def test_a_fault_in_any_function_stays_small(trials: dict[str, Trial]) -> None:
    chosen: dict[tuple[str, str], Strike] = {}
    for strike in (each for trial in trials.values() for each in strikes(trial)):
        function = (strike.point.file, strike.point.function)
        known = chosen.setdefault(function, strike)
        if strike.number < known.number:
            chosen[function] = strike
    found = [line for each in chosen.values() for line in outcome(trials[each.scenario], each)]
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("kind", sorted(set(ROTATION)))
def test_the_fault_that_was_ordered_is_the_one_that_comes(kind: str) -> None:
    point = next(each for each in MODULES.points() if each.function == "uuid_of")
    error = an_error(kind)
    MODULES.forget()
    with MODULES.failing(point, 1, error) as under_way, pytest.raises(type(error)):
        uuid_of("x")
    assert under_way[0] is inspect.unwrap(uuid_of).__code__


if "TACCUINO_FAULTS" in os.environ:
    OFTEN: Final = int(os.environ["TACCUINO_FAULTS"])

    @pytest.fixture(scope="module")
    def spread(trials: dict[str, Trial]) -> dict[str, list[Strike]]:
        """Every line in so many of the scenarios that pass it, the first time and the last."""
        passing: defaultdict[Point, dict[str, list[Strike]]] = defaultdict(dict)
        for name, trial in trials.items():
            for strike in strikes(trial):
                passing[strike.point].setdefault(name, []).append(strike)
        picked: defaultdict[str, list[Strike]] = defaultdict(list)
        for found in passing.values():
            for name in sorted(found, key=lambda name: found[name][0].number)[:OFTEN]:
                picked[name] += found[name]
        return picked

    @pytest.mark.parametrize("scenario", [each.name for each in SCENARIOS])
    def test_a_fault_at_any_line_stays_small(
        scenario: str, trials: dict[str, Trial], spread: dict[str, list[Strike]]
    ) -> None:
        found = [line for each in spread[scenario] for line in outcome(trials[scenario], each)]
        assert not found, "\n".join(found[:20])
