"""`taccuino live`: which phones the server works for now, or lets wait."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from adapters.ids import server_id
from app.cli.house import House, in_house
from app.cli.show import moment, table
from app.present import Present, named, newest
from app.push.live import Worker, look

COLUMNS = ("user", "phone", "command", "folders", "since", "waits for", "worker")


@click.command
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@in_house
def live(house: House, as_json: bool) -> None:
    """List the phones that are connected now, the newest request first.

    A phone that waits for news is told with the seconds left; one whose request is being worked
    on with "in work". At the end stands how many wait in each worker.
    """
    workers = look(house.settings.sockets)
    found = named(house.groupware, newest(workers))
    if as_json:
        click.echo(json.dumps(_document(workers, found), indent=2))
        return
    table(COLUMNS, map(_row, found), "no phone is connected")
    for worker in workers:
        click.echo(f"worker {worker.pid}: {_counted(worker)}", err=True)


def _counted(worker: Worker) -> str:
    return f"{worker.parked} waiting, {len(worker.connections) - worker.parked} in work"


def _row(it: Present) -> tuple[str, ...]:
    left = it.connection.left
    return (
        it.person.name if it.person else "",
        it.phone.name if it.phone else it.connection.device,
        it.connection.command,
        ", ".join(it.folders),
        moment(it.connection.came),
        "in work" if left is None else f"{left} s",
        str(it.pid),
    )


def _document(workers: Iterable[Worker], found: Iterable[Present]) -> dict[str, Any]:
    return {
        "workers": [
            {"worker": each.pid, "waiting": each.parked, "connections": len(each.connections)}
            for each in workers
        ],
        "connections": list(map(_fields, found)),
    }


def _fields(it: Present) -> dict[str, Any]:
    return {
        "user": it.person.name if it.person else None,
        "phone": server_id(it.phone.id) if it.phone else None,
        "name": it.phone.name if it.phone else None,
        "device": it.connection.device,
        "command": it.connection.command,
        "folders": it.folders,
        "since": it.connection.came.isoformat(),
        "left": it.connection.left,
        "request": it.connection.request,
        "worker": it.pid,
    }
