"""What a server costs its machine: the CPU time and memory of its processes, from /proc."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICK: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
SCHEDULED: Final = 2
"""CPUCLOCK_SCHED of the kernel: all the time that the threads of a process have run."""

QUIET: Final = 0.05
LOOK: Final = 0.25


@dataclass(frozen=True)
class Processes:
    """The trees below these process ids: master and workers, or all daemons of a peer."""

    roots: tuple[int, ...]

    def cpu(self) -> float:
        """Seconds used so far. Of the living to the nanosecond; of children that have ended in
        the ticks of /proc/<pid>/stat, which would be too coarse for a handful of requests."""
        return sum(_clock(pid) + _of_ended(pid) for pid in self.all())

    def rss(self) -> int:
        """KiB resident, pages that processes share counted in each."""
        return sum(_resident(pid) for pid in self.all())

    def pss(self) -> int:
        """KiB resident, shared pages counted once."""
        return sum(_proportional(pid) for pid in self.all())

    def await_quiet(self, patience: float = 60.0) -> None:
        """Return once they use hardly any CPU any more, or have not stopped in time."""
        deadline = time.monotonic() + patience
        before = self.cpu()
        while time.monotonic() < deadline:
            time.sleep(LOOK)
            now = self.cpu()
            if now - before < QUIET * LOOK:
                return
            before = now

    def holder(self, connection: socket.socket) -> int | None:
        """The process at the other end of a TCP connection over IPv4 on this machine."""
        ours, theirs = connection.getpeername()[1], connection.getsockname()[1]
        inode = _inode(ours, theirs)
        return next((pid for pid in self.all() if inode in _sockets(pid)), None)

    def all(self) -> list[int]:
        found: list[int] = []
        waiting = list(self.roots)
        while waiting:
            found.append(pid := waiting.pop())
            waiting += _children(pid)
        return found


def _clock(pid: int) -> float:
    """The CPU clock of another process, as clock_getcpuclockid(3) names it."""
    try:
        return time.clock_gettime(~pid << 3 | SCHEDULED)
    except OSError:
        return 0.0


def _of_ended(pid: int) -> float:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return sum(map(int, fields[13:15])) / TICK


def _resident(pid: int) -> int:
    fields = _read(pid, "statm").split()
    return int(fields[1]) * PAGE >> 10 if fields else 0


def _proportional(pid: int) -> int:
    lines = _read(pid, "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _children(pid: int) -> list[int]:
    return [int(child) for child in _read(pid, f"task/{pid}/children").split()]


def _sockets(pid: int) -> Iterator[str]:
    """The inodes of the sockets a process holds."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def _inode(ours: int, theirs: int) -> str:
    """The inode of the end at local port `ours` of a connection from port `theirs`."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        local, remote = (int(columns[n].rpartition(":")[2], 16) for n in (1, 2))
        if (local, remote) == (ours, theirs):
            return columns[9]
    return ""


def _read(pid: int, name: str) -> str:
    """A file of a process; empty once that is gone, or is not ours to look into."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except OSError:
        return ""
