"""Law 11: each event of a history says who, in which request, through which phone, on what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.base import Created, Event
from domain.item import Revised
from domain.round import RoundEvent
from tests.builders import House
from tests.laws.histories import EngineSide, partnership_of
from tests.laws.test_poison import Choking


@pytest.fixture
def events(house: House) -> Iterator[Event | Created]:
    history = Choking(3, EngineSide(house))
    for _ in range(200):
        history.step()
    return (event for _, event in house.groupware.replay())


def test_each_event_names_actor_request_and_phone(events: Iterator[Event | Created]) -> None:
    phones = {f"device:p{n}": partnership_of(f"p{n}") for n in range(3)}
    seen = set()
    for event in events:
        assert event.actor
        assert event.request
        assert event.timestamp.tzinfo is not None
        assert event.partnership == phones.get(event.actor)
        seen.add(event.actor)
    assert seen == {"user:ada", *phones}


def test_all_events_of_one_request_are_of_one_actor(events: Iterator[Event | Created]) -> None:
    actors: dict[str, set[str]] = {}
    for event in events:
        actors.setdefault(event.request, set()).add(event.actor)
    assert len(actors) > 100
    assert all(len(each) == 1 for each in actors.values())


def test_each_revision_names_an_earlier_edition_it_was_made_on(
    events: Iterator[Event | Created],
) -> None:
    revisions = [event for event in events if isinstance(event, Revised)]
    assert revisions
    assert all(0 < event.base < event.originator_version for event in revisions)
    assert any(event.base < event.originator_version - 1 for event in revisions), "some were merged"


def test_a_round_is_a_phones_own(events: Iterator[Event | Created]) -> None:
    rounds = [event for event in events if isinstance(event, RoundEvent)]
    assert rounds
    assert all(event.phone == event.partnership for event in rounds)
