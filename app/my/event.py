"""/my/calendar/…: one appointment: to look at, to make, to change, to remove."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from adapters.eas.ids import server_id
from app.http import Http
from app.my import belongings, event_form, repeating
from app.my.agenda import Entry
from app.my.event_form import REMINDERS, EventForm
from app.web.visit import Visit
from domain.agenda import Happening, happening
from domain.item import Item
from domain.patch import CANCELLED, OCCURRENCES, Values
from domain.recurrence import Recurrence
from domain.refused import Unknown
from domain.series import original_on
from domain.when import Original, Timed, When
from domain.zone import Zone

KIND: Final = "calendar"
HERE: Final = "/my/calendar"


def look(visit: Visit) -> Http:
    item = belongings.own(visit, KIND)
    found = _happening(item.values, visit.asked("on"))
    rule = item.values.get("recurrence")
    return visit.page(
        "my/event.html",
        entry=Entry(item.id, found, visit.words),
        text=event_form.text_of(found.values),
        repeats=repeating.words_of(rule, item.values["when"], visit.words) if rule else "",
        elsewhere=_elsewhere(found, visit),
        edition=item.edition,
    )


def new(visit: Visit) -> Http:
    return _form(visit, event_form.empty(_start(visit)))


def create(visit: Visit) -> Http:
    typed = event_form.typed(visit.form)
    patch, form = event_form.patch_of(typed, {}, Zone(visit.person.zone))
    if form.wrong:
        return _form(visit, form)
    id = belongings.add(visit, KIND, patch)
    return visit.go(f"{HERE}/{server_id(id)}", said="event_made")


def edit(visit: Visit) -> Http:
    item = belongings.own(visit, KIND)
    return _form(visit, event_form.shown(item.values), item)


def change(visit: Visit) -> Http:
    """What was typed, laid over what the form showed, merged with what came in between."""
    base = belongings.base_of(visit, KIND)
    typed = event_form.typed(visit.form)
    patch, form = event_form.patch_of(typed, base.values, Zone(visit.person.zone))
    if form.wrong:
        return _form(visit, form, base)
    whole = belongings.edit(visit, KIND, base, patch)
    return visit.go(f"{HERE}/{visit.names['id']}", said="saved" if whole else "set_aside")


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


def _form(visit: Visit, form: EventForm, item: Item | None = None) -> Http:
    when: When | None = item.values["when"] if item else None
    rule: Recurrence | None = item.values.get("recurrence") if item else None
    as_is = rule and when and repeating.choice_of(rule, when) == repeating.AS_IS
    return visit.page(
        "my/event_form.html",
        422 if form.wrong else 200,
        form=form,
        item=item,
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
        moment = datetime.fromisoformat(place)
    except ValueError:
        raise Unknown("this is no time of the series") from None
    original = original_on(values, moment.date()) if moment.tzinfo is None else None
    if original is None or values.get(OCCURRENCES, {}).get(original) is CANCELLED:
        raise Unknown("this is no time of the series")
    return original


def _elsewhere(found: Happening, visit: Visit) -> str:
    """The time on the clocks where it takes place, if they show another."""
    when = found.when
    if not isinstance(when, Timed) or not when.zone.name:
        return ""
    if visit.words.here(when).start == when.start:
        return ""
    return f"{when.start:%H:%M} – {when.end:%H:%M}, {when.zone.name.replace('_', ' ')}"
