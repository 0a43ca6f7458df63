"""An item's life as it is told to an administrator."""

from __future__ import annotations

from uuid import UUID, uuid4

from app import items as use
from app.folders import make
from domain.folder import USER_CALENDAR
from domain.when import AllDay
from projections.history import Fact, history
from tests.builders import DAY_ONE, Caller, House, an_appointment, patch


def told(house: House, id: UUID) -> list[Fact]:
    with house.groupware.reading() as connection:
        return history(house.groupware, connection, id)


def test_a_life_is_told_fact_by_fact(house: House) -> None:
    (id,) = house.fill([an_appointment("Dentist", uid="u")])
    house.revise(id, subject="Dentist again", reminder=15)
    house.remove(id)
    house.restore(id)
    facts = told(house, id)
    assert [fact.what for fact in facts] == [
        "appointment.scheduled",
        "appointment.revised",
        "appointment.cancelled",
        "appointment.restored",
    ]
    assert facts[0].changed["subject"] == (None, "Dentist")
    assert isinstance(facts[0].changed["when"][1], AllDay)
    assert facts[1].changed == {"subject": ("Dentist", "Dentist again"), "reminder": (None, 15)}
    assert facts[1].base == 1
    assert (facts[2].changed, facts[3].changed) == ({}, {})


def test_each_fact_has_its_author_and_place_in_the_log(house: House) -> None:
    (id,) = house.fill([an_appointment()])
    phone = Caller(house)
    house.clock.advance(60)
    phone.sync(phone.start(), patch(id, subject="Doctor"))
    first, second = told(house, id)
    assert (first.actor, first.partnership) == ("user:ada", None)
    assert (second.actor, second.partnership) == ("device:phone", phone.partnership)
    assert first.request != second.request
    assert (second.at - first.at).total_seconds() == 60
    positions = house.rows("SELECT position FROM stored_event WHERE originator_id = ?", id.bytes)
    assert [(first.position,), (second.position,)] == sorted(positions)


def test_what_lost_is_told_beside_what_stands(house: House) -> None:
    (id,) = house.fill([an_appointment("Dentist")])
    phone = Caller(house)
    key = phone.start()
    house.revise(id, subject="Theirs")
    phone.sync(key, patch(id, subject="Mine"))
    aside = next(fact for fact in told(house, id) if fact.what == "edit.set-aside")
    assert aside.changed == {"subject": ("Mine", "Theirs")}


def test_a_move_tells_from_where_to_where(house: House) -> None:
    (id,) = house.fill([an_appointment()])
    with house.editing() as connection:
        elsewhere = make(house.groupware, connection, house.account, "Other", USER_CALENDAR).id
        use.move(house.groupware, house.load(id), elsewhere)
    assert told(house, id)[-1].changed == {"collection": (house.folder().id, elsewhere)}


def test_what_never_was_has_no_history(house: House) -> None:
    assert told(house, uuid4()) == []


def test_the_first_edition_is_whole_whatever_follows(house: House) -> None:
    (id,) = house.fill([an_appointment(day=1)])
    house.revise(id, when=AllDay(DAY_ONE, DAY_ONE.replace(day=9)))
    assert told(house, id)[1].changed["when"][0].start.day == 3
