"""What is wrong with the store, told: as a sentence in its reader's language, as plain data, and
with the places to look at.

The sentences stand in the language files, below `store.fault`, by the kind of the fault, and what
to do about it below `store.next`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from adapters.ids import server_id, uuid_of
from app.log.data import plain
from app.web.words import Words
from projections import faults
from projections.faults import Fault, Value
from projections.verify import Report

NEXT: Final = {
    faults.FILE: "file",
    faults.LOG: "log",
    faults.TABLE: "rows",
    faults.MISSING: "rows",
    faults.MADE_UP: "rows",
    faults.DIFFERS: "rows",
    faults.ROUND: "round",
}
"""What helps against each kind, by the words below `store.next`."""

SHORT: Final = 6
"""So many letters, the last of an id, tell the few apart that a fault is about."""

PHONE: Final = "SELECT 1 FROM partnership WHERE id = ?"
STREAM: Final = "SELECT 1 FROM stored_event WHERE originator_id = ?"


def sentence(fault: Fault, words: Words) -> str:
    reason = f"store.reason.{fault.reason}"
    said = words.text(
        f"store.fault.{fault.kind}",
        position=fault.position,
        reason=words.text(reason, said=fault.said) if fault.reason else "",
        said=fault.said,
        table=fault.table,
        key=", ".join(f"{name} {_shown(value)}" for name, value in fault.key),
        columns=", ".join(fault.columns),
    )
    return f"{said} {words.number('store.others', fault.others)}" if fault.others else said


def sentences(report: Report, words: Words) -> Iterator[str]:
    """How much was compared, and what came out."""
    yield words.text(
        "store.compared",
        events=report.events,
        rounds=report.rounds,
        rows=report.rows,
        seconds=f"{report.seconds:.1f}",
        rate=round(report.events / report.seconds) if report.seconds else 0,
    )
    if report.sound:
        yield words.text("store.all_sound")
    yield from (sentence(each, words) for each in report.faults)


def steps(found: Iterable[Fault], words: Words) -> list[str]:
    """What to do next, each once."""
    return [words.text(f"store.next.{step}") for step in dict.fromkeys(NEXT[f.kind] for f in found)]


def data(fault: Fault) -> dict[str, Any]:
    """The kind, and the facts that say something. Ids are told as lists show them."""
    told: dict[str, Any] = plain(fault)
    return {**told, "key": plain(dict(fault.key))} if fault.key else told


def told(fault: Fault, words: Words) -> dict[str, Any]:
    """The same, with the sentence."""
    return {**data(fault), "sentence": sentence(fault, words)}


def read(facts: Mapping[str, Any]) -> Fault:
    """The fault of which `data` has told; TypeError or ValueError for anything else."""
    known = dict(facts)
    known["key"] = tuple((name, _meant(v)) for name, v in known.pop("key", {}).items())
    known["about"] = tuple(map(_id, known.pop("about", ())))
    known["columns"] = tuple(known.pop("columns", ()))
    return Fault(**{**known, **{n: _id(known[n]) for n in ("phone", "folder") if n in known}})


def places(connection: sqlite3.Connection, fault: Fault, words: Words) -> Iterator[tuple[str, str]]:
    """Pages about it, each with what it is called; only such as there are."""
    if fault.kind == faults.LOG and (fault.position or 0) > 1:
        yield words.text("store.place.before"), f"/admin/log?before={fault.position}"
    elif fault.kind == faults.ROUND:
        place = words.text("store.place.event", position=fault.position)
        yield place, f"/admin/log/{fault.position}"
    for id in dict.fromkeys((*filter(None, (fault.phone, fault.folder)), *fault.about)):
        if connection.execute(PHONE, (id.bytes,)).fetchone():
            name, address = "phone", "devices"
        elif connection.execute(STREAM, (id.bytes,)).fetchone():
            name, address = "history", "items"
        else:
            continue
        shown = server_id(id)
        yield words.text(f"store.place.{name}", id=shown[-SHORT:]), f"/admin/{address}/{shown}"


def _shown(value: Value) -> str:
    return server_id(value) if isinstance(value, UUID) else str(value)


def _meant(value: str | int | None) -> Value:
    return (uuid_of(value) or value) if isinstance(value, str) else value


def _id(text: str) -> UUID:
    id = uuid_of(text)
    if id is None:
        raise ValueError(f"{text} is no id")
    return id
