"""Stores that cannot be written: full disks of two kinds, and a file without write permission."""

from __future__ import annotations

import os
import resource
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.system.server import Server

OWN_DISK: Final = """
mkdir "$0.disk"
mount -t tmpfs -o size=8m tmpfs "$0.disk"
cp -a "$0/." "$0.disk"
mount --bind "$0.disk" "$0"
exec "$@"
"""
IN_A_NAMESPACE: Final = ("unshare", "--map-root-user", "--mount")


class Limited(Server):
    """No process of the server may make a file longer (setrlimit(2), EFBIG), its log included."""

    def fill(self) -> None:
        self._allow(0)

    def free(self) -> None:
        self._allow(resource.RLIM_INFINITY)

    def _allow(self, size: int) -> None:
        assert self.process is not None
        for pid in (self.process.pid, *self.worker_pids()):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class SmallDisk(Server):
    """Its home is a disk of 8 MiB that only itself can see, in a namespace in which anybody may
    mount; so it cannot be restarted."""

    def fill(self) -> None:
        """To the last byte (ENOSPC)."""
        with self._ballast().open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(1 << 16))

    def free(self) -> None:
        self._ballast().unlink()

    def _ballast(self) -> Path:
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/root{self.home}/ballast")

    def _within(self) -> list[str]:
        return [*IN_A_NAMESPACE, "sh", "-ec", OWN_DISK, str(self.home)]

    def _beside(self) -> list[str]:
        assert self.process is not None
        return ["nsenter", "--target", str(self.process.pid), "--user", "--mount"]


def may_mount() -> bool:
    """Whether this machine lets everybody have a disk of their own."""
    mount = ["mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    done = subprocess.run([*IN_A_NAMESPACE, *mount], capture_output=True, check=False)
    return done.returncode == 0


class Plain(Server):
    """A server without root's right to write where nobody may."""

    def forbid(self) -> None:
        """Nobody may write the store any more; who has it open does not notice."""
        self._set(0o444)

    def allow(self) -> None:
        self._set(0o600)

    def _set(self, mode: int) -> None:
        for path in self.home.glob("taccuino.db*"):
            path.chmod(mode)

    def _within(self) -> list[str]:
        return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if not os.geteuid() else []
