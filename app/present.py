"""Who is here by name: the requests of all workers, the newest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from app.composition import CODEC
from app.groupware import Groupware
from app.push.live import Connection, Worker
from domain.partnership import Partnership
from projections import accounts, devices, folders
from projections.accounts import AccountRow
from projections.devices import PartnershipRow


@dataclass(frozen=True)
class Present:
    """A request in the worker `pid`. `phone` is None while it is not known here yet, or any more;
    so is `person`. `folders` are the names of those it waits for."""

    pid: int
    connection: Connection
    person: AccountRow | None
    phone: PartnershipRow | None
    folders: tuple[str, ...]


def newest(workers: Iterable[Worker]) -> list[tuple[int, Connection]]:
    """The requests of all, with the number of the worker of each."""
    found = [(worker.pid, each) for worker in workers for each in worker.connections]
    return sorted(found, key=lambda each: (each[1].came, each[1].request), reverse=True)


def named(groupware: Groupware, found: Iterable[tuple[int, Connection]]) -> list[Present]:
    with groupware.reading() as connection:
        names = cache(lambda owner: _names(connection, owner))
        return [_named(connection, pid, each, names(each.account)) for pid, each in found]


def _named(
    connection: sqlite3.Connection, pid: int, it: Connection, names: dict[UUID, str]
) -> Present:
    return Present(
        pid,
        it,
        accounts.by_id(connection, it.account),
        devices.by_id(connection, Partnership.id_of(it.account, it.device)),
        tuple(names[id] for id in it.folders if id in names),
    )


def _names(connection: sqlite3.Connection, owner: UUID) -> dict[UUID, str]:
    return {each.id: each.name for each in folders.folders(connection, CODEC, owner)}
