"""What a phone asks can be recorded for a while, and is answered again byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import replaying
from tests.app.handset import Handset, an_event, changing, commanding, first_name
from tests.app.recorded import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    house = Studio(tmp_path)
    house.person()
    yield house
    house.close()


def a_conversation(studio: Studio) -> Handset:
    """The first contact, an edit, an addition, an answer that was lost, and news."""
    phone = Handset(studio)
    phone.folder_sync("0")
    studio.record()
    phone.folder_sync("0")
    phone.begin(phone.contacts)
    id = studio.contact(first_name="Bea")
    phone.catch_up(phone.contacts)
    phone.add(phone.calendar, *an_event("Dentist")) if phone.begin(phone.calendar) else None
    key = phone.keys[phone.contacts]
    edit = changing(phone.add(phone.contacts, first_name("Zoe")), first_name("Zoë"))
    phone.told(phone.contacts, commanding(edit), key=key)
    studio.revise(id, first_name="Bea again")
    phone.catch_up(phone.contacts)
    return phone


def test_each_exchange_is_told_again_byte_for_byte(studio: Studio) -> None:
    a_conversation(studio)
    found = studio.exchanges()
    outcomes = list(replaying.replay(studio.groupware.replay(), found))
    assert len(outcomes) == len(found) > 6
    assert [each.exchange.number for each in outcomes if not each.same] == []
