"""A contact on the wire, and what a device means by one that it sends (MS-ASCNTC 2.2.2).

Out goes the whole item, never an element newer than the device's version. What comes in is
held against what this device would have been sent for the base of its edit: only the
differences are its edit. So a field it cannot show, a date at its own hour, a smaller photo or
a cut note are no changes, and nothing is cleared that the device never had.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from adapters.eas import birthday, body, picture
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.fields import BY_VERSION, Kind, Row, left_out
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.contact import EMAILS, MESSENGERS, PHONES
from domain.patch import CLEARED, Mark, Values, apply

MOST_ENTRIES: Final = 300
"""How many Category or Child elements a contact may have (MS-ASCNTC 2.2.2.20, 2.2.2.22)."""

NAME_PARTS: Final = ("first_name", "middle_name", "last_name", "suffix")

STAND_INS: Final = ("company_name", *EMAILS, "nickname", *PHONES, *MESSENGERS, "web_page")
"""What a contact without a name is filed under, the best first."""

_BRACKETED = re.compile(r"<([^<>\s]+)>\s*$")


def render(values: Values, dialect: Dialect) -> list[Element]:
    """The children of ApplicationData for a contact, in the order of the table.

    A client that lays them over what it has gets an empty element for each empty field. All
    others replace what they have, and get none: a response has no Categories without a
    Category (MS-ASCNTC 2.2.2.20).
    """
    elements: list[Element] = []
    all_told = dialect.quirks.keeps_what_is_left_out
    for row in BY_VERSION[dialect.version]:
        if all_told or row.field in values or row.kind is Kind.FILE_AS:
            elements += _written(row, values, dialect) or _emptied(row, dialect)
    return elements


def read(data: Element, dialect: Dialect, base: Values | None) -> dict[str, Any]:
    """The patch that a device means by this ApplicationData; `base` is None for an Add.

    Raises Unconvertible for a value that means nothing. Unknown elements are passed over.
    """
    before: Values = {} if base is None else base
    received = {child.name: child for child in reversed(list(data))}
    patch: dict[str, Any] = {}
    for row in BY_VERSION[dialect.version]:
        element = received.get(row.element)
        if element is None and row.field not in before:
            continue
        meant = _meant(row, element, before, dialect)
        if meant is not None:
            patch[row.field] = meant
    return _with_file_as_settled(patch, before)


def automatic_file_as(values: Values) -> str:
    """What a contact is filed under when nobody said so: "Last Suffix, First Middle"."""
    first, middle, last, suffix = (str(values.get(name, "")).strip() for name in NAME_PARTS)
    family = (last, suffix) if last else ()
    given = (first, middle) if last else (first, middle, suffix)
    name = _joined(", ", _joined(" ", *family), _joined(" ", *given))
    known = ((field, values[field].strip()) for field in STAND_INS if field in values)
    stand_ins = (_address(text) if field in EMAILS else text for field, text in known)
    return name or next(filter(None, stand_ins), "")


def _joined(by: str, *parts: str) -> str:
    return by.join(part for part in parts if part)


def _written(row: Row, values: Values, dialect: Dialect) -> list[Element]:
    """The elements of one field, none if it is empty or this device cannot be told."""
    value = values.get(row.field)
    if row.kind is Kind.FILE_AS:
        value = value or automatic_file_as(values)
    return _WRITE[row.kind](row, value, dialect) if value else []


def _emptied(row: Row, dialect: Dialect) -> list[Element]:
    """What stands for an empty field. A FileAs is never empty (it is what a client shows)."""
    if not dialect.quirks.keeps_what_is_left_out or row.kind is Kind.FILE_AS:
        return []
    if row.kind is Kind.BODY:
        return body.empty_body(dialect, "contacts")
    return [E(row.element)]


def _meant(row: Row, element: Element | None, before: Values, dialect: Dialect) -> Any:
    """The new value of one field, CLEARED, or None when the device did not change it."""
    old = before.get(row.field)
    meant = (
        left_out(row, dialect) if element is None else _READ[row.kind](row, element, old, dialect)
    )
    if meant is CLEARED and (old is None or not _written(row, before, dialect)):
        return None
    return meant


def _with_file_as_settled(patch: dict[str, Any], before: Values) -> dict[str, Any]:
    """The patch with a FileAs only where the device gives one of its own.

    An automatic FileAs is not stored, so that it follows the names: the one that comes back,
    the one built from the new names, and a stored one that the names had made.
    """
    stored, given = before.get("file_as"), patch.get("file_as")
    made, remade = automatic_file_as(before), automatic_file_as(apply(before, patch))
    follows = given in (made, remade) if given else stored == made != remade
    if not follows:
        return patch
    settled = {name: value for name, value in patch.items() if name != "file_as"}
    return settled if stored is None else {**settled, "file_as": CLEARED}


def _address(text: str) -> str:
    """The address in `"Name" <address>`, or the text when it is nothing else."""
    found = _BRACKETED.search(text)
    return found[1] if found else text.strip()


def _text(element: Element) -> str:
    """The text of an element, lines ended by LF alone."""
    if element.children:
        raise Unconvertible(f"{element.name} holds elements instead of a text")
    return element.value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _write_text(row: Row, value: str, dialect: Dialect) -> list[Element]:
    """With the line ends of the wire. Blanks alone are no text, out and in."""
    return [E(row.element, value.replace("\n", "\r\n"))] if value.strip() else []


def _write_email(row: Row, value: str, dialect: Dialect) -> list[Element]:
    """As it is stored; 2.5 takes the address only."""
    shown = _address(value) if dialect.version < Version.V12_0 else value
    return _write_text(row, shown, dialect)


def _write_date(row: Row, value: date, dialect: Dialect) -> list[Element]:
    text = birthday.written(value, dialect)
    return [] if text is None else [E(row.element, text)]


def _write_list(row: Row, value: tuple[str, ...], dialect: Dialect) -> list[Element]:
    return [E(row.element, *(E(row.entry, entry) for entry in value[:MOST_ENTRIES]))]


def _write_picture(row: Row, value: bytes, dialect: Dialect) -> list[Element]:
    shown = picture.for_phone(value)
    return [] if shown is None else [E(row.element, picture.encoded(shown))]


def _write_body(row: Row, value: Body, dialect: Dialect) -> list[Element]:
    return body.choose(value, dialect, "contacts")


def _read_text(row: Row, element: Element, old: str | None, dialect: Dialect) -> str | Mark | None:
    text = _text(element)
    if not text.strip():
        return CLEARED
    return None if text == old else text


def _read_email(row: Row, element: Element, old: str | None, dialect: Dialect) -> str | Mark | None:
    """An address alone decides: clients put a name before it or take one away as they like."""
    text = _text(element)
    if not text.strip():
        return CLEARED
    return None if old is not None and _address(text) == _address(old) else text


def _read_date(
    row: Row, element: Element, old: date | None, dialect: Dialect
) -> date | Mark | None:
    text = _text(element)
    day = birthday.understood(text, dialect) if text.strip() else None
    if day is None:
        return CLEARED
    return None if day == old else day


def _read_list(
    row: Row, element: Element, old: tuple[str, ...] | None, dialect: Dialect
) -> tuple[str, ...] | Mark | None:
    """The entries in their order, each once; those beyond what the device was sent stay."""
    children = element.find_all(row.entry)
    if len(children) > MOST_ENTRIES:
        raise Unconvertible(f"{row.element} has more than {MOST_ENTRIES} entries")
    given = tuple(dict.fromkeys(text for child in children if (text := _text(child))))
    sent, unsent = (old or ())[:MOST_ENTRIES], (old or ())[MOST_ENTRIES:]
    if given == sent:
        return None
    return tuple(dict.fromkeys((*given, *unsent))) or CLEARED


def _read_picture(
    row: Row, element: Element, old: bytes | None, dialect: Dialect
) -> bytes | Mark | None:
    """The picture as it came, unless it is the stored one or what was made of it for a phone."""
    if not element.text:
        return None if dialect.quirks.empty_picture_means_keep else CLEARED
    given = picture.decoded(element.text)
    if old is not None and given in (old, picture.for_phone(old)):
        return None
    return given or CLEARED


def _read_body(
    row: Row, element: Element, old: Body | None, dialect: Dialect
) -> Body | Mark | None:
    return body.read(element, old, dialect)


_WRITE: Final[dict[Kind, Callable[[Row, Any, Dialect], list[Element]]]] = {
    Kind.TEXT: _write_text,
    Kind.EMAIL: _write_email,
    Kind.FILE_AS: _write_text,
    Kind.DATE: _write_date,
    Kind.LIST: _write_list,
    Kind.PICTURE: _write_picture,
    Kind.BODY: _write_body,
}

_READ: Final[dict[Kind, Callable[[Row, Element, Any, Dialect], Any]]] = {
    Kind.TEXT: _read_text,
    Kind.EMAIL: _read_email,
    Kind.FILE_AS: _read_text,
    Kind.DATE: _read_date,
    Kind.LIST: _read_list,
    Kind.PICTURE: _read_picture,
    Kind.BODY: _read_body,
}
