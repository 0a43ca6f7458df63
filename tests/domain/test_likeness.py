"""Two items are alike if a person would take them for the same thing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.likeness import LOOKED_AT, likeness
from domain.when import AllDay, Timed
from domain.zone import Zone

ROME, LONDON = Zone("Europe/Rome"), Zone("Europe/London")
DAY = AllDay(date(2026, 3, 2), date(2026, 3, 3))
TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ELEVEN = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Watched(dict[str, Any]):
    """Values that know which of them were looked at."""

    def __init__(self, **values: Any) -> None:
        super().__init__(values)
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(name)
        return super().get(name, default)


@pytest.mark.parametrize(
    "values",
    [
        Watched(subject="Dentist", when=DAY),
        Watched(first_name="Ada", email1="ada@example.org", mobile_phone="1"),
        Watched(mobile_phone="1"),
    ],
    ids=["event", "person", "number"],
)
def test_nothing_is_looked_at_but_what_is_said_to_be(values: Watched) -> None:
    likeness("calendar" if "when" in values else "contacts", values)
    assert values.seen
    assert values.seen <= LOOKED_AT


def event(subject: str = "Dentist", when: Any = DAY, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "when": when, **more}


def person(**values: str) -> dict[str, Any]:
    return {"first_name": "Ada", "last_name": "Rossi", **values}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("calendar", event(), event(location="elsewhere", reminder=15, uid="u")),
        ("calendar", event("Dentist  today"), event(" dentist TODAY")),
        (
            "calendar",
            event(when=Timed.at(TEN, ELEVEN, ROME)),
            event(when=Timed.at(TEN, ELEVEN, LONDON)),
        ),
        ("calendar", {"when": DAY}, {"when": DAY, "subject": " "}),
        ("contacts", person(), person(mobile_phone="1", birthday=date(1980, 1, 1))),
        ("contacts", person(email1="a@x.org"), person(email2='"Ada R." <A@X.ORG>')),
        (
            "contacts",
            person(email1="a@x.org", email2="b@x.org"),
            person(email1="b@x.org", email2="a@x.org"),
        ),
        ("contacts", {"mobile_phone": "+39 06 1"}, {"mobile_phone": "39-061"}),
    ],
)
def test_alike(kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert likeness(kind, one) is not None
    assert likeness(kind, one) == likeness(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("calendar", event(), event("Doctor")),
        ("calendar", event(), event(when=AllDay(date(2026, 3, 2), date(2026, 3, 4)))),
        ("calendar", event(), event(when=Timed.at(TEN, ELEVEN, ROME))),
        ("calendar", event(when=Timed.at(TEN, TEN, ROME)), event(when=Timed.at(TEN, ELEVEN, ROME))),
        ("contacts", person(), person(first_name="Eva")),
        ("contacts", person(email1="a@x.org"), person(email1="b@x.org")),
        ("contacts", person(), person(company_name="Rossi Ltd")),
        ("contacts", {"mobile_phone": "061"}, {"mobile_phone": "062"}),
        ("contacts", {"mobile_phone": "061"}, {"home_phone": "061"}),
    ],
)
def test_not_alike(kind: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert likeness(kind, one) != likeness(kind, other)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("calendar", {"subject": "No day"}),
        ("contacts", {}),
        ("contacts", {"job_title": "Astronomer"}),
        ("contacts", {"first_name": "  "}),
        ("folder", {"name": "Calendar"}),
    ],
)
def test_what_has_nothing_to_go_by_is_like_nothing(kind: str, values: dict[str, Any]) -> None:
    assert likeness(kind, values) is None
