"""Every event ever stored can be read by the code of today."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.keyring import Keyring
from adapters.store.mapper import BOX, SealingMapper
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from adapters.store.transcoder import decode
from tests.store.journal import Note

FOLDER = Path(__file__).parent.parent / "fixtures" / "events"
RECORDED = sorted(FOLDER.glob("*.json"))


def _stored(file: Path) -> StoredEvent:
    kept = json.loads(file.read_text())
    return StoredEvent(
        UUID(kept["originator_id"]),
        kept["originator_version"],
        kept["topic"],
        bytes.fromhex(kept["state"]),
    )


def _read(file: Path, pool: Pool, *, erased: bool = False) -> Any:
    kept = json.loads(file.read_text())
    keyring = Keyring(pool, MasterKey(bytes.fromhex(kept.get("master", "00" * 32))))
    if "subject" in kept:
        wrapped = None if erased else bytes.fromhex(kept["wrapped"])
        with pool.writing() as connection:
            row = (UUID(kept["subject"]).bytes, wrapped)
            connection.execute("INSERT INTO subject_key VALUES (?, ?)", row)
    return SealingMapper(keyring).to_domain_event(_stored(file))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name)
@pytest.mark.parametrize("erased", [False, True])
def test_an_old_event_is_read_as_one_of_today(file: Path, erased: bool, pool: Pool) -> None:
    event = _read(file, pool, erased=erased)
    assert {field.name for field in fields(event)} <= vars(event).keys()
    sealed = BOX in decode(_stored(file).state)
    assert getattr(event, "erased", False) is (erased and sealed)


TOLD: Final = {
    "account-opened": {"name": "Ada", "zone": "Europe/Rome"},
    "account-language-chosen": {"language": "it"},
    "account-zone-chosen": {"zone": "Europe/London"},
    "device-partnered": {"device": "IPHONE1", "device_type": "iPhone"},
    "device-introduced": {"agent": "Apple-iPhone14C5/2302.1", "model": "iPhone 15", "os": "iOS 18"},
    "device-returned": {"device_type": "iPad"},
}
"""What stood in the clear once, and is sealed since."""


@pytest.mark.parametrize("form", ["clear", "sealed"])
@pytest.mark.parametrize("name", TOLD)
def test_what_was_once_in_the_clear_is_read_in_either_form(
    name: str, form: str, pool: Pool
) -> None:
    file = FOLDER / f"{name}.{form}.json"
    event = _read(file, pool)
    assert {field: getattr(event, field) for field in TOLD[name]} == TOLD[name]
    clear = str(decode(_stored(file).state))
    seen = [said for field, said in TOLD[name].items() if repr(said) in clear]
    assert seen == ([] if form == "sealed" else [*TOLD[name].values()][name == "account-opened" :])


@pytest.mark.parametrize("name", TOLD)
def test_of_somebody_who_was_erased_the_sealed_form_says_nothing(name: str, pool: Pool) -> None:
    event = _read(FOLDER / f"{name}.sealed.json", pool, erased=True)
    assert {getattr(event, field) for field in TOLD[name]} == {""}


def test_both_parts_of_a_version_1_note_are_brought_up_to_date(pool: Pool) -> None:
    event = _read(FOLDER / "note-annotated.v1.json", pool)
    assert event == Note.Annotated(
        originator_id=UUID("b7f1a9ce-5d0c-4a6e-8a54-2c6f3f6a9b11"),
        originator_version=2,
        timestamp=datetime(2026, 5, 1, 12, tzinfo=UTC),
        subject=UUID("6f1c3d52-3c2e-4b0e-9d53-7a0c1f1f0a01"),
        remarks=("whole milk",),
        kind="plain",
    )


def test_a_version_1_note_of_an_erased_subject_is_brought_up_to_date_as_well(pool: Pool) -> None:
    event = _read(FOLDER / "note-annotated.v1.json", pool, erased=True)
    assert (event.remarks, event.kind, event.erased) == ((), "plain", True)
