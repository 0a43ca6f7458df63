"""The value records that may stand in the log, each under a short name that never changes.

A record is stored as its fields by name, defaults left out. So a new field with a default needs
nothing here; renaming or dropping one would need the events that hold it to be upcast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.recurrence import Recurrence
from domain.round import Reach, Verdict, Wishes
from domain.when import AllDay, Timed
from domain.zone import Turn, Zone, ZoneRule


@dataclass(frozen=True)
class Record:
    """How one class of values is taken apart and put together."""

    name: str
    cls: type[Any]
    fields: tuple[str, ...]
    required: frozenset[str]
    defaults: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, value_class: type[Any]) -> Record:
        defaults = {f.name: f.default for f in fields(value_class) if f.default is not MISSING}
        names = tuple(f.name for f in fields(value_class))
        return cls(name, value_class, names, frozenset(names) - defaults.keys(), defaults)

    def take_apart(self, value: object) -> dict[str, Any]:
        """The fields of `value` in the order of its class, without those at their default."""
        parts = ((name, getattr(value, name)) for name in self.fields)
        return {name: part for name, part in parts if not self._is_default(name, part)}

    def put_together(self, parts: Mapping[str, Any]) -> Any:
        """The value as it was stored.

        It was checked when it came in and is not checked again: zone data and rules change,
        and what was once written must be readable for ever.
        """
        if lost := self.required - parts.keys():
            raise ValueError(f"{self.name} lacks {', '.join(sorted(lost))}")
        if strange := parts.keys() - self.fields:
            raise ValueError(f"{self.name} does not know {', '.join(sorted(strange))}")
        value = object.__new__(self.cls)
        for name, part in {**self.defaults, **parts}.items():
            object.__setattr__(value, name, part)
        return value

    def _is_default(self, name: str, part: object) -> bool:
        default = self.defaults.get(name, MISSING)
        return type(part) is type(default) and part == default


BY_NAME: dict[str, Record] = {}
BY_CLASS: dict[type[Any], Record] = {}


def register(name: str, value_class: type[Any]) -> None:
    """Let values of `value_class` into the log as `name`, once and for ever."""
    if name in BY_NAME or value_class in BY_CLASS:
        raise ValueError(f"{name} or {value_class.__name__} is registered already")
    BY_NAME[name] = BY_CLASS[value_class] = Record.of(name, value_class)


register("all-day", AllDay)
register("attachment", Attachment)
register("attendee", Attendee)
register("body", Body)
register("location", Location)
register("reach", Reach)
register("recurrence", Recurrence)
register("timed", Timed)
register("turn", Turn)
register("verdict", Verdict)
register("wishes", Wishes)
register("zone", Zone)
register("zone-rule", ZoneRule)
