"""Both edits survive: two edits of one item become one, and what cannot stand is set aside.

A pure function of the common base, the edit at hand, what stands now, and whose value stands
where both touched the same field. Lists merge by the keys of their entries, occurrences by
their original start and then field by field. A deletion beats a change (MS-ASCMD 2.2.3.35).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.fields import Fields
from domain.patch import CANCELLED, CLEARED, INHERITED, OCCURRENCES, Patch, Values


@dataclass
class Resolution:
    """`patch` makes the merged item of what stands; `lost` are values that gave way, `kept`
    those that stand in their place, both by field."""

    patch: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)


def resolve(
    fields: Fields, base: Values, mine: Patch, theirs: Values, mine_wins: bool = False
) -> Resolution:
    """Lay the edit `mine`, made on `base`, over `theirs`, which stands now."""
    resolution = Resolution()
    for name, value in mine.items():
        if name == OCCURRENCES and value is not CLEARED:
            _occurrences(fields, base, value, theirs, mine_wins, resolution)
        else:
            key = fields[name].key if name in fields else None
            _field(name, key, base, value, theirs, mine_wins, resolution)
    return resolution


def _field(
    name: str,
    key: Callable[[Any], Hashable] | None,
    base: Values,
    value: Any,
    theirs: Values,
    mine_wins: bool,
    resolution: Resolution,
) -> None:
    before, now = base.get(name, CLEARED), theirs.get(name, CLEARED)
    if value == now:
        return
    if now == before or before == value:
        resolution.patch[name] = value
    elif key is not None:
        _entries(name, key, before, value, now, mine_wins, resolution)
    else:
        _collide(name, value, now, mine_wins, resolution)


def _collide(name: str, value: Any, now: Any, mine_wins: bool, resolution: Resolution) -> None:
    if mine_wins:
        resolution.patch[name] = value
        value, now = now, value
    resolution.lost[name] = value
    resolution.kept[name] = now


def _entries(
    name: str,
    key: Callable[[Any], Hashable],
    before: Any,
    mine: Any,
    now: Any,
    mine_wins: bool,
    resolution: Resolution,
) -> None:
    """Merge two lists that came from one: what either added, removed or altered holds."""
    old, left, right = (_keyed(key, entries) for entries in (before, mine, now))
    merged = dict(right)
    collided = False
    for each in old.keys() | left.keys():
        was, wanted, stands = old.get(each), left.get(each), right.get(each)
        if wanted in (was, stands):
            continue
        if stands == was or (mine_wins and stands != was):
            collided |= stands != was
            _put(merged, each, wanted)
        else:
            collided = True
    result = tuple(_in_order(merged, left, right))
    if result != now:
        resolution.patch[name] = result or CLEARED
    if collided:
        resolution.lost[name] = now if mine_wins else mine
        resolution.kept[name] = result or CLEARED


def _keyed(key: Callable[[Any], Hashable], entries: Any) -> dict[Hashable, Any]:
    return {} if entries is CLEARED else {key(entry): entry for entry in entries}


def _put(merged: dict[Hashable, Any], key: Hashable, entry: Any) -> None:
    if entry is None:
        merged.pop(key, None)
    else:
        merged[key] = entry


def _in_order(merged: dict[Hashable, Any], *orders: Mapping[Hashable, Any]) -> list[Any]:
    """The order of the first list that has an entry."""
    ordered = dict.fromkeys(key for order in orders for key in order if key in merged)
    return [merged[key] for key in ordered]


def _occurrences(
    fields: Fields,
    base: Values,
    edits: Mapping[Any, Any],
    theirs: Values,
    mine_wins: bool,
    resolution: Resolution,
) -> None:
    before, now = base.get(OCCURRENCES, {}), theirs.get(OCCURRENCES, {})
    patch, lost, kept = {}, {}, {}
    for original, edit in edits.items():
        was, stands = before.get(original), now.get(original)
        if stands == was or edit is CANCELLED:
            patch[original] = edit
        elif stands is CANCELLED:
            lost[original], kept[original] = edit, CANCELLED
        elif edit is CLEARED or stands is None or not isinstance(stands, Mapping):
            _collide_occurrence(original, edit, stands, mine_wins, patch, lost, kept)
        else:
            inner = _override(fields, was, edit, stands, mine_wins)
            for part, whole in ((inner.patch, patch), (inner.lost, lost), (inner.kept, kept)):
                if part:
                    whole[original] = part
    for part, target in (
        (patch, resolution.patch),
        (lost, resolution.lost),
        (kept, resolution.kept),
    ):
        if part:
            target[OCCURRENCES] = part


def _override(
    fields: Fields, was: Any, edit: Patch, stands: Mapping[str, Any], mine_wins: bool
) -> Resolution:
    """Two overrides of one occurrence, field by field; what is absent follows the series."""
    base = was if isinstance(was, Mapping) else {}
    resolution = Resolution()
    for name, value in edit.items():
        before, now = base.get(name, INHERITED), stands.get(name, INHERITED)
        if value == now:
            continue
        if now == before:
            resolution.patch[name] = value
        else:
            _collide(name, value, now, mine_wins, resolution)
    return resolution


def _collide_occurrence(
    original: Any,
    edit: Any,
    stands: Any,
    mine_wins: bool,
    patch: dict[Any, Any],
    lost: dict[Any, Any],
    kept: dict[Any, Any],
) -> None:
    state = CLEARED if stands is None else stands
    if edit == state:
        return
    if mine_wins:
        patch[original] = edit
        edit, state = state, edit
    lost[original], kept[original] = edit, state
