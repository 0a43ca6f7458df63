"""The doctor at home: key, store, disk, workers and copies of the house on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.store.chain import head
from adapters.store.keyring import Keyring, WrongMasterKey
from adapters.store.masterkey import MasterKey, MasterKeyUnusable
from adapters.store.pool import Pool, StoreBusy, StoreUnavailable
from app import backup
from app.cli.doctor_checks import Check, Wrong
from app.cli.doctor_waits import waits
from app.cli.doctor_way import ADRIFT
from app.composition import MASTER_KEY, STORE
from app.groupware import Clock, now
from app.health import PATIENCE
from app.push.live import look
from app.settings import Settings
from projections import logbook, schema

OTHERS: Final = 0o077
STALE: Final = timedelta(days=2)
ROOM: Final = 256 << 20
"""Bytes that are to be free whatever the size of the store."""


@dataclass(frozen=True)
class Home:
    """The checks of one home."""

    settings: Settings
    clock: Clock = now

    def checks(self) -> Iterator[Check]:
        yield "Folder", self.folder
        yield "Master key", self.key
        yield "Store", self.store
        yield "Disk", self.disk
        yield "Workers", self.workers
        yield "Backup", self.backup
        if (store := self.settings.home / STORE).exists():
            yield "Clock", lambda: time(store, self.clock)
            yield "Waits", lambda: waits(store, self.clock)

    def folder(self) -> str:
        home = self.settings.home
        if not home.is_dir():
            raise Wrong(f"there is no {home}: set TACCUINO_HOME, or make it by `taccuino init`")
        if home.stat().st_mode & OTHERS:
            raise Wrong(f"others may look into {home}: chmod 700 {home}")
        return f"{home}, for its owner only"

    def key(self) -> str:
        path = self.settings.home / MASTER_KEY
        try:
            self._unlock(MasterKey.read(path))
        except (MasterKeyUnusable, WrongMasterKey) as error:
            raise Wrong(
                f"{error}; without the right one nobody reads the log: see docs/operations.md, The"
                " master key is lost"
            ) from None
        return f"{path}, readable for its owner only"

    def _unlock(self, key: MasterKey) -> None:
        """What is wrong with the store itself is said there."""
        path = self.settings.home / STORE
        if path.exists():
            with suppress(StoreBusy, StoreUnavailable), closing(Pool(path)) as pool:
                Keyring(pool, key)

    def store(self) -> str:
        path = self.settings.home / STORE
        if not path.exists():
            raise Wrong(
                f"there is no {path}: `taccuino init` makes it, `taccuino restore` brings it"
            )
        try:
            with closing(Pool(path)) as pool:
                pool.expect_writable(PATIENCE)
                with pool.reading() as connection:
                    position, current = head(connection)[0], schema.is_current(connection)
        except (StoreBusy, StoreUnavailable) as error:
            raise Wrong(f"{error}: see docs/operations.md, {_chapter(error)}") from None
        if not current:
            raise Wrong("another version of the program made its rows: restart the server")
        return f"{position} events, can be written"

    def disk(self) -> str:
        home = self.settings.home
        try:
            free, size = shutil.disk_usage(home).free, _size(home)
        except OSError as error:
            raise Wrong(f"the disk of {home} cannot be looked at: {error.strerror}") from None
        if free < max(ROOM, size):
            raise Wrong(
                f"only {_mib(free)} are free, and the store has {_mib(size)}: make room, since a"
                " copy or a rebuild needs as much again"
            )
        return f"{_mib(free)} free, the store has {_mib(size)}"

    def workers(self) -> str:
        found = look(self.settings.sockets)
        if not found:
            raise Wrong("no worker answers: is the server running? `systemctl status taccuino`")
        if len(found) < self.settings.workers:
            raise Wrong(
                f"only {len(found)} of {self.settings.workers} workers answer: its log says why,"
                " `journalctl -u taccuino`"
            )
        return f"{len(found)} answer; phones that wait: {sum(each.parked for each in found)}"

    def backup(self) -> str:
        made = backup.last(self.settings)
        if made is None:
            raise Wrong("no copy was ever made: `taccuino backup FILE`, each night")
        age = self.clock() - made.at
        if age > STALE:
            raise Wrong(
                f"the last copy is {age.days} days old ({made.path}): does the job still run?"
            )
        return f"{made.path}, {_hours(age)} old"


def time(store: Path, clock: Clock) -> str:
    """Times in the log go only forward where the clock does; what is wrong with the store itself is
    said elsewhere."""
    latest = None
    with (
        suppress(StoreBusy, StoreUnavailable),
        closing(Pool(store)) as pool,
        pool.reading() as connection,
    ):
        latest = logbook.latest(connection) if schema.is_current(connection) else None
    ahead = latest - clock() if latest else timedelta()
    if ahead > ADRIFT:
        raise Wrong(
            f"the clock is {ahead.total_seconds():,.0f} s behind the log, so it is wrong, or was:"
            " let it be set by the network, `timedatectl set-ntp true`"
        )
    return "not behind the log"


def _chapter(error: Exception) -> str:
    return '"The disk is full"' if "full" in str(error) else '"The store cannot be used"'


def _size(home: Path) -> int:
    return sum(each.stat().st_size for each in home.glob(f"{STORE}*"))


def _mib(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MiB"


def _hours(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours} hours" if hours else "less than an hour"
