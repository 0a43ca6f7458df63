"""Law 11: each state can be read as of any moment.

As of a moment is the same three times: what a snapshot taken then held, a fold that stops at the
last event written then, and what is told of it now.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from uuid import UUID

import pytest

from app.composition import CODEC
from app.folders import change, delete
from app.log import asof
from domain.folder import hierarchy_of
from domain.partnership import Partnership
from domain.patch import Values
from projections import folders, items, logbook, schema
from tests.builders import House
from tests.laws.histories import EngineSide
from tests.laws.test_histories import TwoFolders
from tests.model.bursts import Bursts

STEPS = 120
Snapshot = dict[UUID, Values]


def snapshot(house: House, folder: UUID) -> Snapshot:
    """What is in a folder now."""
    with house.groupware.reading() as connection:
        return live(connection, folder)


def live(connection: sqlite3.Connection, folder: UUID) -> Snapshot:
    row = items.collection(connection, folder)
    rows = items.items(connection, row.number) if row else ()
    return {each.id: CODEC.decode(each.value) for each in rows}


def head(house: House) -> int:
    with house.groupware.reading() as connection:
        return logbook.last(connection)


def told(house: House, folder: UUID, at: int) -> Snapshot:
    with house.groupware.reading() as connection:
        return dict(asof.content(house.groupware, connection, folder, at))


def stopped(house: House, at: int) -> Iterator[sqlite3.Connection]:
    """All tables, folded up to a position."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema.create(connection)
        for position, event in house.groupware.replay():
            if position > at:
                break
            for project in schema.projectors(CODEC):
                project(connection, event, position)
        yield connection


@pytest.mark.parametrize("seed", range(6))
def test_two_folders_are_told_as_every_snapshot_of_a_history_held_them(
    house: House, seed: int
) -> None:
    """Items come, go, move to and fro, are offered again to one phone and restored."""
    both = TwoFolders(house, seed)
    places = [side.collection for side in both.sides]
    places.append(hierarchy_of(house.account))
    taken: dict[int, list[Snapshot]] = {}
    for _ in range(STEPS):
        both.step()
        taken[head(house)] = [snapshot(house, place) for place in places]
    assert len(taken) > STEPS / 3
    for at, held in taken.items():
        assert [told(house, place, at) for place in places] == held


@pytest.mark.parametrize("seed", range(3))
def test_bursts_change_nothing_of_what_was_there(house: House, seed: int) -> None:
    side = EngineSide(house)
    history = Bursts(seed, side)
    taken: dict[int, Snapshot] = {}
    for _ in range(STEPS):
        history.step()
        taken[head(house)] = snapshot(house, side.collection)
    assert all(told(house, side.collection, at) == held for at, held in taken.items())


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_a_fold_holds_that_stops_there(house: House, seed: int) -> None:
    both = TwoFolders(house, seed)
    for _ in range(STEPS):
        both.step()
    last = head(house)
    for at in (0, 1, last // 3, last // 2, last - 1, last):
        for connection in stopped(house, at):
            for side in both.sides:
                assert told(house, side.collection, at) == live(connection, side.collection)


@pytest.mark.parametrize("seed", range(3))
def test_each_item_is_what_it_was(house: House, seed: int) -> None:
    side = EngineSide(house)
    history = Bursts(seed, side)
    for _ in range(STEPS):
        history.step()
    last = head(house)
    for at in range(0, last + 1, 7):
        for connection in stopped(house, at):
            rows = connection.execute("SELECT id FROM item WHERE kind = 'calendar'").fetchall()
            known = {UUID(bytes=id) for (id,) in rows}
            for id in (UUID(bytes=id) for (id,) in house.rows("SELECT id FROM item")):
                with house.groupware.reading() as now:
                    found = asof.item(house.groupware, now, id, at)
                row = items.item(connection, id)
                assert (found is None) == (row is None)
                if found and row and id in known:
                    assert found.values == CODEC.decode(row.value)
                    assert (found.removed, found.edition) == (row.removed, row.edition)


def test_a_moment_is_the_last_that_was_written_then(house: House) -> None:
    """What was written at the very moment counts; what was written later does not."""
    seen: list[tuple[datetime, Snapshot]] = []
    folder = house.folder().id
    for number in range(4):
        house.clock.advance(60)
        house.fill([{"subject": f"a{number}"}, {"subject": f"b{number}"}])
        seen.append((house.clock(), snapshot(house, folder)))
    with house.groupware.reading() as connection:
        places = [logbook.upto(connection, at) for at, _ in seen]
    assert [told(house, folder, at) for at in places] == [held for _, held in seen]
    with house.groupware.reading() as connection:
        early = logbook.upto(connection, seen[0][0].replace(year=2020))
    assert early == 0
    assert told(house, folder, early) == {}


def test_folders_are_told_as_they_were_called_and_though_they_are_gone(house: House) -> None:
    both = TwoFolders(house, 1)
    for _ in range(60):
        both.step()
    other, held = both.sides[1].collection, head(house)
    before = snapshot(house, other)
    with house.editing() as connection:
        row = folders.folder(connection, CODEC, other)
        assert row is not None
        change(house.groupware, connection, row, "Renamed", None)
        delete(house.groupware, connection, row)
    with house.groupware.reading() as connection:
        then = asof.folders(house.groupware, connection, house.account, held)
        now = asof.folders(house.groupware, connection, house.account, head(house))
    assert [each.name for each in then if each.id == other] == ["Other"]
    assert other not in {each.id for each in now}
    assert before
    assert told(house, other, held) == before


def test_a_phone_is_told_as_it_was(house: House) -> None:
    with house.editing():
        phone = Partnership.begin(house.account, "PHONE1", "iPhone")
        house.groupware.save(phone)
    came = head(house)
    with house.editing():
        phone.call_it("Ada's")
        phone.block("lost")
        house.groupware.save(phone)
    blocked = head(house)
    with house.groupware.reading() as connection:
        states = [
            asof.device(house.groupware, connection, phone.id, at)
            for at in (came - 1, came, blocked)
        ]
    assert states[0] == {}
    assert [(each["label"], each["blocked"]) for each in states[1:]] == [
        ("", ""),
        ("Ada's", "lost"),
    ]


def test_differences_between_two_moments_are_what_came_went_and_changed(house: House) -> None:
    folder = house.folder().id
    kept, gone, same = house.fill([{"subject": each} for each in ("kept", "gone", "same")])
    first = told(house, folder, head(house))
    house.revise(kept, subject="changed")
    house.remove(gone)
    (come,) = house.fill([{"subject": "come"}])
    found = {d.item: d for d in asof.differences(first, told(house, folder, head(house)))}
    assert found.keys() == {kept, gone, come}
    assert found[kept].changed == {"subject": ("kept", "changed")}
    assert (found[gone].becomes, found[come].was) == (None, None)
    assert same not in found
