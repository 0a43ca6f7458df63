"""Every event ever stored can be read by the code of today."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.keyring import Keyring
from adapters.store.mapper import SealingMapper
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from tests.store.journal import Note

FOLDER = Path(__file__).parent.parent / "fixtures" / "events"
RECORDED = sorted(FOLDER.glob("*.json"))


def _read(file: Path, pool: Pool, *, erased: bool = False) -> Any:
    kept = json.loads(file.read_text())
    keyring = Keyring(pool, MasterKey(bytes.fromhex(kept.get("master", "00" * 32))))
    if "subject" in kept:
        wrapped = None if erased else bytes.fromhex(kept["wrapped"])
        with pool.writing() as connection:
            row = (UUID(kept["subject"]).bytes, wrapped)
            connection.execute("INSERT INTO subject_key VALUES (?, ?)", row)
    stored = StoredEvent(
        UUID(kept["originator_id"]),
        kept["originator_version"],
        kept["topic"],
        bytes.fromhex(kept["state"]),
    )
    return SealingMapper(keyring).to_domain_event(stored)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name)
@pytest.mark.parametrize("erased", [False, True])
def test_an_old_event_is_read_as_one_of_today(file: Path, erased: bool, pool: Pool) -> None:
    event = _read(file, pool, erased=erased)
    assert {field.name for field in fields(event)} <= vars(event).keys()
    sealed = bool(getattr(type(event), "personal", ()))
    assert getattr(event, "erased", False) is (erased and sealed)


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
