"""`python -m ops.fuzz`: fuzz each target for a while, one process at a time, and keep what is new.

A finding stays as a file beside the log of its run, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ops.fuzz.corpus import keep, kept, packed, unpack
from ops.fuzz.targets import NAMES

LONGEST: Final = 4096
LIMITS: Final = ("-timeout=60", "-rss_limit_mb=1024", f"-max_len={LONGEST}")
COVERAGE: Final = re.compile(
    r"^#\d+\s+(?:INITED|DONE|NEW|REDUCE|pulse)\s+cov: (\d+) ft: (\d+)", re.M
)
EXECUTIONS: Final = re.compile(r"^#(\d+)\s", re.M)


@dataclass(frozen=True)
class Run:
    """What one target's run came to; coverage and features at its begin and end."""

    name: str
    executions: int
    coverage: tuple[int, int]
    features: tuple[int, int]
    inputs: int
    findings: tuple[Path, ...]

    def __str__(self) -> str:
        cov, ft = self.coverage, self.features
        return (
            f"{self.name:14} {self.executions:>11,} runs   edges {cov[0]:>5} → {cov[1]:<5}"
            f" features {ft[0]:>6} → {ft[1]:<6} kept {self.inputs:>4}   findings"
            f" {len(self.findings)}"
        )


def main() -> int:
    chosen = _arguments()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    runs = []
    for name in chosen.target or NAMES:
        runs.append(_fuzzed(name, chosen.seconds, chosen.folder))
        print(runs[-1], flush=True)
    findings = [finding for run in runs for finding in run.findings]
    for finding in findings:
        print(f"finding: {finding}")
    return 1 if findings else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", help="all, unless named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--folder", type=Path, default=Path("var/fuzz"), help="for findings")
    return parser.parse_args()


def _fuzzed(name: str, seconds: int, folder: Path) -> Run:
    """Fuzz one target, and put the least corpus in the repository that reaches every line of ours
    that was reached; how often it is reached does not count, or there would be thousands."""
    with TemporaryDirectory(prefix=f"fuzz-{name}-") as scratch:
        found, before, least = (Path(scratch) / each for each in ("found", "before", "least"))
        seeds = import_module(f"ops.fuzz.targets.{name}").seeds()
        unpack([*kept(name), *seeds], before)
        found.mkdir()
        least.mkdir()
        prefix = folder / f"{name}-"
        already = set(folder.glob(f"{prefix.name}*"))
        told = _child(
            name, found, before, f"-max_total_time={seconds}", f"-artifact_prefix={prefix}"
        )
        (folder / f"{name}.log").write_text(told, "utf-8")
        _child(name, "-merge=1", "-use_counters=0", least, before, found)
        keep(name, packed(least))
        findings = sorted(set(folder.glob(f"{prefix.name}*")) - already)
        return _read(name, told, len(packed(least)), tuple(findings))


def _child(name: str, *arguments: object) -> str:
    """One libFuzzer, politely; what it tells."""
    command = [sys.executable, "-m", "ops.fuzz.child", name, *LIMITS, *map(str, arguments)]
    done = subprocess.run(
        command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, preexec_fn=lambda: os.nice(19)
    )
    return done.stdout.decode("utf-8", "replace")


def _read(name: str, told: str, inputs: int, findings: tuple[Path, ...]) -> Run:
    numbers = [int(each) for each in EXECUTIONS.findall(told)]
    seen = [(int(cov), int(ft)) for cov, ft in COVERAGE.findall(told)] or [(0, 0)]
    return Run(
        name,
        max(numbers, default=0),
        (seen[0][0], seen[-1][0]),
        (seen[0][1], seen[-1][1]),
        inputs,
        findings,
    )


if __name__ == "__main__":
    sys.exit(main())
