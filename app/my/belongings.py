"""What is somebody's own: their folders, and an item of theirs."""

from __future__ import annotations

from uuid import UUID

from app import items as use
from app.composition import CODEC
from app.web.visit import Visit
from domain.folder import CALENDAR, CONTACTS, default_folder
from domain.item import Item
from domain.kinds import KINDS
from domain.patch import Patch, Values
from domain.refused import Refused, Unknown
from projections import folders, items
from projections.folders import FolderRow

DEFAULT = {"calendar": CALENDAR, "contacts": CONTACTS}


class NoFolder(Refused):
    """The person has no calendar or address book yet: it comes with being enabled."""


def folders_of(visit: Visit, kind: str) -> list[FolderRow]:
    """The person's folders of a kind, the default one first."""
    with visit.site.groupware.reading() as connection:
        found = folders.folders(connection, CODEC, visit.person.id)
    return [folder for folder in found if folder.kind == kind]


def has_folder(visit: Visit, kind: str) -> bool:
    return bool(folders_of(visit, kind))


def own(visit: Visit, kind: str, edition: int | None = None) -> Item:
    """The item in the address, as it stands or stood; Unknown if it is not the reader's."""
    with visit.site.groupware.reading() as connection:
        row = items.item(connection, visit.id)
        if row is None or row.kind != kind or row.removed:
            raise Unknown("there is no such item")
        item = visit.site.groupware.load(KINDS[kind].aggregate, row.id, edition)
    if item.owner != visit.person.id:
        raise Unknown("there is no such item")
    return item


def add(visit: Visit, kind: str, values: Values, folder: UUID | None = None) -> UUID:
    """A new item in one of the person's folders of its kind, the default one unless another is
    named."""
    if folder is not None:
        _expect_own(visit, kind, folder)
    folder = folder or default_folder(visit.person.id, DEFAULT[kind])
    with visit.site.groupware.acting(visit.author) as connection:
        collection = items.collection(connection, folder)
        if collection is None:
            raise NoFolder("you have no folder for this yet")
        return use.add(visit.site.groupware, connection, collection, kind, values).id


def edit(visit: Visit, kind: str, base: Item, patch: Patch, folder: UUID | None = None) -> bool:
    """The patch on `base`, merged with what others did since; False if a part was set aside. It
    moves if a folder is named that is not the one it was in."""
    groupware = visit.site.groupware
    if folder is not None:
        _expect_own(visit, kind, folder)
    with groupware.acting(visit.author) as connection:
        whole = use.edit(groupware, connection, own(visit, kind), base, patch)
        item = own(visit, kind)
        if folder not in (None, base.collection, item.collection):
            use.move(groupware, item, folder)
    return whole


def _expect_own(visit: Visit, kind: str, folder: UUID) -> None:
    if folder not in {each.id for each in folders_of(visit, kind)}:
        raise Unknown("you have no such folder")


def remove(visit: Visit, kind: str) -> None:
    with visit.site.groupware.acting(visit.author):
        use.remove(visit.site.groupware, own(visit, kind))


def base_of(visit: Visit, kind: str) -> Item:
    """The item as the form showed it."""
    text = visit.form.text("edition")
    now = own(visit, kind)
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) > now.edition:
        raise Unknown("it never was like this")
    return own(visit, kind, max(1, int(text)))
