"""Rows that were wrong are replaced beside a process that has learnt from them: it forgets that."""

from __future__ import annotations

from uuid import UUID

import pytest

from adapters.ids import server_id
from app.composition import CODEC
from app.log import history
from app.memory import Memories
from app.still import Stillness
from domain.folder import hierarchy_of
from domain.house import HOUSE
from tests.app.cli_runner import Cli
from tests.app.handset import Handset, data_of, verbs
from tests.app.house import House


def tamper(house: House, statement: str, *values: object) -> None:
    with house.groupware.pool.writing() as connection:
        assert connection.execute(statement, values).rowcount > 0


def first_names(phone: Handset) -> list[str | None]:
    told = phone.catch_up(phone.contacts)
    return [data_of(each).text_of("contacts:FirstName") for each in told]


@pytest.fixture
def grace(house: House) -> UUID:
    """A contact whose row says that she is somebody else."""
    grace = house.contact(first_name="Grace", last_name="Hopper")
    other = CODEC.encode({"first_name": "Eve", "last_name": "Hopper"})
    tamper(house, "UPDATE item SET value = ? WHERE id = ?", other, grace.bytes)
    return grace


def test_what_was_rendered_of_wrong_rows_is_told_to_nobody_afterwards(
    house: House, grace: UUID, cli: Cli
) -> None:
    assert first_names(Handset(house, device="ONE")) == ["Eve"]
    assert "1 rows replaced" in cli.done("rebuild")
    assert first_names(Handset(house, device="TWO")) == ["Grace"]


def test_news_of_which_the_row_was_missing_come_to_the_phone(
    house: House, phone: Handset, cli: Cli
) -> None:
    phone.catch_up(phone.contacts)
    grace = house.contact(first_name="Grace")
    tamper(house, "DELETE FROM change WHERE item = ?", grace.bytes)
    assert phone.sync(phone.contacts) is None
    cli.done("rebuild")
    assert verbs(phone.catch_up(phone.contacts)) == [("Add", server_id(grace))]


def test_a_question_that_had_nothing_as_its_answer_is_asked_anew(
    house: House, grace: UUID, cli: Cli
) -> None:
    still = Stillness(house.groupware.pool)
    asked = still.digest({"QUERY_STRING": "Cmd=Sync"}, b"body")
    person = house.account().id
    topics = [hierarchy_of(person), person, HOUSE]
    still.note(asked, topics, {"command": "Sync"}, still.now(), house.clock())
    assert still.answered(asked) is not None
    cli.done("rebuild")
    assert still.answered(asked) is None


def test_whoever_waits_looks_again(house: House, grace: UUID, cli: Cli) -> None:
    with cli.ear() as ear:
        cli.done("rebuild")
        assert HOUSE in (next(ear.hear()) or ())


def test_the_log_says_who_made_rows_anew_and_how_many(house: House, grace: UUID, cli: Cli) -> None:
    cli.done("rebuild")
    entry = history.entry(house.groupware, house.log_length())
    assert (entry.what, entry.event.rows) == ("house.rows-made-anew", 1)
    assert entry.actor.startswith("admin:")
    cli.done("rebuild")
    assert house.log_length() == entry.position
    cli.done("verify")


def test_an_era_that_somebody_made_up_ends_as_well(house: House, grace: UUID, cli: Cli) -> None:
    tamper(house, "INSERT INTO era VALUES (1000000)")
    assert first_names(Handset(house, device="ONE")) == ["Eve"]
    cli.done("rebuild")
    assert first_names(Handset(house, device="TWO")) == ["Grace"]
    cli.done("verify")


def test_a_snapshot_of_before_learns_nothing_and_teaches_nothing(
    house: House, grace: UUID, cli: Cli
) -> None:
    memories = Memories()
    with house.groupware.reading() as before:
        old = memories.of(before)
        assert memories.of(before) is old
        cli.done("rebuild")
        with cli.groupware() as other, other.reading() as now:
            new = memories.of(now)
            assert new is not old
            assert new.era > old.era
            assert memories.of(before) not in (old, new)
            assert memories.of(now) is new
