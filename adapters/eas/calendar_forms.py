"""How the plain elements of the Calendar class are written and read, one form per kind of value.

A form reads an element to a value or CLEARED and writes a value to elements. What is empty is
cleared; what is not of its kind makes the item mean nothing (Status 6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.moments import compact, parse_moment
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import CLEARED
from domain.when import Instant, When

MOST_CATEGORIES = 300


@dataclass(frozen=True)
class Scope:
    """What a form may have to know of the item it reads a part of.

    `base` is what the device was sent, empty for an Add; `last_day` is the date that an Until
    means. New attachments are noted in `attached` as (ClientId, reference).
    """

    dialect: Dialect
    base: Mapping[str, Any]
    when: When
    organizer: str
    last_day: Callable[[Instant], date]
    new_reference: Callable[[], str]
    attached: list[tuple[str, str]] = field(default_factory=list)


class Form:
    """A kind of value; the plain one is text.

    A `relative` form compares with the base itself, and reads None where nothing changed.
    """

    relative: ClassVar[bool] = False

    def read(self, element: Element, scope: Scope) -> Any:
        return element.value or CLEARED

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, value)]

    def blank(self, tag: str, dialect: Dialect) -> list[Element]:
        """What says that there is no value."""
        return [E(tag)]

    def same(self, mine: Any, theirs: Any, scope: Scope) -> bool:
        """Both mean the same to a person."""
        return bool(mine == theirs)


def number(text: str, lowest: int, highest: int) -> int:
    """A decimal number within its bounds; anything else is refused."""
    if not re.fullmatch(r"-?[0-9]{1,10}", text.strip()):
        raise Unconvertible(f"{text[:20]!r} is not a number")
    found = int(text)
    if not lowest <= found <= highest:
        raise Unconvertible(f"{found} is not between {lowest} and {highest}")
    return found


def moment_in(element: Element | None) -> Instant | None:
    """The instant in an element, None where there is none or it says "no date"."""
    return parse_moment(element.value) if element is not None and element.value else None


def flag(element: Element | None) -> bool:
    """A boolean (MS-ASDTYPE 2.1): a tag without content means yes, no tag means no."""
    if element is None:
        return False
    words = {"": True, "1": True, "true": True, "0": False, "false": False}
    try:
        return words[element.value.strip().lower()]
    except KeyError:
        raise Unconvertible(f"{element.value[:20]!r} is neither yes nor no") from None


@dataclass(frozen=True)
class Number(Form):
    """A number from `lowest` to `highest`, of which only the bits of `mask` mean anything."""

    lowest: int
    highest: int
    mask: int = -1

    def read(self, element: Element, scope: Scope) -> Any:
        if not element.value:
            return CLEARED
        found = number(element.value, self.lowest, self.highest)
        return found & self.mask if found > 0 else found


class Busy(Number):
    """BusyStatus: below 16.0 nobody knows "elsewhere" and "unknown" (MS-ASCAL 2.2.2.9)."""

    OLDER: ClassVar[dict[int, int]] = {4: 0, -1: 1}

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        known = value if dialect.version >= Version.V16_0 else self.OLDER.get(value, value)
        return [E(tag, known)]


class Flag(Form):
    def read(self, element: Element, scope: Scope) -> Any:
        return flag(element)


class Moment(Form):
    def read(self, element: Element, scope: Scope) -> Any:
        return moment_in(element) or CLEARED

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, compact(value))]


class Token(Form):
    """ClientUid: some phones end it with a NUL."""

    def read(self, element: Element, scope: Scope) -> Any:
        return element.value.replace("\0", "") or CLEARED


class Categories(Form):
    """Free words in the order of the person who gave them (MS-ASCAL 2.2.2.11).

    Those beyond what a device is sent stay.
    """

    def read(self, element: Element, scope: Scope) -> Any:
        words = [child.value for child in element.find_all("calendar:Category") if child.value]
        if len(words) > MOST_CATEGORIES:
            raise Unconvertible(f"more than {MOST_CATEGORIES} categories")
        unsent = scope.base.get("categories", ())[MOST_CATEGORIES:]
        return tuple(dict.fromkeys((*words, *unsent))) or CLEARED

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, *(E("calendar:Category", word) for word in value[:MOST_CATEGORIES]))]
