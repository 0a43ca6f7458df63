"""The form of an appointment: what it shows of one, and the patch that comes of what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from adapters.eas.plain import plain
from app.my import guests, repeating
from app.web.forms import Form
from domain.body import Body
from domain.calendar import Location
from domain.guests import inviting
from domain.patch import CLEARED, OCCURRENCES, Values, apply, difference
from domain.series import carried
from domain.when import AllDay, Timed, When
from domain.zone import Zone
from projections.accounts import AccountRow

ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)
REMINDERS: Final = (0, 5, 10, 15, 30, 60, 120, 1440, 2880)
"""Minutes before the start that are offered."""

LONGEST: Final = 255
TEXTS: Final = (
    *("subject", "location", "text", "reminder", "repeats", "until"),
    *("start_day", "start_time", "end_day", "end_time", "guests", "calendar"),
)


@dataclass(frozen=True)
class EventForm:
    """What stands in the fields. Days and times are as browsers write them; `wrong` tells, for
    each field that cannot be taken, the key of what to say."""

    subject: str = ""
    all_day: bool = False
    start_day: str = ""
    start_time: str = ""
    end_day: str = ""
    end_time: str = ""
    location: str = ""
    reminder: str = ""
    repeats: str = repeating.NEVER
    until: str = ""
    guests: str = ""
    text: str = ""
    calendar: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


def empty(start: datetime) -> EventForm:
    """For a new appointment that begins at `start` and takes an hour."""
    return _timed(EventForm(), start, start + ONE_HOUR)


def shown(values: Values) -> EventForm:
    """What there is of an appointment, in its own zone."""
    when: When = values["when"]
    rule, place = values.get("recurrence"), values.get("location")
    until = repeating.last_day(rule, when)
    form = EventForm(
        subject=values.get("subject", ""),
        location=place.name if place else "",
        reminder=str(values.get("reminder", "")),
        repeats=repeating.choice_of(rule, when),
        until=until.isoformat() if until else "",
        guests=guests.written(guests.of(values)),
        text=text_of(values),
    )
    if isinstance(when, AllDay):
        last = when.end - ONE_DAY
        begin, end = datetime.combine(when.start, time(9)), datetime.combine(last, time(10))
        return replace(_timed(form, begin, end), all_day=True)
    return _timed(form, when.start, when.end)


def typed(form: Form, all_day: bool | None = None) -> EventForm:
    """What was typed; `all_day` where the form did not ask."""
    texts: dict[str, Any] = {name: form.text(name) for name in TEXTS}
    repeats = texts.pop("repeats") or repeating.NEVER
    chosen = form.has("all_day") if all_day is None else all_day
    return replace(EventForm(repeats=repeats, all_day=chosen), **texts)


def patch_of(
    form: EventForm, before: Values, person: AccountRow
) -> tuple[dict[str, Any], EventForm]:
    """What the form changes about an appointment; and the form again, with what is wrong in it."""
    wrong: dict[str, str] = {}
    old = before.get("when")
    zone = old.zone if isinstance(old, Timed) else Zone(person.zone)
    when = _when(form, zone, wrong)
    wanted: dict[str, Any] = {
        "subject": _short(form.subject, "subject", wrong) or CLEARED,
        "location": _location(_short(form.location, "location", wrong), before),
        "body": _body(form.text, before),
        "reminder": _reminder(form.reminder, wrong),
        **_meeting(form.guests, before, person, wrong),
    }
    if when is not None:
        wanted["when"] = when
        wanted["recurrence"] = _rule(form, before, when, wrong)
    if wrong:
        return {}, replace(form, wrong=wrong)
    after = apply(before, wanted)
    if OCCURRENCES in before:
        kept = carried(before, after) if "recurrence" in after else {}
        after = {**after, OCCURRENCES: kept} if kept else _without(after, OCCURRENCES)
    return difference(before, after), form


def _timed(form: EventForm, start: datetime, end: datetime) -> EventForm:
    return replace(
        form,
        start_day=f"{start:%Y-%m-%d}",
        start_time=f"{start:%H:%M}",
        end_day=f"{end:%Y-%m-%d}",
        end_time=f"{end:%H:%M}",
    )


def _when(form: EventForm, zone: Zone, wrong: dict[str, str]) -> When | None:
    """The time that was typed; an end that was left out follows from the start."""
    first = _day(form.start_day, "start_day", wrong)
    last = _day(form.end_day, "end_day", wrong) if form.end_day else first
    if first is None or last is None:
        return None
    try:
        if form.all_day:
            return AllDay(first, last + ONE_DAY)
        begin = _time(form.start_time, "start_time", wrong)
        end = _time(form.end_time, "end_time", wrong) if form.end_time else None
        if begin is None or (form.end_time and end is None):
            return None
        start = datetime.combine(first, begin)
        return Timed(start, datetime.combine(last, end) if end else start + ONE_HOUR, zone)
    except (ValueError, OverflowError):
        wrong["end_day"] = "my.event.wrong.end"
        return None


def _day(text: str, name: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong[name] = "my.event.wrong.day"
        return None


def _time(text: str, name: str, wrong: dict[str, str]) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo or found.microsecond:
        wrong[name] = "my.event.wrong.time"
        return None
    return found


def _short(text: str, name: str, wrong: dict[str, str]) -> str:
    if len(text) > LONGEST or "\n" in text:
        wrong[name] = "my.event.wrong.long"
    return text


def _location(name: str, before: Values) -> object:
    """A place whose name stays keeps what else is known of it."""
    old: Location | None = before.get("location")
    if old is not None and old.name == name:
        return old
    return Location(name) if name else CLEARED


def _body(text: str, before: Values) -> object:
    """A text that was not touched stays what it was, HTML too."""
    old: Body | None = before.get("body")
    if old is not None and text == text_of(before):
        return old
    return Body(text) if text else CLEARED


def _meeting(
    text: str, before: Values, person: AccountRow, wrong: dict[str, str]
) -> dict[str, Any]:
    """Guests that were not touched stay who they are, and so do those of somebody else's."""
    old = guests.of(before)
    if text == guests.written(old) or guests.are_theirs(before):
        return {}
    try:
        named = guests.read(text)
    except guests.NoAddress:
        wrong["guests"] = "my.event.wrong.guests"
        return {}
    nameless = tuple(each for each in old if not each.email)
    return inviting(before, (*nameless, *named), person.mail, person.full_name)


