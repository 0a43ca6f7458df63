"""The SQLite connections of one process: many that read, one that writes.

Theory of operation. SQLite lets one process write at a time. Its own way of waiting for that
sleeps inside C, and with it every greenlet of the process; so once a connection is open it waits
for nothing, and this file asks again after a short sleep that lets the others run. A writing
transaction takes the lock before it reads (BEGIN IMMEDIATE): what it then reads stays true until
it commits. A reading transaction sees one snapshot from its first to its last statement.

Which transaction a piece of code is in is known by its context, so `writing` and `reading`
nest: an inner block joins the outer one. A block that fails takes back all that it wrote, also
when it is an inner one and the outer goes on.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from eventsourcing.persistence import OperationalError

OPENING: Final = 5.0
"""Seconds SQLite itself may wait while a connection opens: after a kill -9 the first ones
recover the log one after the other."""

READERS: Final = 16
BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
UNAVAILABLE: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file is read-only",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_NOMEM: "memory ran out",
}


class StoreBusy(OperationalError):
    """Others kept the store for longer than anybody should wait; trying again later is right."""


class StoreUnavailable(OperationalError):
    """The store cannot be used until an administrator does something."""


class Proved(Exception):
    """A transaction was begun for nothing but to see that it could be."""


@dataclass
class Transaction:
    """The transaction a context is in, and what is to be done once it is committed."""

    connection: sqlite3.Connection
    writes: bool
    open: bool = True
    afterwards: list[Callable[[], object]] = field(default_factory=list)


class Pool:
    """Connections to the store at `path`. Open it after a fork, never before."""

    def __init__(self, path: Path, *, patience: float = 10.0) -> None:
        self._path = path
        self._patience = patience
        self._here: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
        self._write_lock = threading.Lock()
        self._read_slots = threading.BoundedSemaphore(READERS)
        self._idle: list[sqlite3.Connection] = []
        with _in_words():
            self._writer = self._open("journal_mode = WAL", "secure_delete = ON")
            self._watch = self._open("query_only = ON")

    @contextmanager
    def writing(
        self, patience: float | None = None, *, lasting: bool = True
    ) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock; durable when the block ends without error.

        What is not `lasting` does not wait for the disk: it outlives this process, but maybe not
        the machine. That is for caches. StoreBusy if the lock is not to be had in so many seconds
        (or the pool's own), StoreUnavailable if the store cannot be written.
        """
        outer = self._current()
        if outer is not None and outer.writes:
            with _part_of(outer):
                yield outer.connection
            return
        transaction = Transaction(self._writer, writes=True)
        with _in_words(), self._locked(patience) as deadline, _syncing(self._writer, lasting):
            self._patiently(self._writer, "BEGIN IMMEDIATE", deadline)
            with _ending(self._writer, "COMMIT"), self._inside(transaction):
                yield self._writer
        for step in transaction.afterwards:
            step()

    @contextmanager
    def joining(self) -> Iterator[sqlite3.Connection]:
        """The writing transaction we are in, or one of its own; for what is never caught and gone
        on from: it leaves no savepoint to come back to."""
        outer = self._current()
        if outer is not None and outer.writes:
            yield outer.connection
            return
        with self.writing() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot for the whole block; inside `writing`, what that has written so far."""
        outer = self._current()
        if outer is not None:
            yield outer.connection
            return
        with _in_words(), self._reader() as (connection, deadline):
            connection.execute("BEGIN")
            with _ending(connection, "ROLLBACK"):
                self._patiently(connection, "SELECT 1 FROM sqlite_schema LIMIT 1", deadline)
                with self._inside(Transaction(connection, writes=False)):
                    yield connection

    def after_commit(self, step: Callable[[], object]) -> None:
        """Do `step` once the writing transaction is durable; never if it is given up.

        Outside one there is nothing to wait for. A step must not fail: what it follows is done.
        """
        here = self._current()
        if here is None or not here.writes:
            step()
        else:
            here.afterwards.append(step)

    def data_version(self) -> int:
        """A number that changes with every commit of any process (and says nothing else)."""
        with _in_words():
            deadline = time.monotonic() + self._patience
            cursor = self._patiently(self._watch, "PRAGMA data_version", deadline)
            return int(cursor.fetchone()[0])

    def checkpoint(self) -> bool:
        """Move all that is committed into the main file and empty the write-ahead log.

        False if a reader or another process was in the way; then a later one does it. Not for
        the inside of a transaction.
        """
        with _in_words(), self._locked():
            busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def scour(self) -> bool:
        """Write the whole file anew, and empty the write-ahead log: whatever was deleted lay on in
        corners of pages that are in use, which `secure_delete` does not reach.

        It takes the time of copying the store, and nobody writes meanwhile. False as with
        `checkpoint`. Not for the inside of a transaction.
        """
        with _in_words(), self._locked() as deadline:
            self._patiently(self._writer, "VACUUM", deadline)
        return self.checkpoint()

    def expect_writable(self, patience: float | None = None) -> None:
        """StoreUnavailable if the file can only be read, StoreBusy if others keep it locked for so
        many seconds (or the pool's own); nothing is written to find out.

        SQLite opens such a file without a word, and BEGIN IMMEDIATE takes no lock on it.
        """
        with suppress(Proved), self.writing(patience) as connection:
            connection.execute("CREATE TABLE proof (n)")
            raise Proved

    def close(self) -> None:
        """Close the connections that nobody uses; a second time does nothing."""
        for connection in (self._writer, self._watch, *self._idle):
            connection.close()
        self._idle.clear()

    def _open(self, *pragmas: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=OPENING, isolation_level=None, check_same_thread=False
        )
        for pragma in (*pragmas, "synchronous = FULL", "foreign_keys = OFF", "busy_timeout = 0"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    @contextmanager
    def _locked(self, patience: float | None = None) -> Iterator[float]:
        patience = self._patience if patience is None else patience
        deadline = time.monotonic() + patience
        if not self._write_lock.acquire(timeout=patience):
            raise StoreBusy("another task of this process keeps the store locked")
        try:
            yield deadline
        finally:
            self._write_lock.release()

    @contextmanager
    def _reader(self) -> Iterator[tuple[sqlite3.Connection, float]]:
        """One that failed is not used again: a cursor that is still open somewhere would hold it
        to its snapshot, and a later transaction would see the past."""
        deadline = time.monotonic() + self._patience
        if not self._read_slots.acquire(timeout=self._patience):
            raise StoreBusy("all connections for reading are taken")
        try:
            connection = self._idle.pop() if self._idle else self._open("query_only = ON")
            try:
                yield connection, deadline
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
        finally:
            self._read_slots.release()

    @contextmanager
    def _inside(self, transaction: Transaction) -> Iterator[None]:
        token = self._here.set(transaction)
        try:
            yield
        finally:
            transaction.open = False
            self._here.reset(token)

    def _current(self) -> Transaction | None:
        """The transaction we are in; a copied context may hold on to one that has ended."""
        here = self._here.get()
        return here if here is not None and here.open else None

    def _patiently(
        self, connection: sqlite3.Connection, statement: str, deadline: float
    ) -> sqlite3.Cursor:
        while True:
            try:
                return connection.execute(statement)
            except sqlite3.OperationalError as error:
                if _primary(error) not in BUSY:
                    raise
                if time.monotonic() > deadline:
                    raise StoreBusy("another process keeps the store locked") from error
            time.sleep(random.uniform(0.001, 0.005))


@contextmanager
def _syncing(connection: sqlite3.Connection, lasting: bool) -> Iterator[None]:
    """In WAL mode NORMAL leaves a commit to the next one that waits for the disk."""
    if lasting:
        yield
        return
    (usual,) = connection.execute("PRAGMA synchronous").fetchone()
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA synchronous = {usual}")


@contextmanager
def _ending(connection: sqlite3.Connection, end: str) -> Iterator[None]:
    """End the transaction of `connection` as told, or take it back if anything goes wrong."""
    try:
        yield
        if not connection.in_transaction:
            raise StoreUnavailable("the database gave the transaction up")
        connection.execute(end)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _part_of(outer: Transaction) -> Iterator[None]:
    """A savepoint: what fails inside leaves no trace in the transaction around it."""
    connection, before = outer.connection, len(outer.afterwards)
    connection.execute("SAVEPOINT part")
    try:
        yield
        connection.execute("RELEASE part")
    except BaseException:
        del outer.afterwards[before:]
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what is wrong with the store where SQLite has only a number for it."""
    try:
        yield
    except sqlite3.Error as error:
        reason = UNAVAILABLE.get(_primary(error))
        if reason is None:
            raise
        raise StoreUnavailable(f"the store cannot be used: {reason}") from error


def _primary(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
