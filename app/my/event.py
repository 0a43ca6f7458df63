"""/my/calendar/…: one appointment: to look at, to make, to change, to remove."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from adapters.ids import server_id, uuid_of
from app.http import Http
from app.my import belongings, event_form, guests, repeating
from app.my.agenda import Entry, place_text
from app.my.event_form import REMINDERS, EventForm
from app.web.visit import Visit
from domain.agenda import Happening, exception, happening, taking_place
from domain.item import Item
from domain.patch import CANCELLED, OCCURRENCES, Values
from domain.recurrence import Recurrence
from domain.refused import Unknown
from domain.when import AllDay, Original, Timed, When

KIND: Final = "calendar"
HERE: Final = "/my/calendar"


def look(visit: Visit) -> Http:
    item = belongings.own(visit, KIND)
    found = _happening(item.values, visit.asked("on"))
    rule = item.values.get("recurrence")
    return visit.page(
        "my/event.html",
        entry=Entry(item.id, found, visit.words),
        calendar=_calendar_name(visit, item),
        text=event_form.text_of(found.values),
        repeats=repeating.words_of(rule, item.values["when"], visit.words) if rule else "",
        elsewhere=_elsewhere(found, visit),
        edition=item.edition,
    )


def new(visit: Visit) -> Http:
    return _form(visit, event_form.empty(_start(visit)))


def create(visit: Visit) -> Http:
    typed = event_form.typed(visit.form)
    patch, form = event_form.patch_of(typed, {}, visit.person)
    if form.wrong:
        return _form(visit, form)
    id = belongings.add(visit, KIND, patch, uuid_of(form.calendar))
    return visit.go(f"{HERE}/{server_id(id)}", said="event_made")


def edit(visit: Visit) -> Http:
    """The whole of it; or, with `on`, one time of a series."""
    item, place = belongings.own(visit, KIND), visit.asked("on")
    if not place:
        form = replace(event_form.shown(item.values), calendar=server_id(item.collection))
        return _form(visit, form, item)
    once = happening(item.values, _original(item.values, place))
    return _form(visit, event_form.shown(once.values), item, once)


def change(visit: Visit) -> Http:
    """What was typed, laid over what the form showed, merged with what came in between."""
    base = belongings.base_of(visit, KIND)
    if visit.form.text("on"):
        return _change_once(visit, base, visit.form.text("on"))
    typed = event_form.typed(visit.form)
    patch, form = event_form.patch_of(typed, base.values, visit.person)
    if form.wrong:
        return _form(visit, form, base)
    whole = belongings.edit(visit, KIND, base, patch, uuid_of(form.calendar))
    return visit.go(f"{HERE}/{visit.names['id']}", said="saved" if whole else "set_aside")


def _change_once(visit: Visit, base: Item, place: str) -> Http:
    """As `change`, of one time of a series; it stays of whole days, or of hours."""
    original = _original(base.values, place)
    once = happening(base.values, original)
    typed = event_form.typed(visit.form, isinstance(once.when, AllDay))
    patch, form = event_form.patch_of(typed, once.values, visit.person)
    if form.wrong:
        return _form(visit, form, base, once)
    if "recurrence" not in belongings.own(visit, KIND).values:
        raise Unknown("it is no series any more")
    whole = belongings.edit(visit, KIND, base, exception(base.values, original, patch))
    if not whole:
        return visit.go(HERE, said="set_aside")
    return visit.go(f"{HERE}/{visit.names['id']}?on={place_text(original)}", said="saved")


def remove(visit: Visit) -> Http:
    """The whole of it; or, with `on`, one time of a series."""
    place = visit.form.text("on")
    if not (place and visit.form.has("once")):
        belongings.remove(visit, KIND)
        return visit.go(HERE, said="event_removed")
    item = belongings.own(visit, KIND)
    original = _original(item.values, place)
    belongings.edit(visit, KIND, item, {OCCURRENCES: {original: CANCELLED}})
    return visit.go(HERE, said="occurrence_removed")


def _form(
    visit: Visit, form: EventForm, item: Item | None = None, once: Happening | None = None
) -> Http:
    values = once.values if once else item.values if item else {}
    when: When | None = values.get("when")
    rule: Recurrence | None = values.get("recurrence")
    as_is = rule and when and repeating.choice_of(rule, when) == repeating.AS_IS
    return visit.page(
        "my/event_form.html",
        422 if form.wrong else 200,
        form=form,
        item=item,
        on=place_text(once.original) if once else "",
        once=once and Entry(item.id, once, visit.words) if item else None,
        calendars=[] if once else belongings.folders_of(visit, KIND),
        theirs=guests.are_theirs(values),
        reminders=REMINDERS,
        choices=(repeating.NEVER, *repeating.CHOICES),
        as_is=repeating.words_of(rule, when, visit.words) if rule and when and as_is else "",
        foreign=isinstance(when, Timed) and when.zone.name != visit.person.zone,
        zone=when.zone.name.replace("_", " ") if isinstance(when, Timed) else "",
    )


def _start(visit: Visit) -> datetime:
    """The next full hour; or on the day that is asked for, in the morning."""
    here = visit.now.astimezone(visit.words.clocks).replace(tzinfo=None)
    try:
        day = date.fromisoformat(visit.asked("day"))
    except ValueError:
        day = here.date()
    if day != here.date():
        return datetime.combine(day, time(9))
    return here.replace(minute=0, second=0, microsecond=0, fold=0) + timedelta(hours=1)


def _happening(values: Values, place: str) -> Happening:
    """The time that is asked for; of a series the first one otherwise."""
    if "recurrence" not in values:
        return Happening(None, values)
    if place:
        return happening(values, _original(values, place))
    return Happening(None, values)


def _original(values: Values, place: str) -> Original:
    """A place of a series that is not cancelled; Unknown if it is none."""
    try:
        original = taking_place(values, datetime.fromisoformat(place).date())
    except ValueError:
        original = None
    if original is None:
        raise Unknown("this is no time of the series")
    return original


def _calendar_name(visit: Visit, item: Item) -> str:
    """In which calendar it is, where somebody has several."""
    calendars = belongings.folders_of(visit, KIND)
    names = [each.name for each in calendars if each.id == item.collection]
    return names[0] if names and len(calendars) > 1 else ""


def _elsewhere(found: Happening, visit: Visit) -> str:
    """The time on the clocks where it takes place, if they show another."""
    when = found.when
    if not isinstance(when, Timed) or not when.zone.name:
        return ""
    if visit.words.here(when).start == when.start:
        return ""
    return f"{when.start:%H:%M} – {when.end:%H:%M}, {when.zone.name.replace('_', ' ')}"
