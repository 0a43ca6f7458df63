"""vCard files (2.1, RFC 2426, RFC 6350): read into contacts, written from them in version 3.0.

Version 3.0, because it is the one that everything imports: Outlook and Google Contacts take no
4.0, phones and CRM programs take 3.0 with photos and labels, and 2.1 cannot say `é` plainly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.canonical import content_hash
from adapters.contentlines import (
    BadEntry,
    Component,
    Entry,
    Line,
    NotServed,
    components,
    fold,
    merged,
    spool,
    text_line,
    unfold,
)
from adapters.vcard.card import Card, card
from adapters.vcard.properties import PROPERTIES, meaning
from domain.patch import Values

PRODID = "-//Taccuino//Taccuino//EN"
ONCE = frozenset({"VERSION", "PRODID", "UID", "N", "FN", "BDAY", "PHOTO", "NOTE", "X-EAS-FILEAS"})
_KINDS = frozenset({"VCARD"})
_OF_FILES = ("VERSION", "PRODID", "REV")
_GROUP = ("KIND", "X-ADDRESSBOOKSERVER-KIND")


def read(data: bytes | Iterable[bytes]) -> Iterator[Entry | BadEntry]:
    """The contacts of a .vcf file, and what could not be taken."""
    with spool(data) as file:
        empty = True
        for component in components(unfold(file), _KINDS):
            empty = False
            try:
                yield _entry(component)
            except (ValueError, OverflowError) as error:
                yield BadEntry(component.line, str(error))
        if empty:
            yield BadEntry(1, "this file has no cards")


def _entry(component: Component) -> Entry | BadEntry:
    if component.name != "VCARD":
        return NotServed(component.line, f"{component.name[:40]} is not kept here")
    found = card(component)
    if any(line.name in _GROUP and line.text.strip().lower() == "group" for line in found.lines):
        return NotServed(component.line, "groups are not kept here")
    return Entry(_values(found), component.line)


def _values(found: Card) -> dict[str, object]:
    found.take_all(*_OF_FILES)
    uid = found.take("UID", wanted=lambda each: each.text.strip())
    values: dict[str, object] = {}
    for each in PROPERTIES:
        each.read(found, values)
    if not values:
        raise ValueError("has no name, address or number")
    if foreign := found.foreign():
        values["foreign"] = foreign
    values["uid"] = uid.text.strip() if uid else content_hash(values)[:32]
    return values


def write(items: Iterable[tuple[str, Values]]) -> Iterator[bytes]:
    """A vCard for each item; the name of each stands in for a UID it does not have."""
    for name, values in items:
        yield b"".join(map(fold, _card({"uid": name, **values})))


def _card(values: Values) -> Iterator[str]:
    yield from ("BEGIN:VCARD", "VERSION:3.0", f"PRODID:{PRODID}")
    own: list[tuple[str, Line]] = [("uid", text_line("UID", values["uid"]))]
    own += [line for each in PROPERTIES for line in each.write(values)]
    yield from merged(own, values.get("foreign", ()), meaning, ONCE)
    yield "END:VCARD"


__all__ = ["BadEntry", "Entry", "NotServed", "content_hash", "read", "write"]
