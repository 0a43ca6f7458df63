"""A house that is lived in: events, contacts, phones and an edit that was set aside."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from app import folders, people, rules
from app import items as use
from app.cli import samples
from app.devices import access
from app.groupware import Groupware, now
from app.log import proofs
from app.settings import Settings
from domain.base import Authorship
from domain.calendar import Location
from domain.folder import CALENDAR, CONTACTS, USER_CALENDAR, default_folder
from domain.house import FULL_WIPE_ALLOWED
from domain.item import HeldEdit
from domain.partnership import Partnership
from domain.patch import Patch
from domain.recurrence import WEEKLY, Recurrence
from domain.steps import weekday_bit
from domain.when import Timed
from domain.zone import Zone
from projections import accounts, items, sightings
from projections.continuity import NO_LATER
from projections.faults import DIFFERS, FILE, LOG, MADE_UP, MISSING, ROUND, TABLE, Fault
from projections.verify import Report

ROME = Zone("Europe/Rome")
PEOPLE = (
    ("Giulia", "Ferri", "Studio Ferri", "Architect"),
    ("Anselmo", "de Vries", "", ""),
    ("Nora", "Lindqvist", "Nordisk Papper AB", "Purchasing"),
    ("Beatrice", "Conti", "Conti & Rossi", "Notary"),
    ("Tomás", "Iglesias", "", ""),
)
STRICT = {
    "DevicePasswordEnabled": "1",
    "MinDevicePasswordLength": "6",
    "MaxInactivityTimeDeviceLock": "300",
    "RequireDeviceEncryption": "1",
}
PHONES = (
    (
        "IPHONE01",
        "iPhone",
        {"name": "Ada's iPhone", "model": "iPhone 15", "os": "iOS 18.2"},
    ),
    ("SAMSUNG01", "SamsungDevice", {"model": "Galaxy A54", "os": "Android 14"}),
    ("TABLET01", "Android", {"model": "Pixel Tablet", "os": "Android 15"}),
)


def furnish(groupware: Groupware, name: str) -> dict[str, UUID]:
    """Names of what was made, by what it is."""
    with groupware.reading() as connection:
        account = accounts.find(connection, name)
    assert account is not None
    author = groupware.author(f"user:{name}", "furniture")
    people.make_administrator(groupware, author, account.id)
    made: dict[str, UUID] = {"ada": account.id}
    today = author.at.astimezone(ROME.tzinfo).date()
    events = [*samples.events(account, author.at), *_events(today)]
    contacts = [*samples.contacts(), *_contacts()]
    with groupware.acting(author) as connection:
        choir = folders.make(groupware, connection, account.id, "Choir", USER_CALENDAR).id
    for kind, folder, entries in (
        ("calendar", default_folder(account.id, CALENDAR), events),
        ("calendar", choir, _concerts(today)),
        ("contacts", default_folder(account.id, CONTACTS), contacts),
    ):
        with groupware.acting(author) as connection:
            collection = items.collection(connection, folder)
            assert collection is not None
            for values in entries:
                item = use.add(groupware, connection, collection, kind, values)
                made[values.get("subject") or values["first_name"]] = item.id
    elsewhere = {"location": Location("Trattoria da Elvira")}
    names = {"subject": "Late lunch"}, {"subject": "Lunch with Ada"}
    _revise(groupware, author, made["Lunch with Ada"], elsewhere, *names)
    _revise(groupware, author, made["Ada"], {"picture": _portrait()})
    made["conflict"] = _set_aside(groupware, author, made["Dentist"])
    made |= _phones(groupware, author, account.id)
    made |= _gone(groupware, author, account.id)
    made["burst"] = _held(groupware, account.id, made)
    made["strict"] = _strict(groupware, author)
    rules.decide(groupware, author, FULL_WIPE_ALLOWED, True)
    access.put_rule(groupware, author, "os", "Android 6*", "block")
    access.put_rule(groupware, author, "agent", "Outlook-*", "quarantine")
    return made


def _contacts() -> list[dict[str, Any]]:
    return [
        {
            "first_name": first,
            "last_name": last,
            "email1": f"{first}.{last}@example.org".lower().replace(" ", "").replace("á", "a"),
            "mobile_phone": f"+39 055 555 02{number:02}",
            **({"company_name": company, "job_title": job} if company else {}),
        }
        for number, (first, last, company, job) in enumerate(PEOPLE)
    ]


def _portrait() -> bytes:
    """A sunset, as PNG: a line of pixels for each of its height (RFC 2083)."""
    size = 72
    lines = (b"\0" + bytes((230 - line, 120 + line, 90 + line)) * size for line in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _events(today: date) -> list[dict[str, Any]]:
    first = today.replace(day=1)
    return [
        {
            "subject": subject,
            "when": _at(first + timedelta(days=day), hour, minutes),
            **({"location": Location(place)} if place else {}),
        }
        for subject, day, hour, minutes, place in (
            ("Team breakfast", 2, 8, 45, "Bar Centrale"),
            ("Call with Nora about the paper order", 8, 15, 30, ""),
            ("Parents' evening", 10, 19, 90, "School, room 12"),
            ("Accounts", 15, 10, 120, ""),
            ("Theatre", 18, 20, 150, "Teatro della Pergola"),
            ("Train to Bologna", 21, 7, 40, "Santa Maria Novella"),
        )
    ]


def _concerts(today: date) -> list[dict[str, Any]]:
    """What stands in the second calendar: a series, and a concert."""
    first = today.replace(day=1)
    tuesday = first + timedelta(days=(1 - first.weekday()) % 7)
    weekly = Recurrence(WEEKLY, days=weekday_bit(tuesday))
    return [
        {"subject": "Rehearsal", "when": _at(tuesday, 20, 120), "recurrence": weekly},
        {"subject": "Concert", "when": _at(first + timedelta(days=24), 21, 90)},
    ]


def _at(day: date, hour: int, minutes: int) -> Timed:
    start = datetime.combine(day, time(hour))
    return Timed(start, start + timedelta(minutes=minutes), ROME)


def _revise(groupware: Groupware, author: Authorship, id: UUID, *patches: Patch) -> None:
    """One after the other, so that it has had other versions."""
    for patch in patches:
        with groupware.acting(author) as connection:
            use.revise(groupware, connection, use.load(groupware, connection, id), patch)


def _set_aside(groupware: Groupware, author: Authorship, id: UUID) -> UUID:
    edit = uuid4()
    with groupware.acting(groupware.author("device:IPHONE01", "furniture")) as connection:
        item = use.load(groupware, connection, id)
        lost, kept = {"subject": "Dentist, bring the X-ray"}, {"subject": "Dentist"}
        item.set_aside(edit, lost, kept, "both sides changed the same field")
        groupware.save(item)
    return edit


def _strict(groupware: Groupware, author: Authorship) -> UUID:
    """A policy, with somebody under it who has no phone."""
    nora = people.open_account(groupware, author, "nora", "nora@example.org", "Nora Lindqvist")
    strict = people.write_policy(groupware, author, "strict", STRICT)
    people.assign_policy(groupware, author, nora, "strict")
    return strict


def _phones(groupware: Groupware, author: Authorship, account: UUID) -> dict[str, UUID]:
    made = {}
    for number, (device, type, about) in enumerate(PHONES):
        with groupware.acting(groupware.author(f"device:{device}", "furniture")) as connection:
            phone = Partnership.begin(account, device, type)
            phone.describe(about)
            groupware.save(phone)
            seen = author.at - timedelta(days=120 * (number // 2), minutes=7 * number)
            sightings.note_seen(connection, phone.id, seen, type, "16.1")
        made[device] = phone.id
    return made


def _gone(groupware: Groupware, author: Authorship, account: UUID) -> dict[str, UUID]:
    """Somebody whom the tablet added and removed again."""
    tablet = Partnership.id_of(account, "TABLET01")
    by_tablet = replace(author, actor="device:TABLET01", partnership=tablet)
    with groupware.acting(by_tablet) as connection:
        book = items.collection(connection, default_folder(account, CONTACTS))
        assert book is not None
        person = {"first_name": "Ottavio", "last_name": "Neri", "mobile_phone": "+39 055 555 0299"}
        item = use.add(groupware, connection, book, "contacts", person)
        use.revise(groupware, connection, item, {"mobile_phone": "+39 055 555 0300"})
        use.remove(groupware, item)
    return {"gone": item.id}


def _held(groupware: Groupware, account: UUID, made: dict[str, UUID]) -> UUID:
    """What the tablet did so much of at once that nobody believed it."""
    burst, tablet = uuid4(), Partnership.id_of(account, "TABLET01")
    author = groupware.author("device:TABLET01", "furniture", tablet)
    edits = (
        ("Giulia", {"job_title": "?"}),
        ("Nora", {"company_name": "?", "job_title": "?"}),
        ("Beatrice", None),
        ("Tomás", None),
    )
    with groupware.acting(author) as connection:
        for name, patch in edits:
            item = use.load(groupware, connection, made[name])
            edit = HeldEdit(item.edition, patch)
            use.hold(groupware, item, burst, edit, 1, default_folder(account, CONTACTS))
    return burst


def unsound(home: Path, made: dict[str, UUID]) -> None:
    """The store in this home was found to be wrong in every way there is."""
    lunch, phone, calendar = (
        made["Lunch with Ada"],
        made["IPHONE01"],
        default_folder(made["ada"], CALENDAR),
    )
    row = ("id", lunch)
    found = (
        Fault(FILE, said="Tree 41 page 5127 cell 3: Rowid 2412 out of order"),
        Fault(LOG, 12, "changed"),
        Fault(DIFFERS, table="item", key=(row,), about=(lunch,), columns=("uid",), others=3),
        Fault(MISSING, table="change", key=(("collection", 2), ("pos", 7)), about=(lunch,)),
        Fault(MADE_UP, table="partnership", key=(("id", phone),), about=(phone, made["ada"])),
        Fault(ROUND, 9, NO_LATER, phone=phone, folder=calendar, generation=4),
        *(Fault(TABLE, table=f"table_{number}") for number in range(6)),
    )
    proofs.note(Settings(home=home), now(), Report(4120, 30211, found, 97, 2.4))
