"""A series, its exceptions and commands about one occurrence, for tests of both dialects."""

from __future__ import annotations

from itertools import count
from typing import Any

from adapters.eas.calendar import Reading, read_instance
from adapters.eas.dialect import Dialect
from adapters.wbxml import E, Element
from domain.when import Timed
from tests.wire.calendar_cases import (
    ROME,
    at,
    data,
    edited,
    shown,
)

WEDNESDAY, NEXT_MONDAY = at(9, 10), at(14, 10)
WEDNESDAY_TEXT, NEXT_MONDAY_TEXT = "20260909T080000Z", "20260914T080000Z"
MOVED = Timed(at(10, 15), at(10, 16), ROME)


def instance(
    values: dict[str, Any], device: Dialect, text: str, *news: Element, delete: bool = False
) -> Reading:
    """A Change, or Delete, with this InstanceId."""
    numbers = count(1)
    request = None if delete else data(*news)
    return read_instance(request, text, device, values, lambda: f"file-{next(numbers)}")


def exception(text: str, *news: Element) -> Element:
    return E("calendar:Exception", E("calendar:ExceptionStartTime", text), *news)


def with_exceptions(
    values: dict[str, Any], device: Dialect, *exceptions: Element
) -> dict[str, Any]:
    """The patch of an older phone that sends the series with these exceptions."""
    return edited(values, device, E("calendar:Exceptions", *exceptions))


def sent_exceptions(values: dict[str, Any], device: Dialect) -> list[Element]:
    container = shown(values, device).find("calendar:Exceptions")
    return container.find_all("calendar:Exception") if container is not None else []


def texts(element: Element) -> dict[str, str]:
    return {child.name.partition(":")[2]: child.value for child in element}
