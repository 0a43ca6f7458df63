"""A server process on gevent that wants to write while a foreign process holds the lock.

Run as `python -m tests.store.beside_a_lock FILE`: says "open", waits for a line, starts to write,
says "ticked" with the longest gap between ticks in milliseconds and how often it could read in
the meantime, and "written" once it has the lock.
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import sys
import time
from pathlib import Path

import gevent

from adapters.store.pool import Pool

TICKS = 100


def _write(pool: Pool, number: int) -> None:
    with pool.writing() as connection:
        connection.execute("INSERT INTO t VALUES (?)", (number,))


def _count(pool: Pool) -> int:
    with pool.reading() as connection:
        count: int = connection.execute("SELECT count(*) FROM t").fetchone()[0]
    return count


def _others_are_outside(pool: Pool) -> bool:
    """Whether a greenlet started inside a transaction sees nothing of it."""
    before = _count(pool)
    with pool.writing() as connection:
        connection.execute("INSERT INTO t VALUES (0)")
        return bool(gevent.spawn(_count, pool).get() == before)


def main(path: Path) -> None:
    pool = Pool(path)
    print("open", flush=True)
    sys.stdin.readline()
    writers = [gevent.spawn(_write, pool, number) for number in (1, 2)]
    gaps, read = [], 0
    for _ in range(TICKS):
        begun = time.perf_counter()
        gevent.sleep(0.001)
        gaps.append(time.perf_counter() - begun)
        read += _count(pool) == 0
    print("ticked", round(max(gaps) * 1000), read, any(w.ready() for w in writers), flush=True)
    gevent.joinall(writers, raise_error=True)
    print("written", _count(pool), _others_are_outside(pool), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
