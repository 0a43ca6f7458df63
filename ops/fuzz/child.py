"""`python -m ops.fuzz.child TARGET …`: one process that fuzzes one target, with libFuzzer's own
arguments. What is ours is instrumented, and what it compares is told the fuzzer."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import Final

import atheris

OURS: Final = ["adapters", "app", "domain", "projections"]


def main() -> None:
    name, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=OURS):
        target = import_module(f"ops.fuzz.targets.{name}").run
    from ops.fuzz.bounds import within_bounds

    # The fuzzer starts itself anew to merge, by its first word and through a shell.
    again = f"{sys.executable} -m ops.fuzz.child {name}"
    atheris.Setup([again, *arguments], partial(within_bounds, target))
    atheris.Fuzz()


main()
