"""LOCATION, GEO and what vendors say about a place ↔ Location (MS-ASAIRS 2.2.2.28)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import isfinite
from typing import Any

from adapters.contentlines import Line, text_line
from adapters.ical.people import Own
from adapters.ical.pool import Pool
from domain.calendar import Location

PLACE = {
    "DisplayName": "name",
    "LocationAnnotation": "annotation",
    "LocationStreet": "street",
    "LocationCity": "city",
    "LocationState": "state",
    "LocationCountry": "country",
    "LocationPostalCode": "postal_code",
    "LocationUri": "uri",
    "Latitude": "latitude",
    "Longitude": "longitude",
    "Accuracy": "accuracy",
    "Altitude": "altitude",
    "AltitudeAccuracy": "altitude_accuracy",
}
"""What an entry of Outlook's X-MICROSOFT-LOCATIONS holds → Location."""

_NUMBERS = frozenset(field.name for field in fields(Location) if field.default is None)
_APPLE_POINT = re.compile(r"geo:(-?[\d.]+),(-?[\d.]+)")


def read_place(pool: Pool, values: dict[str, Any]) -> None:
    """LOCATION is the name; GEO and the vendors' properties tell the rest of the same place."""
    name = pool.text("LOCATION")
    parts: dict[str, Any] = _point(pool)
    structured = pool.take("X-MICROSOFT-LOCATIONS", lambda line: _structured(line, name))
    if structured:
        parts |= _structured(structured, name)
    if name or parts:
        values["location"] = Location(**{"name": name, **parts})


def _point(pool: Pool) -> dict[str, Any]:
    if geo := pool.take("GEO", lambda line: _coordinates(line.value.split(";"))):
        return _coordinates(geo.value.split(";"))
    for line in pool.lines:
        if line.name == "X-APPLE-STRUCTURED-LOCATION":
            found = _APPLE_POINT.match(line.value)
            return _coordinates(list(found.groups())) if found else {}
    return {}


def _coordinates(numbers: list[str]) -> dict[str, Any]:
    try:
        latitude, longitude = map(float, numbers)
    except ValueError:
        return {}
    sensible = isfinite(latitude) and isfinite(longitude)
    return {"latitude": latitude, "longitude": longitude} if sensible else {}


def _structured(line: Line, name: str) -> dict[str, Any]:
    """The parts of the first place in X-MICROSOFT-LOCATIONS, if it is the one in LOCATION."""
    try:
        places = json.loads(line.text)
    except (ValueError, RecursionError):
        return {}
    place = places[0] if isinstance(places, list) and places else None
    if not isinstance(place, dict) or place.get("DisplayName", "") != name:
        return {}
    return {
        field: value
        for key, field in PLACE.items()
        if (value := _part(place.get(key), field in _NUMBERS)) not in ("", None)
    }


def _part(value: object, number: bool) -> str | float | None:
    if not number:
        return value if isinstance(value, str) else None
    sensible = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if sensible and abs(value) < 1e12 else None  # type: ignore[arg-type]


def write_place(values: Mapping[str, Any]) -> Iterator[Own]:
    place = values.get("location")
    if not place:
        return
    if place.name:
        yield "location", text_line("LOCATION", place.name)
    if place.latitude is not None and place.longitude is not None:
        yield "location", Line("GEO", f"{place.latitude!r};{place.longitude!r}")
    said = {"name", "latitude", "longitude"}
    if any(getattr(place, part) not in ("", None) for part in PLACE.values() if part not in said):
        parts = {key: getattr(place, part) for key, part in PLACE.items()}
        told = {key: value for key, value in parts.items() if value is not None}
        yield "location", text_line("X-MICROSOFT-LOCATIONS", json.dumps([told]))
