"""What has to give way is set aside, so that it can be shown and restored."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

from adapters.store.keyring import Erased
from app.groupware import Groupware
from domain.item import Item
from domain.patch import Patch


def set_aside(groupware: Groupware, item: Item, lost: Patch, kept: Patch, reason: str) -> None:
    """Keep what lost, once; nothing is kept of a person who was forgotten."""
    if lost and lost not in item.aside.values():
        item.set_aside(uuid4(), lost, kept, reason)
        with suppress(Erased):
            groupware.save(item)
