"""Puts the parts together over one home folder; every process does it once, after its fork."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from adapters.mail.smtp import Smtp
from adapters.store import transcoder
from adapters.store.keyring import Keyring
from adapters.store.log import EventLog
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from adapters.store.sqlite import SQLiteFactory
from app.groupware import Clock, Groupware, Ring, now, silence
from app.settings import Settings
from projections import schema
from projections.codec import Codec
from projections.rebuild import rebuild

CODEC = Codec(transcoder.encode, transcoder.decode)
STORE = "taccuino.db"
MASTER_KEY = "master.key"


def master_key(home: Path) -> MasterKey:
    """The secret of the house in `home`; MasterKeyUnusable if it cannot be read."""
    return MasterKey.read(home / MASTER_KEY)


def post_office(settings: Settings) -> Smtp | None:
    """Where mails are handed over; None if nobody said."""
    if not settings.smtp_host:
        return None
    return Smtp(
        settings.smtp_host,
        settings.smtp_sender,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password_file,
    )


def open_to_serve(home: Path, ring: Ring = silence) -> Groupware:
    """The groupware of a server; StoreUnavailable if it could only read."""
    groupware = open_groupware(home, ring=ring)
    with ExitStack() as undo:
        undo.callback(groupware.pool.close)
        groupware.pool.expect_writable()
        undo.pop_all()
    return groupware


def open_groupware(home: Path, clock: Clock = now, ring: Ring = silence) -> Groupware:
    """The groupware over the store in `home`; both are made if they are not there.

    Rows that another version of this program made are folded anew from the log: an update is
    nothing but a new start, and so is the way back. A store that cannot be used is closed again:
    in the way a process opened a file first, SQLite goes on to have it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as undo:
        pool = Pool(home / STORE)
        undo.callback(pool.close)
        keyring = Keyring(pool, MasterKey.read_or_create(home / MASTER_KEY))
        projectors = schema.projectors(CODEC)
        groupware = Groupware(SQLiteFactory(pool, keyring, projectors), pool, clock, ring)
        with pool.writing() as connection:
            if not schema.is_current(connection):
                rebuild(groupware, connection, schema.create, projectors)
        undo.pop_all()
    return groupware


@contextmanager
def open_log(home: Path) -> Iterator[tuple[EventLog, Pool]]:
    """The log in `home` alone. The rows beside it may be another version's: they are not looked
    at, let alone folded anew."""
    with closing(Pool(home / STORE)) as pool:
        yield EventLog(SQLiteFactory(pool, Keyring(pool, master_key(home)))), pool
