"""The list of all phones: what is asked for, in an order that stands, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.eas.status import Refusal
from adapters.eas.version import Version
from app.devices import access, phones, wiping
from projections import listed, standing
from projections.listed import Wanted
from projections.standing import WORDS
from tests.app.house import House, a_request

NAMES = UUID(int=7)
OLD = timedelta(days=200)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, devices_per_user=100)
    house.person()
    yield house
    house.close()


def come(house: House, device: str, agent: str = "", version: Version = Version.V16_1) -> UUID:
    """A phone comes, a while after the one before; its id."""
    house.clock.advance(seconds=61)
    request = replace(a_request(device=device, version=version), user_agent=agent or device)
    with suppress(Refusal):
        house.admit(request)
    return house.phone(device=device).id


def found(house: House, most: int = 50, after: str = "", **wanted: object) -> listed.Page:
    with house.groupware.reading() as connection:
        return listed.page(connection, house.clock(), Wanted(**wanted), most, after)  # type: ignore[arg-type]


def names(page: listed.Page) -> list[str]:
    return [each.phone.device for each in page.phones]


def wiped(house: House, id: UUID, status: int) -> None:
    wiping.request_wipe(house.groupware, house.admin, id)
    wiping.acknowledge_wipe(house.groupware, house.admin, id, status)


MAKE: dict[str, Callable[[House, UUID], object]] = {
    standing.IN_STEP: lambda house, id: None,
    standing.WAITS: lambda house, id: access.put_rule(
        house.groupware, house.admin, "agent", "waits", "quarantine"
    ),
    standing.BLOCKED: lambda house, id: phones.block(house.groupware, house.admin, id, "lost"),
    standing.RULED_OUT: lambda house, id: access.put_rule(
        house.groupware, house.admin, "agent", "ruled out", "block"
    ),
    standing.TO_BE_WIPED: lambda house, id: wiping.request_wipe(house.groupware, house.admin, id),
    standing.SHUT_OUT: lambda house, id: (
        come(house, "shut out", version=Version.V14_1),
        wiping.request_wipe(house.groupware, house.admin, id),
    ),
    standing.WAS_WIPED: lambda house, id: wiped(house, id, 1),
    standing.WIPE_FAILED: lambda house, id: wiped(house, id, 2),
    standing.TOO_NEW: lambda house, id: phones.set_ceiling(
        house.groupware, house.admin, id, "14.1"
    ),
    standing.UNFIT: lambda house, id: house.under_policy("eve", DevicePasswordEnabled="1"),
    standing.EXCEPTED: lambda house, id: phones.except_from_policy(
        house.groupware, house.admin, id
    ),
    standing.SILENT: lambda house, id: None,
    standing.SUPERSEDED: lambda house, id: come(house, "newer", agent="superseded"),
}
"""How a phone comes into each state."""


def in_all_states(house: House) -> None:
    house.person("eve")
    come(house, standing.SILENT)
    house.clock.advance(days=OLD.days)
    for word in MAKE:
        if word not in (standing.UNFIT, standing.EXCEPTED, standing.SILENT):
            MAKE[word](house, come(house, word))
    for word in (standing.UNFIT, standing.EXCEPTED):
        request = replace(a_request(device=word), user_agent=word)
        with suppress(Refusal):
            house.admit(request, "eve")
        MAKE[word](house, house.phone("eve", device=word).id)


def test_each_state_has_the_phones_that_are_in_it(house: House) -> None:
    assert MAKE.keys() == WORDS.keys()
    in_all_states(house)
    with house.groupware.reading() as connection:
        everything = standing.portraits(connection, house.clock())
    for word in WORDS:
        expected = {each.phone.device for each in everything if each.standing.word == word}
        assert word in expected, word
        assert set(names(found(house, state=word))) == expected, word


def test_names_that_a_phone_went_by_before_are_for_who_asks(house: House) -> None:
    in_all_states(house)
    assert standing.SUPERSEDED not in names(found(house))
    assert len(names(found(house))) == len(WORDS)


def test_the_last_heard_of_come_first_and_those_never_seen_last(house: House) -> None:
    for device in ("ONE", "TWO", "THREE"):
        come(house, device)
    assert names(found(house)) == ["THREE", "TWO", "ONE"]
    house.clock.advance(minutes=5)
    come(house, "ONE")
    with house.groupware.pool.writing() as connection:
        unseen = (house.phone(device="THREE").id.bytes,)
        connection.execute("DELETE FROM device_seen WHERE partnership = ?", unseen)
    assert names(found(house)) == ["ONE", "TWO", "THREE"]


def test_phones_are_found_by_their_words_version_and_when_they_were_seen(house: House) -> None:
    come(house, "OLDIE", version=Version.V14_1)
    house.clock.advance(days=3)
    phones.call_it(house.groupware, house.admin, come(house, "NEWER"), "L'été à la plage")
    assert names(found(house, query="ete plage")) == ["NEWER"]
    assert names(found(house, query="ada")) == ["NEWER", "OLDIE"]
    assert names(found(house, query="model")) == []
    assert names(found(house, version="14.1")) == ["OLDIE"]
    day = house.clock() - timedelta(days=1)
    assert names(found(house, since=day)) == ["NEWER"]
    assert names(found(house, before=day)) == ["OLDIE"]


def all_pages(
    house: House, most: int, between: Callable[[], object], **wanted: object
) -> list[str]:
    seen: list[str] = []
    page = found(house, most, **wanted)
    while True:
        seen += names(page)
        if not page.end:
            return seen
        assert len(page.phones) == most
        between()
        page = found(house, most, page.end, **wanted)


@settings(max_examples=15)
@given(most=st.integers(1, 7), unseen=st.integers(0, 12), state=st.sampled_from(["", "in step"]))
def test_page_by_page_each_phone_stands_once(
    many: House, most: int, unseen: int, state: str
) -> None:
    """Also while others come in, which moves them to the front of what was read already."""
    with many.groupware.pool.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO device_seen SELECT * FROM kept_seen")
        connection.execute(
            "DELETE FROM device_seen WHERE partnership IN"
            " (SELECT id FROM partnership ORDER BY id LIMIT ?)",
            (unseen,),
        )
    first = found(many).phones[0].phone.device

    def meanwhile() -> None:
        many.clock.advance(minutes=2)
        come(many, first)

    seen = all_pages(many, most, meanwhile, state=state)
    assert sorted(seen) == sorted(names(found(many)))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("many"), devices_per_user=100)
    house.person()
    for number in range(12):
        come(house, f"PHONE{number}")
    with house.groupware.pool.writing() as connection:
        connection.execute("CREATE TABLE kept_seen AS SELECT * FROM device_seen")
    yield house
    house.close()


@pytest.mark.parametrize("place", ["~", "x~y", "9" * 40, "2026-03-02T09:00:00~" + "g" * 32, "-1"])
def test_what_is_no_place_is_the_beginning(house: House, place: str) -> None:
    come(house, "ONE")
    assert names(found(house, after=place)) == ["ONE"]


# A large house


def grow(house: House, number: int) -> None:
    """So many people with a phone each, seen one after the other."""
    with house.groupware.pool.writing() as connection:
        (person,) = connection.execute("SELECT * FROM account").fetchall()
        (phone,) = connection.execute("SELECT * FROM partnership").fetchall()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(account)")]
        for each in range(number):
            id, name = uuid5(NAMES, f"{each}").bytes, f"person{each}"
            facts = dict(zip(columns, person, strict=True))
            facts |= {"id": id, "name": name, "name_key": name, "mail_key": name}
            marks = ", ".join("?" * len(facts))
            connection.execute(f"INSERT INTO account VALUES ({marks})", (*facts.values(),))
            row = (uuid5(NAMES, f"phone{each}").bytes, id, f"P{each:05}", *phone[3:])
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO partnership VALUES ({marks})", row)
            at = (house.clock() - timedelta(minutes=each)).isoformat()
            connection.execute(
                "INSERT INTO device_seen VALUES (?, ?, ?, ?)", (row[0], at, "x", "16.1")
            )


def steps(house: House, **wanted: object) -> int:
    """What a look at the first page costs the store, in hundreds of its instructions."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    with house.groupware.reading() as connection:
        connection.set_progress_handler(tick, 100)
        try:
            page = listed.page(connection, house.clock(), Wanted(**wanted), 50)  # type: ignore[arg-type]
        finally:
            connection.set_progress_handler(None, 100)
    assert len(page.phones) == 50
    assert page.end
    return count


