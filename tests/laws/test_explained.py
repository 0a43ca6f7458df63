"""What a phone was told is explained as it was told, however long ago, and nothing else is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.engine.conversation import Answer, Conversation
from app.log.explaining import Explaining, NeverSynced
from domain.folder import CALENDAR, default_folder
from domain.refused import Unknown
from projections.explanation import Reason
from projections.synckey import SyncKey
from tests.builders import Caller, House, an_appointment
from tests.laws.histories import EngineSide, partnership_of
from tests.model.history import History

Told = list[tuple[UUID, str]]
Noted = dict[tuple[UUID, SyncKey], Told]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Noted:
    """What each answer told, by phone and key, noted down when it was given."""
    noted: Noted = {}
    respond = Conversation.respond

    def noting(self: Conversation, *facts: Any) -> Answer:
        answer = respond(self, *facts)
        told = [(UUID(bytes=each.row.item), each.verb.value) for each in answer.entries]
        noted.setdefault((self.partnership, answer.key), told)
        return answer

    monkeypatch.setattr(Conversation, "respond", noting)
    return noted


def told(reasons: list[Reason]) -> Told:
    return [(each.item, each.verb.value) for each in reasons if each.verb]


def about(house: House, phone: UUID, connection: Any) -> Explaining:
    folder = default_folder(house.account, CALENDAR)
    return Explaining(house.groupware, connection, phone, folder, "calendar")


@pytest.mark.parametrize("seed", range(6))
def test_every_answer_of_a_history_is_explained_as_it_was_given(
    house: House, seed: int, answers: Noted
) -> None:
    history = History(seed, EngineSide(house))
    for _ in range(150):
        history.step()
    looked_at = 0
    with house.groupware.reading() as connection:
        for name in (phone.name for phone in history.phones):
            explaining = about(house, partnership_of(name), connection)
            for answered in explaining.rounds(most=1000):
                looked_at += 1
                key = SyncKey(answered.event.generation, answered.event.tag)
                given = answers[partnership_of(name), key]
                assert told(explaining.told(answered)) == given, answered.position
    assert looked_at > 30


def test_a_phone_is_explained_as_it_stands(house: House) -> None:
    phone = Caller(house)
    house.fill([an_appointment(), an_appointment("Lunch", 3)])
    key = phone.start()
    house.fill([an_appointment("Dinner", 4)])
    with house.groupware.reading() as connection:
        standing = about(house, phone.partnership, connection).standing()
    assert len(standing.holds) == 2
    assert (standing.read, standing.given) == (1, [key.generation])
    assert [(each.verb.value, each.word) for each in standing.pending if each.verb] == [
        ("Add", "new")
    ]
    assert (standing.spared, standing.waiting) == ([], 0)


def test_a_phone_that_never_asked_is_said_not_to_have(house: House) -> None:
    with house.groupware.reading() as connection:
        explaining = about(house, UUID(int=1), connection)
        with pytest.raises(NeverSynced):
            explaining.standing()
        assert explaining.rounds() == []
        with pytest.raises(Unknown):
            explaining.round(7)
