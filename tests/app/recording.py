"""A log as one version of this program wrote it, with phones in the middle of their conversations.

`python -m tests.app.recording tests/fixtures/logs/VERSION.json.gz` plays a little history and
keeps what the log is made of, and what each phone has, is about to ask, and is then told. What is
kept is laid down again as a store without any rows but those of the log.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import items as use
from app import links, people
from app.composition import MASTER_KEY, STORE
from app.devices import access, phones, wiping
from domain.account import OutOfOffice
from domain.body import Body
from tests.app.handset import (
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    commands,
    daily,
    deleting,
    first_name,
    id_of,
    only,
    verbs,
)
from tests.app.house import House
from tests.app.test_provision import acknowledgement, initial, key_of

LOG = ("stored_event", "subject_key")
"""The tables that are not folded from anything."""

PHONES = {
    "OLD": Version.V2_5,
    "MIDDLE": Version.V14_1,
    "NEW": Version.V16_1,
    "LOST": Version.V16_1,
    "SICK": Version.V16_1,
}


@dataclass
class Stage:
    """The house, and what has come into being in it."""

    house: House
    phones: dict[str, Handset]
    items: dict[str, str]


def folders_of(phone: Handset) -> list[str]:
    return [phone.contacts, phone.calendar]


def play(house: House) -> Stage:
    """A week: every kind of thing happens, and each phone has news it has not fetched."""
    house.person(zone="Europe/Rome")
    stage = Stage(house, {n: Handset(house, v, device=n) for n, v in PHONES.items()}, {})
    for act in (_begin, _edit, _collide, _administrate, _choke, _leave_undone):
        act(stage)
        house.clock.advance(hours=7)
    return stage


def _begin(stage: Stage) -> None:
    new = stage.phones["NEW"]
    for phone in stage.phones.values():
        phone.folder_sync("0")
        for folder in folders_of(phone):
            phone.begin(folder)
    for name in ("Bea", "Carl", "Dora", "Emil"):
        stage.items[name] = new.add(new.contacts, first_name(name), client_id=name)
    stage.items["Dentist"] = new.add(new.calendar, *an_event(), client_id="e1")
    stage.items["Daily"] = new.add(new.calendar, *an_event("Daily"), daily(9), client_id="e2")
    for phone in stage.phones.values():
        for folder in folders_of(phone):
            phone.catch_up(folder)


def _edit(stage: Stage) -> None:
    house, new, items = stage.house, stage.phones["NEW"], stage.items
    day = "202603{}T090000Z"
    new.told(
        new.calendar,
        commanding(
            changing(items["Daily"], E("calendar:Subject", "Retro"), instance=day.format(11)),
            deleting(items["Daily"], instance=day.format(12)),
        ),
    )
    house.remove(id_of(items["Carl"]))
    house.restore(id_of(items["Carl"]))
    house.revise(id_of(items["Dora"]), body=Body("A note\nof two lines"), categories=("Club",))
    friends = new.make_folder("Friends")
    with house.groupware.acting(house.admin) as connection:
        dora = use.load(house.groupware, connection, id_of(items["Dora"]))
        use.move(house.groupware, dora, id_of(friends))
        links.link(house.groupware, id_of(items["Dentist"]), id_of(items["Bea"]))
        links.link(house.groupware, id_of(items["Daily"]), id_of(items["Bea"]))
        links.unlink(house.groupware, id_of(items["Daily"]), id_of(items["Bea"]))
    new.folder_command("FolderUpdate", ServerId=friends, ParentId="0", DisplayName="Pals")


def _collide(stage: Stage) -> None:
    house, middle, items = stage.house, stage.phones["MIDDLE"], stage.items
    for name in ("Bea", "Emil"):
        house.revise(id_of(items[name]), first_name=f"{name} of the server")
        mine = changing(items[name], first_name(f"{name} of the phone"))
        middle.told(middle.contacts, commanding(mine))
    with house.groupware.acting(house.admin) as connection:
        emil = use.load(house.groupware, connection, id_of(items["Emil"]))
        use.restore_edit(house.groupware, emil, next(iter(emil.aside)))


def _administrate(stage: Stage) -> None:
    house = stage.house
    account, admin, groupware = house.account().id, house.admin, house.groupware
    house.under_policy(DevicePasswordEnabled="1")
    for device in ("NEW", "MIDDLE", "OLD"):
        phone = stage.phones[device]
        phone.facts["key"] = _provisioned(phone) if phone.version > Version.V2_5 else 0
    people.assign_policy(groupware, admin, account, "")
    people.set_password(groupware, admin, account, "correct horse battery")
    people.set_out_of_office(groupware, admin, account, OutOfOffice.of({}))
    people.disable(groupware, admin, account)
    people.enable(groupware, admin, account)
    lost = house.phone(device="LOST").id
    phones.describe(groupware, admin, lost, {"model": "iPhone 14", "name": "Ada's"})
    phones.block(groupware, admin, lost, "lost")
    phones.unblock(groupware, admin, lost)
    phones.approve(groupware, admin, lost)
    phones.call_it(groupware, admin, lost, "Ada's first")
    phones.set_ceiling(groupware, admin, lost, "14.1")
    phones.except_from_policy(groupware, admin, lost)
    phones.end_exception(groupware, admin, lost)
    people.set_ceiling(groupware, admin, account, "16.1")
    access.put_rule(groupware, admin, "os", "Android 4*", "block")
    access.put_rule(groupware, admin, "model", "Zune", "quarantine", 0)
    access.remove_rule(groupware, admin, "os", "Android 4*")
    access.choose_default(groupware, admin, "quarantine")
    access.choose_default(groupware, admin, "allow")
    wiping.request_wipe(groupware, admin, lost)
    wiping.cancel_wipe(groupware, admin, lost)
    phones.forget(groupware, admin, lost)
    stage.phones["LOST"].folder_sync("0")
    phones.block(groupware, admin, lost, "lost again")


def _provisioned(phone: Handset) -> int:
    offered = key_of(phone.answer("Provision", initial()))
    return key_of(phone.answer("Provision", acknowledgement(offered)))


def _choke(stage: Stage) -> None:
    """One phone asks for the same so often that an item is kept from it."""
    sick = stage.phones["SICK"]
    key = sick.keys[sick.contacts]
    for _ in range(30):
        sick.sync(sick.contacts, key=key)
    sick.keys[sick.contacts] = key


def _leave_undone(stage: Stage) -> None:
    """A reply that was lost, a window that is half told, and news nobody has asked for yet."""
    house, new, middle, items = stage.house, *map(stage.phones.get, ("NEW", "MIDDLE")), stage.items
    assert new is not None
    assert middle is not None
    for number in range(9):
        house.contact(first_name=f"Late {number}")
    for phone in (new, middle):
        phone.told(phone.contacts, E("airsync:WindowSize", 3))
    key = new.keys[new.contacts]
    edit = changing(items["Bea"], first_name("Bea at last"))
    new.told(new.contacts, commanding(edit, adding(first_name("Zoe"), client_id="z")), key=key)
    new.keys[new.contacts] = key
    house.remove(id_of(items["Carl"]))
    house.revise(id_of(items["Dentist"]), subject="Dentist, moved")


def asked(phone: Handset, folder: str) -> Element | None:
    """What a phone is told when it comes next."""
    told = phone.send(phone.request(phone.about(folder, E("airsync:WindowSize", 100))))
    return None if told is None else only(told)


def in_short(told: Element | None) -> list[list[str]]:
    return [] if told is None else [list(each) for each in verbs(commands(told))]


# Keeping it


def record(file: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        house = House(Path(home), devices_per_user=20)
        stage = play(house)
        kept: dict[str, Any] = _log_of(house) | {"now": house.clock().isoformat()}
        kept["phones"] = {
            name: {"version": phone.version.text, "keys": dict(phone.keys), "facts": phone.facts}
            for name, phone in stage.phones.items()
            if name != "LOST"
        }
        for name, phone in stage.phones.items():
            if name != "LOST":
                told = {folder: in_short(asked(phone, folder)) for folder in folders_of(phone)}
                kept["phones"][name]["told"] = told
        house.close()
    file.write_bytes(gzip.compress(json.dumps(kept).encode(), mtime=0))


def _log_of(house: House) -> dict[str, Any]:
    with house.groupware.reading() as connection:
        rows = {t: connection.execute(f"SELECT * FROM {t}").fetchall() for t in LOG}
        made = [
            sql
            for (sql,) in connection.execute(
                "SELECT sql FROM sqlite_schema WHERE name IN (?, ?)", LOG
            )
        ]
    master = (house.settings.home / MASTER_KEY).read_bytes().hex()
    shown = {t: [[_shown(cell) for cell in row] for row in each] for t, each in rows.items()}
    return {"master": master, "made": made, "rows": shown}


def _shown(cell: object) -> object:
    return {"hex": cell.hex()} if isinstance(cell, bytes) else cell


# Laying it down


def kept_in(file: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    return kept


def laid_down(kept: dict[str, Any], home: Path) -> House:
    """A house over a store that has nothing but this log, at the hour when it ended."""
    home.mkdir(exist_ok=True)
    master = home / MASTER_KEY
    master.write_bytes(bytes.fromhex(kept["master"]))
    master.chmod(0o600)
    with closing(sqlite3.connect(home / STORE)) as connection, connection:
        for statement in kept["made"]:
            connection.execute(statement)
        for table, rows in kept["rows"].items():
            for row in rows:
                values = [bytes.fromhex(c["hex"]) if isinstance(c, dict) else c for c in row]
                marks = ", ".join("?" * len(values))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
    house = House(home, devices_per_user=20)
    house.clock.now = datetime.fromisoformat(kept["now"])
    return house


def handset(house: House, name: str, kept: dict[str, Any]) -> Handset:
    version, keys = Version.parse(kept["version"]), dict(kept["keys"])
    return Handset(house, version, device=name, keys=keys, facts=kept["facts"])


if __name__ == "__main__":
    record(Path(sys.argv[1]))
