"""A server whose clock is set from here, while it runs (faketime(1) of Debian).

The time of the day jumps; that which measures how long something takes goes on, as on a machine
whose clock is set.
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from tests.system.server import Server


class SetClock(Server):
    def jump(self, by: str) -> None:
        """From now on the clock is wrong by so much: "+3h", "-5y", "+0"."""
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(by)
        fresh.replace(self._clock)

    @property
    def _clock(self) -> Path:
        return self.home / "clock"

    def _within(self) -> list[str]:
        self.jump("+0")
        return [
            "env",
            f"LD_PRELOAD={_library()}",
            f"FAKETIME_TIMESTAMP_FILE={self._clock}",
            "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "NO_FAKE_STAT=1",
        ]


@cache
def _library() -> str:
    told = ["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout.strip()
