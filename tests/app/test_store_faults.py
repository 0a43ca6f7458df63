"""What is wrong with a store is told in the reader's language, as data, and with where to look."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from adapters.ids import server_id
from adapters.store import chain
from app import i18n
from app.log import faults
from app.log.faults import data, places, read, sentence, sentences, steps
from app.web.words import Words
from domain.zone import UTC_ZONE
from projections import continuity
from projections.faults import DIFFERS, FILE, KINDS, LOG, MADE_UP, MISSING, ROUND, TABLE, Fault
from projections.verify import Report
from tests.app.house import House

ENGLISH, ITALIAN = (Words(language, UTC_ZONE) for language in ("en", "it"))
ID, FOLDER = UUID(int=7), UUID(int=8)
ROW: dict[str, Any] = {"table": "item", "key": (("id", ID), ("pos", 3)), "about": (ID,)}

SAMPLES = {
    FILE: [Fault(FILE, said="Tree 9 page 9: btreeInitPage")],
    LOG: [Fault(LOG, 3, reason, "no such page") for reason in chain.REASONS],
    ROUND: [
        Fault(ROUND, 9, reason, phone=ID, folder=FOLDER, generation=4)
        for reason in continuity.REASONS
    ],
    TABLE: [Fault(TABLE, table="item")],
    MISSING: [Fault(MISSING, **ROW), Fault(MISSING, **ROW, others=1)],
    MADE_UP: [Fault(MADE_UP, **ROW), Fault(MADE_UP, **ROW, others=12)],
    DIFFERS: [Fault(DIFFERS, **ROW, columns=("uid", "value"))],
}
EVERY = [fault for found in SAMPLES.values() for fault in found]


def test_there_is_a_sentence_for_every_kind_and_every_reason_and_for_no_other() -> None:
    for language in i18n.LANGUAGES:
        texts = i18n.texts(language)
        told = {k.removeprefix("store.fault.") for k in texts if k.startswith("store.fault.")}
        assert told == set(KINDS)
        why = {k.removeprefix("store.reason.") for k in texts if k.startswith("store.reason.")}
        assert why == {*chain.REASONS, *continuity.REASONS}
        next_ = {k.removeprefix("store.next.") for k in texts if k.startswith("store.next.")}
        assert next_ == set(faults.NEXT.values())


def test_each_is_told_in_both_languages_in_words_of_its_own() -> None:
    for words in (ENGLISH, ITALIAN):
        said = [sentence(fault, words) for fault in EVERY]
        assert len(set(said)) == len(EVERY)
        assert not any("{" in each or "None" in each for each in said)
    assert not {sentence(f, ENGLISH) for f in EVERY} & {sentence(f, ITALIAN) for f in EVERY}


def test_a_sentence_names_what_is_wrong() -> None:
    differs, gone = SAMPLES[DIFFERS][0], SAMPLES[LOG][0]
    id = server_id(ID)
    assert sentence(differs, ENGLISH) == f"In item the row id {id}, pos 3 differs in uid, value."
    assert sentence(differs, ITALIAN) == f"In item la riga id {id}, pos 3 è diversa in uid, value."
    assert sentence(gone, ENGLISH) == (
        "The log cannot be trusted from event 3 on: the event is not the one that was written."
    )
    _, others = SAMPLES[MADE_UP]
    assert sentence(others, ENGLISH).endswith(
        "is not from the log. 12 other rows of this table are wrong, too."
    )
    assert "no such page" in sentence(Fault(LOG, 3, chain.UNREADABLE, "no such page"), ITALIAN)


@pytest.mark.parametrize("kind", SAMPLES)
def test_as_data_it_can_be_kept_and_read_again(kind: str) -> None:
    for fault in SAMPLES[kind]:
        kept = json.loads(json.dumps(data(fault)))
        assert read(kept) == fault
        assert kept["kind"] == kind


def test_data_say_what_there_is_to_say_and_no_more() -> None:
    assert data(SAMPLES[FILE][0]) == {"kind": FILE, "said": "Tree 9 page 9: btreeInitPage"}
    assert data(SAMPLES[DIFFERS][0]) == {
        "kind": DIFFERS,
        "table": "item",
        "key": {"id": server_id(ID), "pos": 3},
        "about": [server_id(ID)],
        "columns": ["uid", "value"],
    }


def test_what_to_do_is_said_once_for_all_that_it_helps_against() -> None:
    assert steps([], ENGLISH) == []
    rows = [each for kind in (MISSING, MADE_UP, DIFFERS, TABLE) for each in SAMPLES[kind]]
    assert len(steps(rows, ENGLISH)) == 1
    assert "`taccuino rebuild`" in steps(rows, ITALIAN)[0]
    assert len(steps(EVERY, ENGLISH)) == len(set(faults.NEXT.values()))


def test_a_report_begins_with_how_much_was_compared() -> None:
    sound = list(sentences(Report(100, 50, rounds=3, seconds=0.5), ENGLISH))
    assert sound == [
        "100 events, 3 rounds and 50 rows were compared in 0.5 s (200 events a second).",
        "The log is as it was written, and every row is what it says.",
    ]
    _, named = sentences(Report(100, 50, (SAMPLES[FILE][0],)), ITALIAN)
    assert named == "Il file è danneggiato: Tree 9 page 9: btreeInitPage."


def test_it_leads_to_the_pages_that_there_are(house: House) -> None:
    item = house.contact(first_name="Grace")
    house.ask("FolderSync")
    phone = house.phone().id

    def of(fault: Fault) -> list[str]:
        with house.groupware.reading() as connection:
            return [address for _, address in places(connection, fault, ENGLISH)]

    assert of(Fault(DIFFERS, about=(item, ID, item))) == [f"/admin/items/{server_id(item)}"]
    assert of(Fault(DIFFERS, about=(phone,))) == [f"/admin/devices/{server_id(phone)}"]
    assert of(Fault(ROUND, 9, phone=phone, folder=ID)) == [
        "/admin/log/9",
        f"/admin/devices/{server_id(phone)}",
    ]
    assert of(Fault(LOG, 9)) == ["/admin/log?before=9"]
    assert of(Fault(LOG, 1)) == of(Fault(FILE)) == []
