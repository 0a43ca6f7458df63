"""After an update (pain 23) the log of an earlier version is as good as one of today: it is proved,
folded to the same rows, its rounds are gone through, and the histories of its items are told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli_runner import Cli
from tests.app.house import House
from tests.app.reader import Reader, pages, with_password
from tests.app.recording import folders_of, handset, kept_in, laid_down
from tests.pains.test_upgrade import RELEASES

SOUND = "The log is as it was written, and every row is what it says."


@pytest.fixture(scope="module", params=RELEASES, ids=lambda file: file.name)
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    return kept_in(request.param)


@pytest.fixture(scope="module")
def house(kept: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Just started; no test here writes a thing."""
    house = laid_down(kept, tmp_path_factory.mktemp("old"))
    yield house
    house.close()


@pytest.fixture
def cli(house: House, english: None) -> Cli:
    return Cli(house.settings.home)


def objects(cli: Cli, *args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cli.done(*args, "--json").splitlines()]


def items(cli: Cli) -> dict[str, str]:
    """The ids of what there is, and of what was removed, by what it is called."""
    rows = [*cli.rows("contact", "list", "-u", "ada"), *cli.rows("item", "removed", "-u", "ada")]
    events = [(row[0], row[2]) for row in cli.rows("event", "list", "-u", "ada")]
    return {name: id for id, name in [*(row[:2] for row in rows), *events]}


def test_it_is_proved(cli: Cli) -> None:
    assert SOUND in cli.done("verify")


def test_folded_once_more_it_makes_the_same_rows(cli: Cli) -> None:
    assert "nothing had to be replaced" in cli.done("rebuild")
    assert SOUND in cli.done("verify")


@pytest.mark.parametrize("language", ["C.UTF-8", "it_IT.UTF-8"])
def test_each_of_its_events_is_a_sentence(
    cli: Cli, house: House, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    told = objects(cli, "log", "-n", "1000")
    assert len(told) == house.log_length()
    strange = [each for each in told if re.search(r"[{}]|None|^$", each["sentence"])]
    assert strange == []


def test_the_histories_of_its_items_are_told(cli: Cli) -> None:
    known = items(cli)
    lives = {
        name: [(row[3], row[4]) for row in cli.rows("history", known[name])]
        for name in ("Carl", "Emil of the phone", "Dentist, moved", "Bea at last")
    }
    carl = [sentence for sentence, _ in lives["Carl"]]
    assert sum("deleted the contact “Carl”" in sentence for sentence in carl) == 2
    assert sum("brought back the contact “Carl”" in sentence for sentence in carl) == 1
    assert sum("cannot take “Carl”" in sentence for sentence in carl) == 2
    assert lives["Emil of the phone"][-1][1] == "First name: Emil of the server → Emil of the phone"
    assert lives["Dentist, moved"][-1][1] == "What: Dentist → Dentist, moved"
    assert any("gave way to another" in sentence for sentence, _ in lives["Bea at last"])


def test_what_was_can_be_looked_at(cli: Cli, house: House) -> None:
    """As of the day it began, and as of each change of an item."""
    dentist = items(cli)["Dentist, moved"]
    *_, before, now = (each["position"] for each in objects(cli, "history", dentist))
    for place, subject in ((before, "Dentist"), (now, "Dentist, moved")):
        told = json.loads(cli.done("as-of", str(place), "item", dentist, "--json"))
        assert told["items"][dentist]["subject"] == subject


def test_its_rounds_are_gone_through(cli: Cli, house: House) -> None:
    """Every answer that any phone was ever given, item by item."""
    gone_through = 0
    for phone, _, device, *_ in cli.rows("device", "list"):
        if device == "LOST":
            continue
        for folder in ((), ("--contacts",)):
            for position, *_ in cli.rows("explain", phone, *folder, "--rounds"):
                for row in cli.rows("explain", phone, *folder, "--round", position):
                    assert row[0] in ("-", "Add", "Change", "Delete", "SoftDelete")
                    assert row[3].endswith(".")
                    assert row[4].endswith(".")
                gone_through += 1
    assert gone_through > 15


@pytest.mark.parametrize("name", ["OLD", "MIDDLE"])
def test_what_the_old_version_was_about_to_tell_is_told_to_be_pending(
    cli: Cli, house: House, kept: dict[str, Any], name: str
) -> None:
    """Of the phones that had read all they were given."""
    known = kept["phones"][name]
    (id,) = (row[0] for row in cli.rows("device", "list") if row[2] == name)
    for folder in folders_of(handset(house, name, known)):
        (standing,) = objects(cli, "explain", id, "--folder", folder)
        pending = [[each["told"], each["item"]] for each in standing["pending"]]
        told = known["told"][folder]
        assert told
        assert pending[: len(told)] == told


def test_its_owner_finds_all_that_happened(cli: Cli, kept: dict[str, Any], tmp_path: Path) -> None:
    house = laid_down(kept, tmp_path / "read")
    with_password(house)
    reader = Reader(pages(house))
    reader.sign_in()
    assert "deleted the contact “Carl”" in reader.get("/my/history").text
    assert "Carl" in reader.get("/my/removed").text
    assert reader.get(f"/my/history/{items(cli)['Dentist, moved']}").status == 200
    house.close()
