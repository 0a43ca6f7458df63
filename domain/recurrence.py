"""How a series repeats (MS-ASCAL 2.2.2.37), and which rules make sense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH = 0, 1, 2, 3, 5, 6


@dataclass(frozen=True)
class Recurrence:
    """`days` is a bit mask from Sunday = 1; `week` 5 is the last; `until` is inclusive.

    `until` is a date for all-day series and an instant (UTC) for timed ones. With `count` an
    `until` means nothing (MS-ASCAL 2.2.2.31) and is not kept.
    """

    kind: int
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    days: int | None = None
    day_of_month: int | None = None
    week: int | None = None
    month: int | None = None
    calendar_type: int | None = None
    leap_month: bool | None = None
    first_day: int | None = None
