"""Where an appointment is: a text up to 14.1, a container since 16.0 (MS-ASAIRS 2.2.2.28)."""

from __future__ import annotations

from typing import Any

from adapters.eas.calendar_forms import Form, Scope
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.wbxml import E, Element
from domain.calendar import Location
from domain.patch import CLEARED

TEXTS = {
    "annotation": "airsyncbase:Annotation",
    "street": "airsyncbase:Street",
    "city": "airsyncbase:City",
    "state": "airsyncbase:State",
    "country": "airsyncbase:Country",
    "postal_code": "airsyncbase:PostalCode",
    "uri": "airsyncbase:LocationUri",
}

NUMBERS = {
    "latitude": "airsyncbase:Latitude",
    "longitude": "airsyncbase:Longitude",
    "accuracy": "airsyncbase:Accuracy",
    "altitude": "airsyncbase:Altitude",
    "altitude_accuracy": "airsyncbase:AltitudeAccuracy",
}


def display_name(place: Location) -> str:
    """What a phone shows of a place: its name, else its address in one line."""
    address = (place.street, place.postal_code, place.city, place.state, place.country)
    return place.name or ", ".join(part for part in address if part)


class PlaceName(Form):
    """Up to 14.1: a new text is a new place, so the old address and position go with the old."""

    def read(self, element: Element, scope: Scope) -> Any:
        return Location(name=element.value) if element.value else CLEARED

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, display_name(value))]


class Place(Form):
    """Since 16.0: replaced as a whole; without anything in it there is no place."""

    def read(self, element: Element, scope: Scope) -> Any:
        parts: dict[str, Any] = {n: element.text_of(tag, "") for n, tag in TEXTS.items()}
        parts |= {n: _number(element.text_of(tag, "")) for n, tag in NUMBERS.items()}
        place = Location(element.text_of("airsyncbase:DisplayName", ""), **parts)
        return CLEARED if place == Location() else place

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        parts = [E("airsyncbase:DisplayName", display_name(value))]
        parts += [
            E(tag, getattr(value, name)) for name, tag in TEXTS.items() if getattr(value, name)
        ]
        parts += [
            E(tag, repr(getattr(value, name)))
            for name, tag in NUMBERS.items()
            if getattr(value, name) is not None
        ]
        return [E(tag, *parts)]


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        raise Unconvertible(f"{text[:20]!r} is not a position") from None
    if found - found != 0:
        raise Unconvertible("a position is finite")
    return found
