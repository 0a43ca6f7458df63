"""What has to give way is set aside, so that it can be shown and restored."""

from __future__ import annotations

from contextlib import suppress

from adapters.store.keyring import Erased
from app import chance
from app.groupware import Groupware
from domain.item import Item
from domain.patch import Patch


def set_aside(groupware: Groupware, item: Item, lost: Patch, kept: Patch, reason: str) -> None:
    """Keep what lost, once; nothing is kept of a person who was forgotten."""
    if lost and lost not in item.aside.values():
        item.set_aside(chance.identity("edit"), lost, kept, reason)
        with suppress(Erased):
            groupware.save(item)
