"""What a phone did since a moment, undone: for one that has lost its mind, or its owner.

Nothing is taken out of the log. What it removed is brought back, what it added is taken away, what
it edited or moved is put back; and what others have done to the same things since then stands.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from app import items as use
from app.groupware import Groupware
from domain.base import Authorship
from domain.conflict import resolve
from domain.folder import Folder
from domain.item import Begun, Item, ItemEvent, Moved, Removed, Revised
from domain.kinds import kind_of
from domain.patch import Patch, difference
from projections.devices import PartnershipRow

CHUNK: Final = 25
"""So many items are one transaction: other phones are not kept waiting."""

Deed = Begun | ItemEvent


def undo(
    groupware: Groupware, author: Authorship, phone: PartnershipRow, since: datetime
) -> Counter[str]:
    """How many items were brought back, taken away, and put back."""
    tally: Counter[str] = Counter()
    deeds = _deeds(groupware, phone, since)
    ids = list(deeds)
    for start in range(0, len(ids), CHUNK):
        with groupware.acting(author) as connection:
            for id in ids[start : start + CHUNK]:
                tally.update(set(_undone(groupware, connection, id, deeds[id])))
    return tally


def _deeds(groupware: Groupware, phone: PartnershipRow, since: datetime) -> dict[UUID, list[Deed]]:
    """What the phone did to each item, the last first; it takes a look at the whole log."""
    found: dict[UUID, list[Deed]] = {}
    with groupware.reading():
        for _, event in groupware.replay(after=phone.created):
            theirs = isinstance(event, Deed) and event.partnership == phone.id
            if theirs and event.timestamp >= since:
                found.setdefault(event.originator_id, []).insert(0, event)
    return found


def _undone(
    groupware: Groupware, connection: sqlite3.Connection, id: UUID, deeds: list[Deed]
) -> Iterator[str]:
    """What is done about one item, in words. Of folders only a removal is undone."""
    item = use.load(groupware, connection, id)
    if isinstance(deeds[-1], Begun):
        if not item.removed and not isinstance(item, Folder) and _is_own(groupware, deeds[-1]):
            use.remove(groupware, item)
            yield "taken away"
        return
    for deed in deeds:
        if isinstance(deed, Removed) and item.edition == deed.originator_version:
            use.restore(groupware, item)
            yield "brought back"
        elif item.removed or isinstance(item, Folder):
            continue
        elif isinstance(deed, Moved) and item.collection == deed.collection:
            use.move(groupware, item, deed.source)
            yield "put back"
        elif isinstance(deed, Revised) and (patch := _undoing(groupware, item, deed)):
            use.revise(groupware, connection, item, patch)
            yield "put back"


def _is_own(groupware: Groupware, begun: Begun) -> bool:
    """Whether nobody but the phone has edited what it added."""
    edits = groupware.events.get(begun.originator_id)
    return all(e.partnership == begun.partnership for e in edits if isinstance(e, Revised))


def _undoing(groupware: Groupware, item: Item, deed: Revised) -> Patch:
    """What puts an edit back, but for the fields that others have changed since."""
    version = deed.originator_version
    before, after = (
        groupware.load(type(item), item.id, at).values for at in (version - 1, version)
    )
    fields = kind_of(type(item)).fields
    return resolve(fields, after, difference(after, before), item.values).patch
