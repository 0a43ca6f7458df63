"""Both edits survive: two edits of one item become one, and what cannot stand is set aside.

A pure function of the common base, the edit at hand, what stands now, and whose value stands
where both touched the same field. Lists merge by the keys of their entries, occurrences by
their original start and then field by field. A cancelled occurrence beats a changed one, as a
deletion beats a change (MS-ASCMD 2.2.3.35).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.fields import Field, Fields
from domain.patch import (
    CANCELLED,
    CLEARED,
    INHERITED,
    OCCURRENCES,
    Mark,
    Patch,
    Values,
    apply_occurrences,
)


@dataclass
class Resolution:
    """`patch` makes the merged item of what stands; `lost` are values that gave way, `kept`
    those that stand in their place, both by field: `lost` is the patch that would undo it.

    `overruled` says that something of the edit at hand gave way.
    """

    patch: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    overruled: bool = False


def resolve(
    fields: Fields, base: Values, mine: Patch, theirs: Values, mine_wins: bool = False
) -> Resolution:
    """Lay the edit `mine`, made on `base`, over `theirs`, which stands now."""
    merge = _Merge(base, theirs, CLEARED, fields, mine_wins)
    for name, value in mine.items():
        merge.take(name, value)
    return merge.result


@dataclass
class _Merge:
    """Takes one field after the other. `absent` is what a patch says where there is no value."""

    base: Mapping[Any, Any]
    theirs: Mapping[Any, Any]
    absent: Mark
    fields: Fields
    mine_wins: bool
    result: Resolution = field(default_factory=Resolution)

    def take(self, name: Any, value: Any) -> None:
        rule = self.fields.get(name)
        before, now = self.base.get(name, self.absent), self.theirs.get(name, self.absent)
        if value in (before, now):
            return
        if name == OCCURRENCES and isinstance(value, Mapping):
            self._take_occurrences(value)
        elif now == before:
            self.result.patch[name] = value
        elif _is_latest(rule, value, now):
            self.result.patch[name] = max(value, now)
        elif rule and rule.key:
            self._take_entries(name, rule.key, before, value, now)
        else:
            self.collide(name, value, now)

    def collide(self, name: Any, value: Any, now: Any) -> None:
        if self.mine_wins:
            self.result.patch[name] = value
            value, now = now, value
        self.set_aside(name, value, now, overruled=not self.mine_wins)

    def set_aside(self, name: Any, lost: Any, kept: Any, overruled: bool) -> None:
        self.result.lost[name], self.result.kept[name] = lost, kept
        self.result.overruled |= overruled

    def _take_entries(
        self, name: str, key: Callable[[Any], Hashable], before: Any, mine: Any, now: Any
    ) -> None:
        """Merge two lists that came from one: what either added, removed or altered holds."""
        old, left, right = (_keyed(key, entries) for entries in (before, mine, now))
        preferring_mine, preferring_theirs, collided = dict(right), dict(right), False
        for each in dict.fromkeys([*old, *left]):
            was, wanted, stands = old.get(each), left.get(each), right.get(each)
            if wanted in (was, stands):
                continue
            collided |= stands != was
            preferring_mine[each] = wanted
            if stands == was:
                preferring_theirs[each] = wanted
        ours, others = (_entries(m, left, right) for m in (preferring_mine, preferring_theirs))
        stands, loses = (ours, others) if self.mine_wins else (others, ours)
        if stands != now:
            self.result.patch[name] = stands
        if collided:
            self.set_aside(name, loses, stands, overruled=not self.mine_wins)

    def _take_occurrences(self, edits: Mapping[Any, Any]) -> None:
        before = self.base.get(OCCURRENCES, {})
        now = self.theirs.get(OCCURRENCES, {})
        merge = _Merge(before, now, CLEARED, {}, self.mine_wins)
        after = apply_occurrences(before, edits)
        for original, edit in edits.items():
            was, stands, wanted = (each.get(original, CLEARED) for each in (before, now, after))
            if wanted in (was, stands):
                continue
            if stands == was:
                merge.result.patch[original] = edit
            elif wanted is CANCELLED:
                merge.result.patch[original] = CANCELLED
                merge.set_aside(original, stands, CANCELLED, overruled=False)
            elif stands is CANCELLED:
                merge.set_aside(original, wanted, CANCELLED, overruled=True)
            elif isinstance(wanted, Mapping) and isinstance(stands, Mapping):
                self._take_override(merge.result, original, was, edit, stands)
            else:
                merge.collide(original, wanted, stands)
        _hand_up(OCCURRENCES, merge.result, self.result)

    def _take_override(
        self, result: Resolution, original: Any, was: Any, edit: Patch, stands: Values
    ) -> None:
        """Two overrides of one occurrence, field by field; what is absent follows the series."""
        base = was if isinstance(was, Mapping) else {}
        merge = _Merge(base, stands, INHERITED, self._latest_only(), self.mine_wins)
        for name, value in edit.items():
            merge.take(name, value)
        _hand_up(original, merge.result, result)

    def _latest_only(self) -> Fields:
        return {name: rule for name, rule in self.fields.items() if rule.latest}


def _is_latest(rule: Field | None, value: Any, now: Any) -> bool:
    marks = isinstance(value, Mark) or isinstance(now, Mark)
    return rule is not None and rule.latest and not marks


def _keyed(key: Callable[[Any], Hashable], entries: Any) -> dict[Hashable, Any]:
    return {} if isinstance(entries, Mark) else {key(entry): entry for entry in entries}


def _entries(merged: Mapping[Hashable, Any], *orders: Iterable[Hashable]) -> Any:
    """What is left of a list, in the order of the first list that has an entry."""
    ordered = dict.fromkeys(key for order in orders for key in order)
    return tuple(merged[key] for key in ordered if merged.get(key) is not None) or CLEARED


def _hand_up(name: Any, inner: Resolution, outer: Resolution) -> None:
    """What became of the parts of a field."""
    outer.overruled |= inner.overruled
    for part, whole in (
        (inner.patch, outer.patch),
        (inner.lost, outer.lost),
        (inner.kept, outer.kept),
    ):
        if part:
            whole[name] = part
