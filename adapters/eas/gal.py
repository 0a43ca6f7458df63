"""Somebody in the directory as a phone reads it (MS-ASCMD 2.2.3.139), and which part is asked for.

Search and Find differ in the names around, not in what is said about a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.eas.picture import encoded
from adapters.wbxml import E, Element

PROPERTIES: Final = {
    "DisplayName": "display_name",
    "Phone": "phone",
    "Office": "office",
    "Title": "title",
    "Company": "company",
    "Alias": "alias",
    "FirstName": "first_name",
    "LastName": "last_name",
    "HomePhone": "home_phone",
    "MobilePhone": "mobile_phone",
    "EmailAddress": "email",
}
ALWAYS: Final = {"FirstName"}
"""Nokias show nothing without it; everything else is left out when empty."""

FOUND, NO_PICTURE, TOO_LARGE, LIMIT_REACHED = 1, 173, 174, 175
LARGEST_PICTURE: Final = 100 * 1024
LAST_INDEX: Final = 999
DEFAULT_END: Final = 99


@dataclass(frozen=True)
class PictureWish:
    """How large a photo may be, in bytes, and how many there may be."""

    max_size: int = LARGEST_PICTURE
    max_pictures: int = LAST_INDEX + 1

    def status(self, picture: bytes | None, given: int) -> int:
        """What becomes of a photo after so many others (MS-ASCMD 2.2.3.104)."""
        if picture is None:
            return NO_PICTURE
        if len(picture) > self.max_size:
            return TOO_LARGE
        return FOUND if given < self.max_pictures else LIMIT_REACHED


class BadOption(ValueError):
    """A range or a limit that is none."""


def properties(page: str, facts: Mapping[str, str], picture: Element | None = None) -> Element:
    """The Properties element of one result of Search or Find."""
    elements = (
        E(f"gal:{name}", facts[key])
        for name, key in PROPERTIES.items()
        if facts[key] or name in ALWAYS
    )
    return E(f"{page}:Properties", *elements, picture)


def picture(status: int, data: bytes | None) -> Element:
    content = E("gal:Data", encoded(data)) if status == FOUND and data else None
    return E("gal:Picture", E("gal:Status", status), content)


def read_range(options: Element | None, page: str) -> tuple[int, int]:
    """First and last index asked for, both included (MS-ASCMD 2.2.3.143)."""
    text = options.text_of(f"{page}:Range") if options is not None else None
    if text is None:
        return 0, DEFAULT_END
    match = re.fullmatch(r"\s*([0-9]{1,3})-([0-9]{1,3})\s*", text, re.ASCII)
    if match is None or int(match[1]) > int(match[2]):
        raise BadOption(text)
    return int(match[1]), int(match[2])


def read_picture(options: Element | None, page: str) -> PictureWish | None:
    """Whether photos are wanted, and how many of which size; iOS asks with an empty element."""
    wish = options.find(f"{page}:Picture") if options is not None else None
    if wish is None:
        return None
    size = _limit(wish.text_of(f"{page}:MaxSize"), LARGEST_PICTURE)
    number = _limit(wish.text_of(f"{page}:MaxPictures"), LAST_INDEX + 1)
    return PictureWish(size, number)


def _limit(text: str | None, largest: int) -> int:
    if text is None:
        return largest
    if not re.fullmatch(r"\s*[0-9]{1,10}\s*", text, re.ASCII):
        raise BadOption(text)
    return min(int(text), largest)
