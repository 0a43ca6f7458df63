"""An answer that does not go on from one its phone had is named, with phone, folder and key."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.base import Authorship, acting
from domain.partnership import DeviceForgotten
from domain.round import LineBegun, Reach, RoundAnswered, Verdict, Wishes
from projections.continuity import (
    ELSEWHERE,
    NO_CHANGE,
    NO_CHANGES,
    NO_LATER,
    NOT_GIVEN,
    OTHER_RUN,
    REASONS,
    Continuity,
)
from projections.faults import ROUND, Fault

PHONE, FOLDER, STREAM = UUID(int=1), UUID(int=2), UUID(int=3)
HEAD = 9
START, TOLD = Reach(), Reach(target=4, cursor=2)
AUTHOR = Authorship("device:PHONE", "r", datetime(2026, 3, 2, 12, tzinfo=UTC))
ANSWER: dict[str, Any] = {
    **{"parent": 1, "generation": 2, "tag": 7, "before": TOLD, "after": replace(TOLD, cursor=4)},
    **{"verdicts": (), "wishes": Wishes(), "suspect": None},
}


@pytest.fixture
def connection() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE collection (id BLOB, head INTEGER)")
    connection.execute("INSERT INTO collection VALUES (?, ?)", (FOLDER.bytes, HEAD))
    return connection


def a_round(kind: type[Any], **facts: Any) -> Any:
    with acting(AUTHOR):
        return kind.note(STREAM, 1, phone=PHONE, collection=FOLDER, line=1, **facts)


def begun() -> LineBegun:
    event: LineBegun = a_round(LineBegun, generation=1, tag=7, wishes=Wishes(), after=TOLD)
    return event


def found(connection: sqlite3.Connection, *events: Any) -> list[Fault]:
    continuity = Continuity()
    for position, event in enumerate(events, 1):
        continuity(connection, event, position)
    return continuity.faults


def test_answers_that_go_on_from_each_other_are_no_fault(connection: sqlite3.Connection) -> None:
    on = {"parent": 2, "generation": 3, "before": Reach(4, 6, 4), "after": Reach(4, 6, 6)}
    answers = (ANSWER, {**ANSWER, "generation": 3}, {**ANSWER, **on})
    assert found(connection, begun(), *(a_round(RoundAnswered, **each) for each in answers)) == []


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"parent": 5, "generation": 6}, NOT_GIVEN),
        ({"before": START, "after": START}, ELSEWHERE),
        ({"after": Reach(4, 6, 5)}, OTHER_RUN),
        ({"after": replace(TOLD, cursor=1)}, OTHER_RUN),
        ({"generation": 1}, NO_LATER),
        ({"after": replace(TOLD, cursor=5)}, NO_CHANGES),
        ({"verdicts": (Verdict(1, "a", b"", 1, row=HEAD + 1),)}, NO_CHANGE),
    ],
)
def test_what_does_not_go_on_is_named(
    connection: sqlite3.Connection, otherwise: dict[str, Any], reason: str
) -> None:
    answer = a_round(RoundAnswered, **{**ANSWER, **otherwise})
    (fault,) = found(connection, begun(), answer)
    expected = Fault(ROUND, 2, reason, phone=PHONE, folder=FOLDER, generation=answer.generation)
    assert fault == expected
    assert reason in REASONS


def test_a_phone_that_was_forgotten_has_no_keys(connection: sqlite3.Connection) -> None:
    with acting(AUTHOR):
        forgotten = DeviceForgotten(
            originator_id=PHONE, originator_version=2, timestamp=AUTHOR.at, subject=PHONE
        )
    answer = a_round(RoundAnswered, **ANSWER)
    assert [each.reason for each in found(connection, begun(), forgotten, answer)] == [NOT_GIVEN]
