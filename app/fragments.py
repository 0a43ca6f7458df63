"""Items as they travel, kept for the next phone that speaks the same dialect.

A cache of one process, bounded in bytes: an item at an edition is the same bytes for everybody
who wants it in the same form (DESIGN section 3).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from adapters.eas.dialect import Dialect
from adapters.wbxml import Fragment

MOST_BYTES: Final = 64 * 2**20
OVERHEAD: Final = 200
"""What a fragment costs beside its bytes."""

Form = tuple[str, Dialect, bool, bool]
"""Kind, dialect, whether reduced, whether the phone has an earlier edition."""


class Fragments:
    """The least used are let go when there are too many."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._forms: dict[Form, int] = {}
        self._kept: OrderedDict[tuple[int, bytes, int], Fragment] = OrderedDict()
        self.size = 0

    def form(self, form: Form) -> int:
        """A number for the form, so that it is compared once and not for each item."""
        return self._forms.setdefault(form, len(self._forms))

    def find(self, form: int, item: bytes, edition: int) -> Fragment | None:
        key = (form, item, edition)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, form: int, item: bytes, edition: int, fragment: Fragment) -> None:
        self._kept[form, item, edition] = fragment
        self.size += len(fragment.data) + OVERHEAD
        while self.size > self._most:
            _, oldest = self._kept.popitem(last=False)
            self.size -= len(oldest.data) + OVERHEAD
