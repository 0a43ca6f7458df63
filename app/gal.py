"""Looking somebody up in the directory, for Search and Find alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from adapters.eas import gal
from adapters.eas.gal import FOUND, PictureWish
from adapters.eas.picture import for_phone
from adapters.wbxml import Element
from app.context import Context
from app.groupware import Groupware
from domain.person import Contact
from projections import directory
from projections.directory import Entry

Found = tuple[dict[str, str], Element | None]
"""What is known about somebody, and the Picture element if photos were asked for."""


@dataclass(frozen=True)
class Page:
    """The results from index `start` on, of `total` that match."""

    results: list[Found]
    start: int
    total: int

    @property
    def range(self) -> str:
        """The indexes that are here; phones need one even where there is nothing."""
        return f"{self.start}-{max(self.start, self.start + len(self.results) - 1)}"


def look_up(context: Context, query: str, start: int, end: int, wish: PictureWish | None) -> Page:
    """A page of those whom the query finds; TooComplex for one of too many words."""
    with context.groupware.reading() as connection:
        entries, total = directory.search(connection, context.account.id, query, start, end)
    pictures = _pictures(context.groupware, entries, wish)
    return Page(list(zip(map(asdict, entries), pictures, strict=True)), start, total)


def _pictures(
    groupware: Groupware, entries: Iterable[Entry], wish: PictureWish | None
) -> Iterable[Element | None]:
    """Photos in the order of the results; the first ones have them (MS-ASCMD 2.2.3.104.3)."""
    given = 0
    elements: list[Element | None] = []
    for entry in entries:
        if wish is None:
            elements.append(None)
            continue
        photo = _photo(groupware, entry.contact) if entry.contact and entry.pictured else None
        status = wish.status(photo, given)
        given += status == FOUND
        elements.append(gal.picture(status, photo))
    return elements


def _photo(groupware: Groupware, contact: UUID) -> bytes | None:
    original = groupware.load(Contact, contact).values.get("picture")
    return for_phone(original) if original else None
