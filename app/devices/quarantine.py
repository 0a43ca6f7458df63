"""Items that a phone chokes on: offered to it again when an administrator says so."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from app import items as use
from app.composition import CODEC
from app.engine.conversation import Conversation
from app.groupware import Groupware
from domain.item import Echo
from domain.refused import Unknown
from projections.items import CollectionRow


def release(
    groupware: Groupware,
    connection: sqlite3.Connection,
    partnership: UUID,
    collection: CollectionRow,
    item: UUID,
) -> None:
    """Offer the whole item to the phone once more; Unknown if it was not kept from it."""
    conversation = Conversation(groupware, connection, partnership, collection, CODEC)
    kept, newest = conversation.quarantine.get(item.bytes), conversation.newest()
    if kept is None or newest is None:
        raise Unknown(f"the phone is not spared the item {item}")
    line, _ = newest
    conversation.release(line, item)
    held = kept.reduced or (kept.held and kept.line == line.name)
    released = use.load(groupware, connection, item)
    released.reoffer("released", Echo(line.name, False, None if held else False), collection.id)
    groupware.save(released)
