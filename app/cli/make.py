"""Ends the server when the `make` that runs it is interrupted.

Make passes SIGTERM on to what it runs. SIGINT it does not: it counts on the terminal, which sends
Ctrl-C to both, and waits for ever when somebody interrupts make alone. That make is waiting shows
in /proc: it has put SIGINT back to what the system does with it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from subprocess import Popen
from time import sleep
from typing import Final

LOOK: Final = 0.25
MARK: Final = "MAKELEVEL"
INTERRUPTED: Final = 1 << (signal.SIGINT - 1)


def follow() -> None:
    """If make runs this process, have somebody watch make for it; else there is nothing to do."""
    make = os.getppid()
    if MARK in os.environ and _catches_interrupts(make):
        Popen([sys.executable, "-P", "-m", __name__, str(make), str(os.getpid())])


def watch(make: int, server: int) -> None:
    """Interrupt the server once make has been; end with either of them."""
    while os.getppid() == server:
        if not _catches_interrupts(make):
            os.kill(server, signal.SIGINT)
            return
        sleep(LOOK)


def _catches_interrupts(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt:0")
    return bool(int(caught.partition(":")[2], 16) & INTERRUPTED)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch(int(sys.argv[1]), int(sys.argv[2]))
