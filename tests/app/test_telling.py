"""Every event can be told: as a sentence in both languages, and as data."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.ids import server_id
from adapters.wbxml import E
from app import erasure, i18n, links
from app.log import history
from app.log.data import entry_data, plain
from app.log.history import FAMILIES, event_kinds, family_of
from app.log.telling import Teller
from app.web.words import Words
from domain.calendar import Attendee, Location
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import DAILY, Recurrence
from domain.relation import Relation
from domain.round import Reach, Wishes
from domain.when import AllDay, Timed
from domain.zone import UTC_ZONE, Zone
from projections.history import Entry
from tests.app.house import House

HIERARCHY = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = sorted(event_kinds())
SAMPLES: dict[str, Any] = {
    "UUID": UUID(int=7),
    "UUID | None": UUID(int=7),
    "str": "said",
    "int": 1,
    "int | None": 1,
    "bool": True,
    "bool | None": None,
    "bytes": b"bytes",
    "datetime": NOON,
    "Reach": Reach(),
    "Reach | None": None,
    "Wishes": Wishes(),
}
"""A value for each type of field; of any other type an empty one."""

EMPTY: dict[str, Any] = {"tuple": (), "Mapping": {}, "Patch": {}, "Values": {}}


def an_event(kind: type, id: UUID) -> Any:
    """One of this kind, about things that nobody knows (any more)."""
    event: Any = object.__new__(kind)
    for field in fields(kind):
        said = str(field.type)
        empty = next((each for name, each in EMPTY.items() if said.startswith(name)), "said")
        event.__dict__[field.name] = SAMPLES.get(said, empty)
    event.__dict__.update(originator_id=id, actor="user:ada", request="r")
    return event


@pytest.fixture
def relation(house: House) -> UUID:
    """A link between an event and a contact of Ada's."""
    event, contact = house.appointment(subject="Lunch"), house.contact(first_name="Grace")
    with house.groupware.acting(house.admin):
        links.link(house.groupware, event, contact)
    return Relation.id_of(event, contact)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_there_is_a_sentence_for_every_kind_of_event_and_for_no_other(language: str) -> None:
    for how, wanted in (("said", set(KINDS)), ("less", None)):
        start = f"log.{how}."
        told = {key.removeprefix(start) for key in i18n.texts(language) if key.startswith(start)}
        assert told == wanted if wanted else told < set(KINDS)


def test_every_kind_belongs_to_one_family() -> None:
    assert {family_of(kind) for kind in KINDS} == set(FAMILIES)
    assert sorted(each for family in FAMILIES for each in history.kinds_of(family)) == KINDS


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_an_event_is_told_whatever_has_become_of_what_it_is_about(
    house: House, relation: UUID, language: str
) -> None:
    with house.groupware.reading() as connection:
        teller = Teller(connection, Words(language, UTC_ZONE))
        for kind in event_kinds().values():
            sentence = teller.sentence(an_event(kind, relation))
            assert sentence.endswith(".")
            assert sentence[0] == sentence[0].upper()
            assert "{" not in sentence
            assert "None" not in sentence


def test_an_event_is_data_that_json_can_hold_and_no_secret_is_in_it() -> None:
    for name, kind in event_kinds().items():
        entry = Entry(3, an_event(kind, UUID(int=1)))
        told = json.loads(json.dumps(entry_data(entry, "said")))
        assert (told["kind"], told["position"], told["actor"]) == (name, 3, "user:ada")
        for secret in ("hash", "digest", "digests", "box"):
            assert told["fields"].get(secret, "secret") == "secret"


# What sentences say


def told(house: House, *kinds: str, language: str = "en") -> list[str]:
    """The sentences of all that happened, or of these kinds, the oldest first."""
    with house.groupware.reading() as connection:
        search = history.Asked(kind=kinds).search(connection)
        teller = Teller(connection, Words(language, Zone("Europe/Rome")))
        found = history.sheet(house.groupware, connection, search, most=500).entries
        return [teller.sentence(each.event) for each in reversed(found)]


def test_people_and_things_are_called_by_their_names(house: House) -> None:
    id = house.appointment(subject="Dentist", when=AllDay(date(2026, 3, 3), date(2026, 3, 4)))
    house.revise(id, location=Location("Clinic"), reminder=15)
    house.remove(id)
    assert told(house, "events") == [
        "The administrator root added the event “Dentist” of Ada Example: Tuesday 3 March 2026.",
        "The administrator root changed the event “Dentist” of Ada Example: Where, Reminder.",
        "The administrator root deleted the event “Dentist” of Ada Example.",
    ]
    assert told(house, "appointment.cancelled", language="it") == [
        "L'amministratore root ha eliminato l'evento «Dentist» di Ada Example."
    ]


def test_a_phone_is_told_with_whose_it_is_and_a_fact_that_is_missing_shortens_the_sentence(
    house: House,
) -> None:
    house.ask("FolderSync", HIERARCHY)
    came, *_ = told(house, "device.partnered")
    assert came == "The phone iPhone14C5 of Ada Example came for the first time."
    (answered,) = told(house, "line.begun")
    assert answered.endswith("began anew with “the list of folders”.")
    (opened,) = told(house, "account.opened")
    assert opened == "The administrator root opened the account of Ada Example (ada)."


def test_single_times_are_told_by_their_days(house: House) -> None:
    start = NOON.replace(tzinfo=None, hour=9)
    id = house.appointment(
        subject="Choir",
        when=Timed(start, start.replace(hour=10), UTC_ZONE),
        recurrence=Recurrence(DAILY),
    )
    house.revise(id, occurrences={start.replace(day=5): CANCELLED})
    assert told(house, "occurrence.cancelled") == [
        "The administrator root deleted single times of the event “Choir” of Ada Example:"
        " 5 March 2026."
    ]


def test_what_was_erased_is_told_without_what_it_said(house: House) -> None:
    id = house.contact(first_name="Grace")
    house.revise(id, last_name="Hopper")
    erasure.erase_contact(house.groupware, house.admin, id)
    sentences = told(house, "contacts")
    assert sentences == [
        "The administrator root added the contact “(erased)” of Ada Example.",
        "The administrator root changed the contact “(erased)” of Ada Example.",
        "The administrator root deleted the contact “(erased)” of Ada Example.",
        f"The administrator root erased the contact {server_id(id)}.",
    ]
    with house.groupware.reading() as connection:
        facts = history.of_item(house.groupware, connection, id)
    data = entry_data(facts[0], "")
    assert data["erased"]
    assert data["fields"]["values"] == {}


def test_values_are_plain_data() -> None:
    zone = Zone("Europe/Rome")
    start = NOON.replace(tzinfo=None, hour=9)
    assert plain(
        {
            "when": Timed(start, start.replace(hour=10), zone),
            "days": AllDay(date(2026, 3, 3), date(2026, 3, 4)),
            "who": (Attendee("a@example.org"),),
            "at": NOON,
            "occurrences": {start: CANCELLED},
            "gone": CLEARED,
            "picture": b"\0\1",
        }
    ) == {
        "when": {
            "start": "2026-03-02T09:00:00",
            "end": "2026-03-02T10:00:00",
            "zone": {"name": "Europe/Rome"},
        },
        "days": {"start": "2026-03-03", "end": "2026-03-04"},
        "who": [{"email": "a@example.org"}],
        "at": "2026-03-02T12:00:00+00:00",
        "occurrences": {"2026-03-02T09:00:00": "cancelled"},
        "gone": "cleared",
        "picture": "AAE=",
    }
    assert plain(uuid4())