def text_of(values: Values) -> str:
    """The text of an appointment without its HTML."""
    body: Body | None = values.get("body")
    if body is None:
        return ""
    return (plain(body.text) if body.html else body.text).strip()


def _reminder(text: str, wrong: dict[str, str]) -> object:
    if not text:
        return CLEARED
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        wrong["reminder"] = "my.event.wrong.reminder"
        return CLEARED
    return int(text)


def _rule(form: EventForm, before: Values, when: When, wrong: dict[str, str]) -> object:
    """The rule as chosen; one that was not touched stays as it is."""
    old = before.get("recurrence")
    if form.repeats == repeating.NEVER:
        return CLEARED
    if form.repeats == repeating.AS_IS and old is not None:
        return old
    if form.repeats not in repeating.CHOICES:
        wrong["repeats"] = "my.event.wrong.repeats"
        return CLEARED
    until = _day(form.until, "until", wrong) if form.until else None
    if until is not None and until < _date(when.start):
        wrong["until"] = "my.event.wrong.until"
    made = repeating.rule_of(form.repeats, until, when)
    same = old is not None and (form.repeats, until) == (
        repeating.choice_of(old, before["when"]),
        repeating.last_day(old, before["when"]),
    )
    return old if same and when == before["when"] else made


def _date(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _without(values: Values, name: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != name}
