"""Up to where each phone is known to have no news, so that its own edits are looked at once.

A cache of one process: what is not here is looked up again (DESIGN law 13).
"""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

from projections.synckey import SyncKey

MOST = 100_000
Place = tuple[UUID, UUID]


class Settled:
    """By phone and collection: the key in use, and the position up to which nothing is news."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[Place, tuple[SyncKey, int]] = OrderedDict()

    def upto(self, place: Place, key: SyncKey) -> int:
        """The position noted for this very key, 0 if there is none."""
        known = self._known.get(place)
        return known[1] if known and known[0] == key else 0

    def note(self, place: Place, key: SyncKey, position: int) -> None:
        self._known[place] = (key, position)
        self._known.move_to_end(place)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
