"""A contact's life: a person in somebody's address book, with a key of their own."""

from __future__ import annotations

from uuid import UUID

from domain.base import known_as
from domain.item import Begun, Item, Moved, Removed, Restored, Revised


class ContactAdded(Begun):
    TOPIC = "contact.added"


class ContactRevised(Revised):
    TOPIC = "contact.revised"


class ContactRemoved(Removed):
    TOPIC = "contact.removed"


class ContactRestored(Restored):
    TOPIC = "contact.restored"


class ContactMoved(Moved):
    TOPIC = "contact.moved"


class Contact(Item):
    """One person in an address book. Erasing that person destroys this one key."""

    begun = ContactAdded
    revised = ContactRevised
    removed_ = ContactRemoved
    restored = ContactRestored
    moved = ContactMoved

    @staticmethod
    def subject_of(id: UUID, owner: UUID) -> UUID:
        return id


known_as(ContactAdded, ContactRevised, ContactRemoved, ContactRestored, ContactMoved)
