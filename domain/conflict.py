"""Both edits survive: two edits of one item become one, and what cannot stand is set aside.

A pure function of the common base, the edit at hand, what stands now, and whose value stands
where both touched the same field. Lists merge by the keys of their entries, occurrences by
their original start and then field by field. A deletion beats a change (MS-ASCMD 2.2.3.35).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.fields import Field, Fields
from domain.patch import CANCELLED, CLEARED, INHERITED, OCCURRENCES, Mark, Patch, Values


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
        self.result.lost[name] = value
        self.result.kept[name] = now

    def _take_entries(
        self, name: str, key: Callable[[Any], Hashable], before: Any, mine: Any, now: Any
    ) -> None:
        """Merge two lists that came from one: what either added, removed or altered holds."""
        old, left, right = (_keyed(key, entries) for entries in (before, mine, now))
        merged, collided = dict(right), False
        for each in dict.fromkeys([*old, *left]):
            was, wanted, stands = old.get(each), left.get(each), right.get(each)
            if wanted in (was, stands):
                continue
            collided |= stands != was
            if stands == was or self.mine_wins:
                merged[each] = wanted
        entries = (merged.get(each) for each in _ordered(left, right))
        result = tuple(entry for entry in entries if entry is not None)
        if result != now:
            self.result.patch[name] = result or CLEARED
        if collided:
            self.result.lost[name] = now if self.mine_wins else mine
            self.result.kept[name] = result or CLEARED

    def _take_occurrences(self, edits: Mapping[Any, Any]) -> None:
        before = self.base.get(OCCURRENCES, {})
        now = self.theirs.get(OCCURRENCES, {})
        merge = _Merge(before, now, CLEARED, {}, self.mine_wins)
        for original, edit in edits.items():
            was, stands = before.get(original), now.get(original)
            if stands == was or edit is CANCELLED:
                merge.result.patch[original] = edit
            elif stands is CANCELLED:
                merge.result.lost[original], merge.result.kept[original] = edit, CANCELLED
            elif isinstance(edit, Mapping) and isinstance(stands, Mapping):
                self._take_override(merge.result, original, was, edit, stands)
            elif edit != (CLEARED if stands is None else stands):
                merge.collide(original, edit, CLEARED if stands is None else stands)
        for part, whole in _parts(merge.result, self.result):
            if part:
                whole[OCCURRENCES] = part

    def _take_override(
        self, result: Resolution, original: Any, was: Any, edit: Patch, stands: Values
    ) -> None:
        """Two overrides of one occurrence, field by field; what is absent follows the series."""
        base = was if isinstance(was, Mapping) else {}
        merge = _Merge(base, stands, INHERITED, self._latest_only(), self.mine_wins)
        for name, value in edit.items():
            merge.take(name, value)
        for part, whole in _parts(merge.result, result):
            if part:
                whole[original] = part

    def _latest_only(self) -> Fields:
        return {name: rule for name, rule in self.fields.items() if rule.latest}


def _is_latest(rule: Field | None, value: Any, now: Any) -> bool:
    marks = isinstance(value, Mark) or isinstance(now, Mark)
    return rule is not None and rule.latest and not marks


def _keyed(key: Callable[[Any], Hashable], entries: Any) -> dict[Hashable, Any]:
    return {} if isinstance(entries, Mark) else {key(entry): entry for entry in entries}


def _ordered(*orders: Iterable[Hashable]) -> Iterable[Hashable]:
    """All keys, in the order of the first list that has them."""
    return dict.fromkeys(key for order in orders for key in order)


def _parts(inner: Resolution, outer: Resolution) -> Iterable[tuple[dict[Any, Any], dict[Any, Any]]]:
    return (
        (inner.patch, outer.patch),
        (inner.lost, outer.lost),
        (inner.kept, outer.kept),
    )
