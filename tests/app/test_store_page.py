"""The store on a page: proved on request, and held against lines that were kept elsewhere."""

from __future__ import annotations

import json
import re

import pytest

from app import beside
from app.log import proofs
from projections.faults import TABLE, Fault
from projections.verify import Report
from tests.app.cli_runner import Cli
from tests.app.house import House
from tests.app.reader import Answer, Reader, administrator, with_administrator

HERE = "/admin/store"


@pytest.fixture
def house(house: House) -> House:
    with_administrator(house)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return administrator(house)


def line(answer: Answer) -> str:
    found = re.search(r"taccuino-checkpoint [^<]+", answer.text)
    assert found
    return found[0].strip()


def test_a_store_that_nobody_proved_says_so(reader: Reader) -> None:
    assert reader.get(HERE).text.count("never") == 2


def test_what_the_command_found_out_is_shown(reader: Reader, cli: Cli) -> None:
    cli.done("verify")
    told = reader.get(HERE).text
    assert "Sound" in told
    assert "Not sound" not in told


def test_what_is_wrong_is_named(house: House, reader: Reader, cli: Cli) -> None:
    with house.groupware.pool.writing() as connection:
        connection.execute("UPDATE account SET zone = 'Asia/Tokyo'")
    cli.run("verify")
    told = reader.get(HERE).text
    assert "Not sound" in told
    assert "One thing is wrong." in told
    assert " differs in zone." in told
    assert "another row of this table" in told.lower()
    assert "makes these rows anew from the log" in told
    (there,) = re.findall(r'href="(/admin/items/\w+)"', told)
    assert reader.get(there).status == 200


def test_the_first_few_are_told_and_how_many_there_are_beside_them(
    house: House, reader: Reader
) -> None:
    found = tuple(Fault(TABLE, table=f"t{number}") for number in range(13))
    proofs.note(house.settings, house.groupware.clock(), Report(1, 1, found))
    told = reader.get(HERE).text
    assert "13 things are wrong." in told
    assert "The table t9 has other columns" in told
    assert "The table t10 has other columns" not in told
    assert "There are 3 more" in told


def test_what_another_version_noted_is_no_result(house: House, reader: Reader) -> None:
    proofs.note(house.settings, house.groupware.clock(), Report(1, 1))
    noted = json.loads(house.settings.last_proof.read_text())
    house.settings.last_proof.write_text(json.dumps({**noted, "faults": ["Something is wrong."]}))
    assert proofs.last(house.settings) is None
    assert reader.get(HERE).status == 200


def test_a_button_begins_it_in_a_process_of_its_own(
    house: House, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, ...]] = []
    monkeypatch.setattr(beside, "begin", lambda _, *arguments: begun.append(arguments))
    assert reader.post(HERE, {"act": "prove"}).status == 303
    assert begun == [("verify", "--json")]
    with proofs.at_it(house.settings.home):
        assert "Somebody is proving it now" in reader.get(HERE).text
        reader.post(HERE, {"act": "prove"})
    assert len(begun) == 1


def test_kept_lines_are_held_against_the_log(house: House, reader: Reader) -> None:
    kept = line(reader.get(HERE))
    house.contact(first_name="Bea")
    agreed = reader.post(HERE, {"act": "compare", "lines": kept})
    assert "agrees with this line" in agreed.text
    forged = reader.post(HERE, {"act": "compare", "lines": kept.replace("0", "1", 1)})
    assert "was not signed by this house" in forged.text


def test_what_is_no_act_is_not_found(reader: Reader) -> None:
    assert reader.post(HERE, {"act": "else"}).status == 404
