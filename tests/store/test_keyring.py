# ruff: noqa: PT012 (a transaction that fails is a block)
"""A box opens for its subject, in its place, until the key is destroyed; then never again."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from adapters.store.keyring import Erased, Keyring, SealBroken, WrongMasterKey
from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool
from tests.store.conftest import MASTER

ADA, BOB = UUID(int=1), UUID(int=2)


def _keys(pool: Pool) -> list[tuple[bytes, bytes | None]]:
    with pool.reading() as connection:
        return connection.execute("SELECT subject, wrapped FROM subject_key").fetchall()


def test_a_box_opens_with_what_it_was_sealed_with(keyring: Keyring) -> None:
    assert keyring.open(ADA, b"here", keyring.seal(ADA, b"here", b"hello")) == b"hello"


def test_equal_contents_make_different_boxes(keyring: Keyring) -> None:
    assert keyring.seal(ADA, b"", b"hello") != keyring.seal(ADA, b"", b"hello")


def test_a_box_is_no_good_for_another_subject_or_place(keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"here", b"hello")
    keyring.seal(BOB, b"here", b"hello")
    for subject, aad in ((BOB, b"here"), (ADA, b"there")):
        with pytest.raises(SealBroken):
            keyring.open(subject, aad, box)


def test_a_box_with_any_byte_changed_or_missing_is_broken(keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"", b"hello")
    for at in range(len(box)):
        changed = box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]
        for damaged in (changed, box[:at]):
            with pytest.raises(SealBroken):
                keyring.open(ADA, b"", damaged)


def test_keys_survive_the_process(pool: Pool, keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"", b"hello")
    assert Keyring(pool, MASTER).open(ADA, b"", box) == b"hello"


def test_after_erasure_nothing_is_opened_or_sealed(keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"", b"hello")
    other = keyring.seal(BOB, b"", b"hi")
    keyring.erase(ADA)
    with pytest.raises(Erased):
        keyring.open(ADA, b"", box)
    with pytest.raises(Erased):
        keyring.seal(ADA, b"", b"again")
    assert keyring.open(BOB, b"", other) == b"hi"


def test_erasing_one_who_never_had_a_key_holds_for_the_future(keyring: Keyring) -> None:
    keyring.erase(ADA)
    keyring.erase(ADA)
    with pytest.raises(Erased):
        keyring.seal(ADA, b"", b"hello")


def test_an_erasure_elsewhere_counts_at_once(path: Path, keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"", b"hello")
    assert keyring.open(ADA, b"", box) == b"hello"
    elsewhere = Pool(path)
    Keyring(elsewhere, MASTER).erase(ADA)
    elsewhere.close()
    with pytest.raises(Erased):
        keyring.open(ADA, b"", box)


def test_an_erasure_that_is_taken_back_was_none(pool: Pool, keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"", b"hello")
    with pytest.raises(KeyError), pool.writing():
        keyring.erase(ADA)
        raise KeyError
    assert keyring.open(ADA, b"", box) == b"hello"


def test_the_bytes_of_an_erased_key_are_nowhere_in_the_files(
    path: Path, pool: Pool, keyring: Keyring
) -> None:
    keyring.seal(ADA, b"", b"hello")
    ((_, wrapped),) = _keys(pool)
    assert wrapped is not None
    assert any(wrapped in file.read_bytes() for file in path.parent.iterdir())
    keyring.erase(ADA)
    assert not any(wrapped in file.read_bytes() for file in path.parent.iterdir())


def test_a_new_key_goes_with_the_transaction_that_needed_it(pool: Pool, keyring: Keyring) -> None:
    with pytest.raises(KeyError), pool.writing():
        lost = keyring.seal(ADA, b"", b"hello")
        raise KeyError
    assert _keys(pool) == []
    box = keyring.seal(ADA, b"", b"hello")
    assert keyring.open(ADA, b"", box) == b"hello"
    with pytest.raises(SealBroken):
        keyring.open(ADA, b"", lost)


def test_a_key_made_elsewhere_meanwhile_is_the_one_that_is_used(
    path: Path, pool: Pool, keyring: Keyring
) -> None:
    elsewhere = Pool(path)
    with pool.reading() as connection:
        connection.execute("SELECT * FROM subject_key").fetchall()
        first = Keyring(elsewhere, MASTER).seal(ADA, b"", b"first")
        second = keyring.seal(ADA, b"", b"second")
    elsewhere.close()
    assert len(_keys(pool)) == 1
    assert keyring.open(ADA, b"", first) == b"first"
    assert keyring.open(ADA, b"", second) == b"second"


def test_forgetting_costs_nothing_but_time(keyring: Keyring) -> None:
    box = keyring.seal(ADA, b"", b"hello")
    keyring.forget()
    assert keyring.open(ADA, b"", box) == b"hello"


def test_another_master_key_is_refused_before_any_harm(pool: Pool, keyring: Keyring) -> None:
    keyring.seal(ADA, b"", b"hello")
    with pytest.raises(WrongMasterKey):
        Keyring(pool, MasterKey(bytes(32)))


def test_no_key_lies_in_the_table_as_it_is(pool: Pool, keyring: Keyring) -> None:
    keyring.seal(ADA, b"", b"hello")
    ((subject, wrapped),) = _keys(pool)
    assert subject == ADA.bytes
    assert wrapped is not None
    assert len(wrapped) == 12 + 32 + 16
