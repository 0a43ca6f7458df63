"""Whole commands on a house with people, folders and items: each is answered in a shape of its
version with a status of its command, without one incident, and never by an exception.

What a command does is taken back after it, so that each input finds the same house. Texts that
begin with `@` stand for the ids and keys of that house.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

import structlog

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E, Element, Malformed, decode, encode
from adapters.wbxml.codepages import TOKENS
from app.commands import COMMANDS
from app.rehearsal import rehearsal
from domain.recurrence import WEEKLY, Recurrence
from ops.fuzz.targets.calendar import BASES as EVENTS
from tests.app.handset import Handset, adding, changing, commanding, deleting, fetching
from tests.app.house import PHONE, House
from tests.fixtures.wbxml import VECTORS

VERSIONS: Final = tuple(Version)
IDS: Final = {"airsync:CollectionId": "@calendar", "airsync:ServerId": "@event"}
KEYS: Final = {"airsync:SyncKey": "@calendar key", "folderhierarchy:SyncKey": "@folders key"}
STANDING: Final = {**IDS, **KEYS, "ping:Id": "@contacts"}


def seeds() -> Iterator[bytes]:
    """The first byte is the version."""
    for vector in VECTORS:
        if vector.direction == "client":
            tree = _standing(vector.tree)
            yield bytes((VERSIONS.index(Version.parse(vector.version)),)) + encode(tree)
    for command in (
        adding(E("calendar:Subject", "x"), E("calendar:StartTime", "20260907T080000Z")),
        changing("@series", E("calendar:Subject", "one"), instance="20260914T080000Z"),
        changing("@series", E("calendar:Subject", "all")),
        deleting("@series", instance="20260914T080000Z"),
        deleting("@event"),
        fetching("@event"),
    ):
        for number in range(len(VERSIONS)):
            yield bytes((number,)) + encode(_syncing("@calendar", command))
    yield b"\6" + encode(_syncing("@contacts", changing("@contact", E("contacts:Alias", "x"))))


def run(data: bytes) -> None:
    if not data:
        return
    try:
        said = decode(data[1:])
    except Malformed:
        return
    command = said.name.partition(":")[2]
    version = VERSIONS[data[0] % len(VERSIONS)]
    if command not in COMMANDS or not COMMANDS[command].speaks(version):
        return
    house, names = _house()
    said = _with_class(said) if version <= Version.V12_0 else said
    with rehearsal(house.groupware), structlog.testing.capture_logs() as lines:
        house.ask(command, _meant(said, names), version=version)
    assert not [line for line in lines if "incident" in line], lines


@cache
def _house() -> tuple[House, dict[str, str]]:
    home = mkdtemp(prefix="fuzz-door-")
    atexit.register(rmtree, home, ignore_errors=True)
    house = House(Path(home))
    house.person("ada")
    series = {**(EVENTS[1] or {}), "recurrence": Recurrence(WEEKLY, days=2)}
    series.pop("occurrences")
    ids = {
        "@event": house.appointment(subject="Dentist"),
        "@series": house.appointment(**series),
        "@contact": house.contact(first_name="Ada", email1="ada@example.org"),
    }
    phone = Handset(house, device=PHONE)
    phone.folder_sync()
    for folder in (phone.calendar, phone.contacts):
        phone.catch_up(folder)
    return house, {
        **{name: server_id(id) for name, id in ids.items()},
        "@calendar": phone.calendar,
        "@contacts": phone.contacts,
        "@calendar key": phone.keys[phone.calendar],
        "@contacts key": phone.keys[phone.contacts],
        "@folders key": phone.keys[""],
    }


def _meant(said: Element, names: dict[str, str]) -> Element:
    text = names.get(said.text, said.text) if isinstance(said.text, str) else said.text
    return Element(said.name, [_meant(child, names) for child in said], text)


def _with_class(said: Element) -> Element:
    """Up to 12.0 a phone names the class of each collection, and is told it back."""
    named = [] if said.name != "airsync:Collection" else [E("airsync:Class", "Contacts")]
    children = [_with_class(child) for child in said if not named or child.name != named[0].name]
    return Element(said.name, [*named, *children], said.text)


def _standing(tree: Element) -> Element:
    """A test message that speaks of this house."""
    text = tree.text
    if tree.name in STANDING and text != "0":
        text = STANDING[tree.name]
    return Element(tree.name, [_standing(child) for child in tree], text)


def _syncing(folder: str, command: Element) -> Element:
    about = E("airsync:SyncKey", f"{folder} key"), E("airsync:CollectionId", folder)
    collection = E("airsync:Collection", *about, commanding(command))
    return E("airsync:Sync", E("airsync:Collections", collection))


assert STANDING.keys() <= TOKENS.keys()
