"""Copies of the store: one is made while phones go on, and one is put in the place of the store.

A copy is one file, the log with its rows at one moment. It is read in one transaction, so whatever
is written meanwhile neither gets into it nor makes it begin anew; it is proven before it gets its
name. The master key is not in it: whoever has a copy alone can read nothing of what people wrote.

A store that is replaced by an older copy has forgotten the last rounds of its phones. Their keys
carry numbers that it never drew, so they are told Status 3 and begin anew; a server that goes on
with a key it does not know would lose or double items.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from adapters.store.chain import verify_chain
from adapters.store.masterkey import MasterKey
from app import i18n
from app.composition import MASTER_KEY, STORE, open_groupware
from app.groupware import Groupware, now
from app.rules import the_house
from app.settings import Settings
from domain.base import Authorship
from domain.refused import Refused

Tick = Callable[[int, int], None]
"""Told the steps that are left, and how many there are in all."""

AT_ONCE: Final = 256
"""Pages in one step, after which others have their turn."""

BESIDE: Final = ("-wal", "-shm")
"""What SQLite has beside a store that is in use, or was when its process died."""

LOCK: Final = "serving"


@dataclass(frozen=True)
class Backup:
    """A copy that was made: of the log up to `position`."""

    at: datetime
    path: Path
    position: int
    size: int


@dataclass(frozen=True)
class Restored:
    """The log has what the copy had, up to `position`, and then that it was put back; the store
    before it lies in `aside`, if there was one."""

    position: int
    aside: Path | None


def take(settings: Settings, target: Path, tick: Tick) -> Backup:
    """Copy the store to `target`, proven and durable, and note when; Refused if it cannot be."""
    store = settings.home / STORE
    if not store.exists():
        raise Refused(f"there is no store at {store}")
    if target.exists():
        raise Refused(f"{target} is there already: a copy gets a name of its own")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with _removed_after(draft):
        _copy(store, draft, tick)
        position = _proven(draft)
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
    made = Backup(now(), target.absolute(), position, target.stat().st_size)
    _note(settings, made)
    return made


def keep_key(settings: Settings, target: Path) -> Path:
    """The master key beside the copy, for whoever keeps both in a safe place."""
    path = target.with_name(f"{target.name}.key")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(MasterKey.read(settings.home / MASTER_KEY).secret)
        file.flush()
        os.fsync(file.fileno())
    return path


def last(settings: Settings) -> Backup | None:
    """The copy that was made last, of which there may be nothing left."""
    try:
        said = json.loads(settings.last_backup.read_bytes())
        at = datetime.fromisoformat(said["at"])
        return Backup(at, Path(said["path"]), said["position"], said["size"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def restore(
    settings: Settings,
    author: Authorship,
    source: Path,
    key: Path | None,
    replace: bool,
    tick: Tick,
) -> Restored:
    """Put a copy in the place of the store, once it is proven that it can be read here, and write
    down in its log that it was; Refused if it cannot be, if a server runs, or if there is a store
    that is not to be replaced."""
    home = settings.home
    if not source.exists():
        raise Refused(f"there is no {source}")
    settings.make_home()
    with _alone(home):
        if (home / STORE).exists() and not replace:
            raise Refused(f"{home} has a store already: --replace puts it aside")
        secret = _key(home, key)
        draft = home / f".restoring-{secrets.token_hex(4)}"
        with _removed_after(draft):
            draft.mkdir(mode=0o700)
            _copy(source, draft / STORE, tick)
            position = _proven(draft / STORE)
            shutil.copy(secret, draft / MASTER_KEY)
            (draft / MASTER_KEY).chmod(0o600)
            _made_current(draft, author, position)
            return Restored(position, _swapped(home, draft))


def hold(home: Path) -> IO[bytes]:
    """Say that a server runs on this home, as long as what is returned is open."""
    lock = _lock_file(home)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """No server runs on this home, and none starts."""
    with _lock_file(home) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"a server runs on {home}: end it first") from None
        yield


def _lock_file(home: Path) -> IO[bytes]:
    folder = home / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    return (folder / LOCK).open("ab")


def _copy(source: Path, target: Path, tick: Tick) -> None:
    """SQLite begins such a copy anew whenever another process writes, unless the source is held
    to one moment (sqlite3_backup_step)."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_connect(source)) as there, closing(_connect(target)) as here:
        try:
            there.execute("BEGIN")
            there.execute("SELECT 1 FROM sqlite_schema").fetchone()
            there.backup(here, pages=AT_ONCE, progress=lambda _, left, all: tick(left, all))
            here.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.DatabaseError as error:
            raise Refused(f"{source} cannot be copied: {error}") from error


