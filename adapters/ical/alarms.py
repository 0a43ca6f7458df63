"""VALARM (RFC 5545 3.6.6) ↔ the one reminder of Exchange, minutes before the start.

Of the alarms that ring at or before the start the earliest is the reminder; all others are
foreign. What the reminder's own alarm says besides is kept as an alarm without a TRIGGER, which
no file has, and gets one again when it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.contentlines import Line, escape
from adapters.ical.pool import Block, Pool
from adapters.ical.times import Clocks, Moment, read_duration, read_time
from domain.when import Timed, When, instant

_SEEN = frozenset({"DISPLAY", "AUDIO"})
_PLAIN = frozenset({"ACTION", "DESCRIPTION"})
_LONGEST = 10 * 366 * 24 * 60


def read_reminder(pool: Pool, values: dict[str, Any]) -> None:
    """Take the alarm that is the reminder. If all ring later, the reminder is at the start."""
    pool.blocks = [block for block in pool.blocks if not _is_mute(block)]
    single = not any(line.name == "RRULE" for line in pool.lines)
    found = [
        (minutes, block)
        for block in pool.blocks
        if (minutes := _minutes(block, values["when"], single, pool.clocks)) is not None
    ]
    if not found:
        return
    minutes, block = max(found, key=lambda pair: pair[0])
    values["reminder"] = max(minutes, 0)
    if minutes >= 0:
        pool.blocks.remove(block)
        rest = replace(block, lines=tuple(x for x in block.lines if x.name != "TRIGGER"))
        action = rest.first("ACTION")
        if {line.name for line in rest.lines} - _PLAIN or (action and action.value != "DISPLAY"):
            pool.kept.append(str(rest))


def _is_mute(block: Block) -> bool:
    return block.name == "VALARM" and block.first("TRIGGER") is None


def _minutes(block: Block, when: When, single: bool, clocks: Clocks) -> int | None:
    """Minutes before the start at which a person sees or hears this alarm."""
    action, trigger = block.first("ACTION"), block.first("TRIGGER")
    if block.name != "VALARM" or trigger is None:
        return None
    if action and action.value.strip().upper() not in _SEEN:
        return None
    try:
        before = _before_start(trigger, when, single, clocks)
    except ValueError:
        return None
    return before if before is not None and abs(before) <= _LONGEST else None


def _before_start(trigger: Line, when: When, single: bool, clocks: Clocks) -> int | None:
    """An alarm at one instant belongs to no start in particular of a series."""
    if trigger.param("VALUE").upper() != "DATE-TIME":
        ahead = -read_duration(trigger.value)
        if trigger.param("RELATED").upper() == "END":
            ahead -= _length(when)
        return ahead // timedelta(minutes=1)
    moment = read_time(trigger.value, trigger.param("TZID"), clocks)
    if not (single and isinstance(moment, Moment) and isinstance(when, Timed)):
        return None
    return (when.start_instant - instant(moment.wall, moment.zone.tzinfo)) // timedelta(minutes=1)


def _length(when: When) -> timedelta:
    return (
        when.end_instant - when.start_instant if isinstance(when, Timed) else when.end - when.start
    )


def write_reminder(values: Mapping[str, Any], foreign: list[str]) -> Iterator[str]:
    """The lines of the reminder's alarm, and `foreign` without what was kept for it."""
    kept = [entry for entry in foreign if is_kept(entry)]
    foreign[:] = [entry for entry in foreign if entry not in kept]
    if "reminder" not in values:
        return
    trigger = f"TRIGGER:-PT{values['reminder']}M"
    if kept:
        begin, *lines = kept[0].split("\n")
        yield from (begin, trigger, *lines)
        return
    text = escape(values.get("subject", "")) or "Reminder"
    yield from ("BEGIN:VALARM", "ACTION:DISPLAY", trigger, f"DESCRIPTION:{text}", "END:VALARM")


def is_kept(entry: str) -> bool:
    """Whether a foreign entry is what the reminder's alarm says besides its time."""
    return entry.startswith("BEGIN:VALARM\n") and "\nTRIGGER" not in entry
