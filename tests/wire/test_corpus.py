"""What the fuzzer kept goes through its targets again: each input is refused by name or means
something, in the time and memory its length allows. (`make fuzz` looks for more.)"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

import pytest

from ops.fuzz.bounds import MEMORY, OutOfBounds, within_bounds
from ops.fuzz.corpus import FOLDER, keep, kept, packed, unpack
from ops.fuzz.targets import NAMES


def target(name: str) -> Any:
    return import_module(f"ops.fuzz.targets.{name}")


@pytest.mark.parametrize("name", NAMES)
def test_what_the_fuzzer_kept_is_still_refused_or_means_something(name: str) -> None:
    inputs = [*target(name).seeds(), *kept(name)]
    assert len(inputs) > 8
    for data in inputs:
        within_bounds(target(name).run, data)


def test_each_corpus_belongs_to_a_target_and_all_are_small() -> None:
    files = list(FOLDER.iterdir())
    assert {path.stem for path in files} == set(NAMES)
    assert sum(path.stat().st_size for path in files) < 1_000_000


def test_a_corpus_comes_back_as_it_was_put(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.fuzz.corpus.FOLDER", tmp_path)
    keep("x", [b"\xff\0", b"", b"a", b"a"])
    assert kept("x") == [b"", b"a", b"\xff\0"]
    unpack(kept("x"), tmp_path / "files")
    assert sorted(packed(tmp_path / "files")) == [b"", b"a", b"\xff\0"]


def idle(data: bytes) -> None:
    until = time.thread_time() + 0.02
    while time.thread_time() < until:
        pass


def test_whoever_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    within_bounds(idle, b"short")
    monkeypatch.setattr("ops.fuzz.bounds.SECONDS", 0.01)
    with pytest.raises(OutOfBounds, match="5 bytes took"):
        within_bounds(idle, b"short")


def test_what_only_a_first_run_pays_for_is_not_the_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.fuzz.bounds.SECONDS", 0.01)
    runs: list[bytes] = []

    def slow_at_first(data: bytes) -> None:
        runs.append(data)
        if len(runs) == 1:
            idle(data)

    within_bounds(slow_at_first, b"short")
    assert runs == [b"short", b"short"]


def test_whoever_takes_too_much_memory_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = iter([1 << 20, (1 << 20) + MEMORY + 1])
    monkeypatch.setattr("ops.fuzz.bounds._peak", lambda: next(peaks))
    with pytest.raises(OutOfBounds, match="MiB"):
        within_bounds(idle, b"short")