def _proven(path: Path) -> int:
    """The last position of a sound copy."""
    with closing(_connect(path)) as connection:
        try:
            (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if told != "ok":
                raise Refused(f"the copy is damaged: {told}")
            report = verify_chain(connection)
        except sqlite3.DatabaseError as error:
            raise Refused(f"this is no copy of a store: {error}") from error
    if not report.sound:
        why = i18n.text(i18n.DEFAULT, f"store.reason.{report.reason}", said=report.said)
        raise Refused(f"the log is not sound at event {report.broken_at}: {why}")
    return report.position


def _key(home: Path, given: Path | None) -> Path:
    path = given or home / MASTER_KEY
    if not path.exists():
        raise Refused(f"there is no master key at {path}: bring it, or name it with --key")
    MasterKey.read(path)
    return path


def _made_current(folder: Path, author: Authorship, position: int) -> None:
    """Proves that the key is the right one, too; rows of another version are folded anew."""
    groupware = open_groupware(folder)
    try:
        _note_restored(groupware, author, position)
        groupware.pool.checkpoint()
    finally:
        groupware.pool.close()
    _closed(folder / STORE)


def _note_restored(groupware: Groupware, author: Authorship, position: int) -> None:
    upto = next((event.timestamp for _, event in groupware.read([position])), None)
    with groupware.acting(author):
        house = the_house(groupware)
        house.note_store_restored(position, upto)
        groupware.save(house)


def _swapped(home: Path, draft: Path) -> Path | None:
    """Where the store before it lies. At each moment there is a store: the old or the new."""
    aside = _put_aside(home) if (home / STORE).exists() else None
    _sync(draft / STORE)
    (draft / MASTER_KEY).replace(home / MASTER_KEY)
    (draft / STORE).replace(home / STORE)
    _sync(home)
    return aside


def _put_aside(home: Path) -> Path:
    """The store as it is. What SQLite has beside it goes: it does not belong to the one that comes.
    In a damaged store even looking may change that, so it is kept first."""
    aside = home / f"replaced-{now():%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    log = f"{STORE}{BESIDE[0]}"
    for name in filter(lambda name: (home / name).exists(), (STORE, MASTER_KEY, log)):
        os.link(home / name, aside / name)
    try:
        _closed(home / STORE)
        (aside / log).unlink(missing_ok=True)
    except Refused:
        shutil.rmtree(aside)
        raise
    except sqlite3.DatabaseError:
        pass
    for end in BESIDE:
        (home / f"{STORE}{end}").unlink(missing_ok=True)
    return aside


def _closed(store: Path) -> None:
    """All of a store in its one file; Refused if some other process has it open."""
    with closing(_connect(store)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise Refused(f"some other process has {store} open: end it first") from error
            raise


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def _note(settings: Settings, made: Backup) -> None:
    said = {
        "at": made.at.isoformat(),
        "path": str(made.path),
        "position": made.position,
        "size": made.size,
    }
    draft = settings.last_backup.with_suffix(".draft")
    draft.write_text(json.dumps(said))
    draft.replace(settings.last_backup)


@contextmanager
def _removed_after(draft: Path) -> Iterator[None]:
    """What did not get its name is not left behind."""
    try:
        yield
    finally:
        if draft.is_dir():
            shutil.rmtree(draft)
        for each in (draft, *(draft.with_name(f"{draft.name}{end}") for end in BESIDE)):
            each.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
