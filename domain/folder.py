"""Folders: items of the one collection that is a person's hierarchy (MS-ASCMD 2.2.3.186.3)."""

from __future__ import annotations

from uuid import UUID, uuid5

from domain.base import known_as
from domain.fields import NUMBER, TEXT, Field, Fields
from domain.item import Begun, Item, Moved, Removed, Restored, Revised

GENERIC, INBOX, DRAFTS, TRASH, SENT, OUTBOX = 1, 2, 3, 4, 5, 6
CALENDAR, CONTACTS = 8, 9
USER_MAIL, USER_CALENDAR, USER_CONTACTS = 12, 13, 14

KINDS = {
    CALENDAR: "calendar",
    USER_CALENDAR: "calendar",
    CONTACTS: "contacts",
    USER_CONTACTS: "contacts",
}
"""What a folder of this type holds; other types are listed and stay empty."""

CREATABLE = frozenset({GENERIC, USER_MAIL, USER_CALENDAR, USER_CONTACTS})
"""The types a phone may make; those of classes not served yet are refused."""

DEFAULTS: dict[int, str] = {
    CALENDAR: "Calendar",
    CONTACTS: "Contacts",
    INBOX: "Inbox",
    DRAFTS: "Drafts",
    TRASH: "Deleted Items",
    SENT: "Sent Items",
    OUTBOX: "Outbox",
}
"""What enabling ActiveSync makes, by type. Phones look for the mail folders; they stay empty."""

FIELDS: Fields = {"name": TEXT, "type": NUMBER, "parent": Field(UUID)}


def hierarchy_of(account: UUID) -> UUID:
    """The collection whose items are this person's folders."""
    return uuid5(account, "hierarchy")


def default_folder(account: UUID, type: int) -> UUID:
    """The id of a person's default folder of this type."""
    return uuid5(account, f"folder:{type}")


class FolderMade(Begun):
    TOPIC = "folder.made"


class FolderRevised(Revised):
    TOPIC = "folder.revised"


class FolderRemoved(Removed):
    TOPIC = "folder.removed"


class FolderRestored(Restored):
    TOPIC = "folder.restored"


class FolderMoved(Moved):
    TOPIC = "folder.moved"


class Folder(Item):
    """`values` are `name`, `type` and, unless at the root, `parent`."""

    begun = FolderMade
    revised = FolderRevised
    removed_ = FolderRemoved
    restored = FolderRestored
    moved = FolderMoved


known_as(FolderMade, FolderRevised, FolderRemoved, FolderRestored, FolderMoved)
