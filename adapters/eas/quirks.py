"""What is special about real clients, as a table: a row per habit, recognised by its agent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quirks:
    """The habits that change what we read from a device or write to it."""

    name: str = "ordinary"
    birthday_hour: int = 0
    empty_picture_means_keep: bool = False


ORDINARY = Quirks()
