"""The master key is made once, is read by its owner only, and never guessed at."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from adapters.store.masterkey import MasterKey, MasterKeyUnusable


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    first = MasterKey.read_or_create(path)
    assert MasterKey.read_or_create(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(first.secret) == 32
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]


def _create(path: Path) -> bytes:
    return MasterKey.read_or_create(path).secret


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as workers:
        secrets = workers.map(_create, [tmp_path / "master.key"] * 16, chunksize=1)
    assert len(set(secrets)) == 1


def test_whoever_comes_second_takes_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "master.key"

    def overtaken(length: int) -> bytes:
        monkeypatch.undo()
        path.touch(0o600)
        path.write_bytes(b"f" * length)
        return b"s" * length

    monkeypatch.setattr("adapters.store.masterkey.secrets.token_bytes", overtaken)
    assert MasterKey.read_or_create(path).secret == b"f" * 32
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o620, 0o666])
def test_a_key_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    MasterKey.read_or_create(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        MasterKey.read_or_create(path)


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o600, 0o640])
def test_a_group_may_read_it_where_a_service_is_given_it_so(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    made = MasterKey.read_or_create(path)
    path.chmod(mode)
    assert MasterKey.read(path) == made


def test_a_key_of_another_length_or_none_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with pytest.raises(MasterKeyUnusable, match="cannot be read"):
        MasterKey.read(path)
    path.touch(0o600)
    with pytest.raises(MasterKeyUnusable, match="32 bytes"):
        MasterKey.read_or_create(path)


def test_each_purpose_has_a_key_of_its_own_and_none_is_shown() -> None:
    master = MasterKey(bytes(range(32)))
    assert master.derive("one") != master.derive("two")
    assert master.derive("one") == MasterKey(bytes(range(32))).derive("one")
    assert "secret" not in repr(master)