@pytest.mark.parametrize("wanted", [{}, {"state": "in step"}, {"version": "16.1"}], ids=str)
def test_a_page_of_a_house_of_2000_phones_reads_no_more_rows_than_of_a_small_one(
    house: House, wanted: dict[str, str]
) -> None:
    come(house, "PHONE")
    grow(house, 100)
    small = steps(house, **wanted)
    with house.groupware.pool.writing() as connection:
        connection.execute("DELETE FROM account WHERE name <> 'ada'")
        connection.execute("DELETE FROM partnership WHERE device <> 'PHONE'")
        connection.execute("DELETE FROM device_seen")
    grow(house, 2000)
    assert steps(house, **wanted) <= small * 1.1 + 1


def test_what_is_rare_is_drawn_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where five of 2,000 are blocked, five are looked at closely."""
    come(house, "PHONE")
    grow(house, 2000)
    with house.groupware.pool.writing() as connection:
        connection.execute("UPDATE partnership SET blocked = 'x' WHERE device LIKE 'P0000%'")
    drawn: list[int] = []
    draw = standing.drawn

    def counting(*args: object) -> Iterator[standing.Portrait]:
        drawn.append(len(args[2]))  # type: ignore[arg-type]
        return draw(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(standing, "drawn", counting)
    assert len(found(house, state=standing.BLOCKED).phones) == 10
    assert drawn == [10]
