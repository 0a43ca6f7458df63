"""`taccuino import`: a calendar or address book from a file, as often as one likes.

An entry that is in the folder already (by its UID) is changed where the file says something
else; what the file does not speak of stays. So the same file a second time changes nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import IO, Any, Final

import click

from adapters import ical, vcard
from adapters.contentlines import BadEntry, Entry, NotServed, spool
from app import items as use
from app.cli.house import House, in_house
from app.cli.types import folder_option, user_option
from app.composition import CODEC
from domain.item import Item
from domain.kinds import KINDS
from domain.patch import CLEARED, OCCURRENCES, Patch, Values, apply, difference
from domain.refused import Refused
from domain.zone import Zone
from projections import items
from projections.accounts import AccountRow
from projections.folders import FolderRow
from projections.items import CollectionRow

CHUNK: Final = 25
"""So many entries are one transaction: phones are not kept waiting."""

LONG: Final = 2000
"""Lines from which on a bar shows how far it is."""

BEGINS: Final = {b"BEGIN:VCALENDAR": "calendar", b"BEGIN:VCARD": "contacts"}
SUFFIXES: Final = {".ics": "calendar", ".vcf": "contacts"}
SERIES: Final = ("recurrence", OCCURRENCES)
NAMES: Final = ("uid", "client_uid", "stamp")

Said = Entry | BadEntry


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@user_option
@folder_option
@in_house
def import_(house: House, file: str, user: str, folder: str | None) -> None:
    """Import the .ics or .vcf FILE (- for standard input) into a folder.

    What cannot be taken is reported with its line, and the rest goes in.
    """
    account = house.account(user)
    with click.open_file(file, "rb") as data, spool(data) as whole:
        kind = kind_of(whole, file)
        target = house.folder(account, folder, kind)
        tally: Counter[str] = Counter()
        with _progress(whole) as advance:
            for entries in _chunks(_watched(read(whole, kind, account), advance)):
                tally += take(house, target, entries)
    words = ("added", "changed", "unchanged", "not taken", "not kept here")
    click.echo(
        ", ".join(f"{tally[word]} {word}" for word in words if tally[word] or word == "added")
    )
    if tally["not taken"]:
        raise click.ClickException(f"{tally['not taken']} entries could not be taken")


def kind_of(file: IO[bytes], name: str) -> str:
    """What is in a file, by its first line and else by the end of its name."""
    file.seek(0)
    head = file.read(4096).upper()
    file.seek(0)
    for begin, kind in BEGINS.items():
        if begin in head:
            return kind
    for suffix, kind in SUFFIXES.items():
        if name.lower().endswith(suffix):
            return kind
    raise click.UsageError("this is neither an .ics nor a .vcf file")


def read(file: IO[bytes], kind: str, account: AccountRow) -> Iterator[Said]:
    if kind == "contacts":
        return vcard.read(file)
    zone = Zone(account.zone)
    today = datetime.now(zone.tzinfo).date()
    return ical.read(file, zone=zone, today=today, addresses=(account.mail,))


def take(house: House, folder: FolderRow, entries: Iterable[Said]) -> Counter[str]:
    """Put some entries into a folder, in one transaction; how many of each came out."""
    tally: Counter[str] = Counter()
    with house.groupware.acting(house.author) as connection:
        collection = items.collection(connection, folder.id)
        assert collection is not None, "a folder is listed with its collection"
        for entry in entries:
            if isinstance(entry, BadEntry):
                _report(entry.line, entry.reason)
                tally["not kept here" if isinstance(entry, NotServed) else "not taken"] += 1
                continue
            for note in entry.notes:
                _report(entry.line, note)
            try:
                tally[_put(house, collection, folder.kind, entry.values)] += 1
            except Refused as refused:
                _report(entry.line, str(refused))
                tally["not taken"] += 1
    return tally


def _put(house: House, collection: CollectionRow, kind: str, values: Values) -> str:
    """Add an entry, or change the item that it is; in a word what it came to."""
    with house.groupware.acting(house.author) as connection:
        named, _ = items.twins(connection, collection.number, kind, values)
        if not named:
            use.add(house.groupware, connection, collection, kind, values)
            return "added"
        before = CODEC.decode(named[0].value)
        if ical.content_hash(before) == ical.content_hash(values):
            return "unchanged"
        item: Item = house.groupware.load(KINDS[kind].aggregate, named[0].id)
        edition = item.edition
        use.revise(house.groupware, connection, item, said(before, values))
        return "changed" if item.edition != edition else "unchanged"


def said(before: Values, values: Values) -> Patch:
    """What a file says of an item. A rule it does not have is gone: a time without one is single.

    Names stay as they are, and so does everything else it does not speak of.
    """
    told: dict[str, Any] = {name: value for name, value in values.items() if name not in NAMES}
    if "when" in told:
        told = {**{name: CLEARED for name in SERIES if name in before}, **told}
    after = apply({name: v for name, v in before.items() if name not in SERIES}, told)
    return difference(before, after)


def _report(line: int, reason: str) -> None:
    click.echo(f"line {line}: {' '.join(reason.split())}", err=True)


def _chunks(entries: Iterator[Said]) -> Iterator[list[Said]]:
    """Read outside of the transaction, so that it is short."""
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def _watched(entries: Iterator[Said], advance: Callable[[int], None]) -> Iterator[Said]:
    for entry in entries:
        advance(entry.line)
        yield entry


@contextmanager
def _progress(file: IO[bytes]) -> Iterator[Callable[[int], None]]:
    """Told the line that is being read, shows on a terminal how far it is."""
    lines = sum(1 for _ in file)
    file.seek(0)
    if lines < LONG or not sys.stderr.isatty():
        yield lambda line: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("importing", total=lines)
        yield lambda line: bar.update(task, completed=line)
