"""Moved and cancelled occurrences of a series survive every edit by every phone (pain 12)."""

from __future__ import annotations

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.patch import CANCELLED
from tests.app.handset import (
    Handset,
    an_event,
    changing,
    commanding,
    daily,
    data_of,
    deleting,
    verbs,
)
from tests.app.house import House, texts


def two_phones(house: House) -> tuple[Handset, Handset, str]:
    """A new and an old phone, and a daily series that both have."""
    new, old = Handset(house), Handset(house, Version.V14_1, device="OLD")
    new.begin(new.calendar)
    id = new.add(new.calendar, *an_event("Standup"), daily())
    old.catch_up(old.calendar)
    return new, old, id


def states(phone: Handset, id: str) -> list[object]:
    return [state for _, state in sorted(phone.values(id).get("occurrences", {}).items())]


def test_what_one_phone_does_to_an_occurrence_reaches_the_other(house: House) -> None:
    new, old, id = two_phones(house)
    edits = [
        changing(id, E("calendar:Subject", "Retro"), instance="20260311T090000Z"),
        deleting(id, instance="20260312T090000Z"),
    ]
    new.told(new.calendar, commanding(*edits))
    (told,) = old.catch_up(old.calendar)
    assert texts(told, "calendar:Subject") == ["Standup", "Retro"]
    assert texts(told, "calendar:ExceptionStartTime") == ["20260311T090000Z", "20260312T090000Z"]
    assert texts(told, "calendar:Deleted") == ["1"]


def test_an_old_phone_that_sends_the_whole_series_back_loses_no_exception(house: House) -> None:
    new, old, id = two_phones(house)
    retro = changing(id, E("calendar:Subject", "Retro"), instance="20260311T090000Z")
    new.told(new.calendar, commanding(retro, deleting(id, instance="20260312T090000Z")))
    (told,) = old.catch_up(old.calendar)
    back = [_renamed(child) for child in data_of(told)]
    assert old.told(old.calendar, commanding(changing(id, *back))) is not None
    assert old.values(id)["subject"] == "Daily"
    assert [s if s is CANCELLED else s["subject"] for s in states(old, id)] == ["Retro", CANCELLED]
    (heard,) = new.catch_up(new.calendar)
    assert texts(heard, "calendar:Subject") == ["Daily", "Retro"]


def _renamed(child: Element) -> Element:
    return E(child.name, "Daily") if child.name == "calendar:Subject" else child


def test_an_exception_that_changes_nothing_but_its_status_keeps_its_title(house: House) -> None:
    new, old, id = two_phones(house)
    busy = changing(id, E("calendar:BusyStatus", 0), instance="20260311T090000Z")
    new.told(new.calendar, commanding(busy))
    (told,) = old.catch_up(old.calendar)
    exception = next(
        e for e in told.find("airsync:ApplicationData") or () if "Exceptions" in e.name
    )
    assert texts(exception, "calendar:Subject") == ["Standup"]


def test_nothing_comes_back_to_whoever_did_it(house: House) -> None:
    new, _, id = two_phones(house)
    new.told(new.calendar, commanding(deleting(id, instance="20260312T090000Z")))
    assert verbs(new.catch_up(new.calendar)) == []
