"""Forgetting a person: the key is destroyed, and with it every reading of what was sealed."""

from __future__ import annotations

from uuid import UUID

from adapters.store.keyring import Keyring
from app import items as use
from app.composition import CODEC
from app.groupware import Groupware
from domain.base import Authorship
from projections import attempts, codes, items, notices, recorded, relations, schema
from projections.rebuild import rebuild


def erase(groupware: Groupware, keyring: Keyring, author: Authorship, subject: UUID) -> list[UUID]:
    """Destroy the key of a contact or an account, for ever; the appointments a contact was
    linked to, which may still mention the person.

    All rows are folded anew, so that they hold no more than the log still tells. Phones are told
    that the contact is gone.
    """
    with groupware.acting(author) as connection:
        mentioning = relations.appointments_of(connection, subject)
        row = items.item(connection, subject)
        if row is not None and not row.removed:
            use.remove(groupware, use.load(groupware, connection, subject))
        attempts.forget(connection, subject)
        codes.forget(connection, subject)
        notices.forget(connection, subject)
        recorded.forget(connection, subject)
        keyring.erase(subject)
        rebuild(groupware, connection, schema.create, schema.projectors(CODEC))
    return mentioning
