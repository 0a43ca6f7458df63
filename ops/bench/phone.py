"""The phones of the load: our small client on a lean wire, and what they have to say."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from adapters.eas.client import Client, HttpRefusal, StatusRefusal, Synced
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from ops.bench.wire import Exchange, Line

CALENDAR, CONTACTS = "calendar", "contacts"
DEFAULTS: Final = {8: CALENDAR, 9: CONTACTS}
NO_POLICY: Final = {142, 143, 144}
INVALID_KEY: Final = 3
LARGE: Final = 512
AT_ONCE: Final = 100
UTC_ZONE: Final = b64encode(bytes(172)).decode()
FIRST: Final = datetime(2030, 1, 7, 8, tzinfo=UTC)
SERIAL: Final = count()
"""No two items of a run are alike, so none is taken for another."""


class Miscount(Exception):
    """Something was lost, came twice or was refused: then no figure means anything."""


def expect(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise Miscount(f"{what}: {got!r} instead of {wanted!r}")


@dataclass
class Phone(Client):
    """`folders` are the ids of the default folders by kind."""

    folders: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> Line:
        assert isinstance(self.wire, Line)
        return self.wire

    def arrive(self) -> Phone:
        """Learn the folders; take a policy first if the server insists."""
        try:
            found = self.folder_sync()
        except (HttpRefusal, StatusRefusal) as refusal:
            if refusal.status not in NO_POLICY | {449}:
                raise
            self.provision()
            found = self.folder_sync()
        self.folders = {DEFAULTS[each.type]: each.id for each in found if each.type in DEFAULTS}
        return self

    def sync(self, *what: Any, **how: Any) -> Synced:
        """Some servers take the key back that they gave for an empty folder: begin once more."""
        try:
            return super().sync(*what, **how)
        except StatusRefusal as refusal:
            folder, kind = what[:2]
            if refusal.status != INVALID_KEY or self.keys.get(folder, "0") == "0":
                raise
            self.keys[folder] = "0"
            super().sync(folder, kind, get_changes=False)
            return super().sync(*what, **how)

    def begin(self, kind: str) -> Phone:
        """The first key of a folder."""
        self.round(kind)
        return self

    def catch_up(self, kind: str, window: int = LARGE) -> list[Element]:
        """Everything new in a folder, in as many rounds as it takes."""
        told: list[Element] = []
        more = True
        while more:
            synced = self.sync(self.folders[kind], kind, window=window)
            told += synced.commands
            more = synced.more
        return told

    def news(self, kind: str) -> list[Element]:
        """What one Sync tells."""
        return list(self.sync(self.folders[kind], kind).commands)

    def round(self, kind: str, commands: Sequence[Element] = ()) -> list[Element]:
        """One Sync that sends and asks for nothing else; what is answered to it."""
        synced = self.sync(self.folders[kind], kind, commands, get_changes=False)
        return list(synced.responses)

    def upload(self, kind: str, data: Sequence[Element]) -> list[str]:
        """Add items; the ids they are given, every one accepted."""
        adds = [E("airsync:Add", E("airsync:ClientId", f"c{next(SERIAL)}"), each) for each in data]
        answers = [each for each in self.round(kind, adds) if each.name == "airsync:Add"]
        accepted = [each for each in answers if each.text_of("airsync:Status") == "1"]
        expect("Adds accepted", len(accepted), len(adds))
        return [each.text_of("airsync:ServerId", "") for each in accepted]

    def delete(self, kind: str, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            self.round(kind, [E("airsync:Delete", E("airsync:ServerId", id)) for id in some])

    def last(self) -> Exchange:
        """What this phone said last, to be said again."""
        return self.line.tape[-1]


def items(kind: str, number: int, version: Version) -> list[Element]:
    make = contact if kind == CONTACTS else event
    return [make(next(SERIAL), version) for _ in range(number)]


def contact(serial: int, version: Version, title: str = "Engineer") -> Element:
    """As full as an address book has them: fourteen fields, about 400 bytes."""
    said = {
        "FileAs": f"Last{serial:06}, First{serial:06}",
        "FirstName": f"First{serial:06}",
        "LastName": f"Last{serial:06}",
        "CompanyName": "Esempio & Figli",
        "Department": f"Team {serial % 40}",
        "JobTitle": title,
        "Email1Address": f"first{serial:06}@example.org",
        "BusinessPhoneNumber": f"+39 055 55 {serial:06}",
        "MobilePhoneNumber": f"+39 333 55 {serial:06}",
        "BusinessAddressStreet": f"Via Esempio {serial}",
        "BusinessAddressCity": "Forlì",
        "BusinessAddressPostalCode": "47121",
        "BusinessAddressCountry": "Italia",
    }
    fields = [E(f"contacts:{name}", value) for name, value in said.items()]
    return E("airsync:ApplicationData", *fields, _body(f"Note {serial}. ", version))


def event(serial: int, version: Version) -> Element:
    """An appointment of half an hour, its times in UTC."""
    begins = FIRST + timedelta(hours=serial)
    old = version < Version.V16_0
    return E(
        "airsync:ApplicationData",
        E("calendar:Timezone", UTC_ZONE),
        E("calendar:DtStamp", _moment(begins)) if old else None,
        E("calendar:StartTime", _moment(begins)),
        E("calendar:EndTime", _moment(begins + timedelta(minutes=30))),
        E("calendar:Subject", f"Event {serial:06}"),
        E("calendar:UID", f"bench-{serial:06}@example.org") if old else None,
        E("calendar:AllDayEvent", 0),
        E("calendar:BusyStatus", 2),
        _body(f"Agenda {serial}. ", version),
    )


def _body(text: str, version: Version) -> Element | None:
    if version < Version.V12_0:
        return None
    told = text + "Lorem ipsum dolor sit amet. " * 4
    return E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", told))


def _moment(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
