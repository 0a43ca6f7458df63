"""The item that a phone chokes on (pain 7), as whoever is called about it sees it: what is wrong
with it, for whom, since when, and how it is offered again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E
from tests.app.handset import Handset
from tests.app.house import House
from tests.app.reader import administrator, with_administrator
from tests.app.recorded import Studio
from tests.pains.desk import Desk, at_work
from tests.pains.test_poison_item import Choking, note

WHOLE = "without body, picture, files and single times"
MANY = 12

AWAY = "The phone could not take it, so it is left out until it is edited or released."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Studio]:
    """Twelve contacts; the one called Bad is bad. What its phone says is recorded."""
    house = Studio(tmp_path / "home")
    at_work(house)
    house.person()
    yield house
    house.close()


@pytest.fixture
def bad(house: House) -> str:
    with house.groupware.acting(house.admin):
        ids = [
            house.contact(first_name=f"No {n}" if n != 7 else "Bad", body=note("so" * n))
            for n in range(MANY)
        ]
    return server_id(ids[7])


def choking(house: Studio, poison: str, where: str) -> Choking:
    """A phone that has gone through all that this takes."""
    handset = Handset(house, Version.V14_1)
    handset.folder_sync("0")
    house.record()
    handset.begin(handset.contacts, E("airsync:Supported", E("contacts:FirstName")))
    phone = Choking(handset, poison, where)
    phone.sync()
    return phone


@pytest.fixture
def in_part(house: Studio, bad: str) -> Choking:
    """It dies over the note."""
    return choking(house, "so" * 7, "airsyncbase:Data")


@pytest.fixture
def not_at_all(house: Studio, bad: str) -> Choking:
    """It dies over the name, which no smaller form is without."""
    return choking(house, "Bad", "contacts:FirstName")


def test_it_is_said_why_it_did_not_come(desk: Desk, bad: str, not_at_all: Choking) -> None:
    assert desk.why(not_at_all.handset, bad) == (None, "left_out", AWAY)
    standing = desk.standing(not_at_all.handset)
    assert [(each["item"], each["why"]) for each in standing["left_out"]] == [(bad, AWAY)]
    assert (len(standing["holds"]), standing["pending"]) == (MANY - 1, [])
    plain = desk.explained(not_at_all.handset)
    assert "left out for it, wholly or in part\t1\n" in plain
    assert f"-\t{bad}\tBad\t" in plain


def test_it_is_said_in_italian_as_well(
    desk: Desk, bad: str, not_at_all: Choking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    assert "è escluso finché non viene modificato o sbloccato" in desk.explained(not_at_all.handset)
    assert "non riesce a prendere «Bad»" in desk.life(bad)[-1][0]


def test_what_came_in_part_is_said_to_have(desk: Desk, bad: str, in_part: Choking) -> None:
    told, rule, why = desk.why(in_part.handset, bad)
    assert (told, rule) == (None, "told_before")
    assert WHOLE in why.lower()
    standing = desk.standing(in_part.handset)
    assert [each["reduced"] for each in standing["left_out"]] == [True]
    assert len(standing["holds"]) == MANY


def test_all_others_are_said_to_have_come(desk: Desk, bad: str, in_part: Choking) -> None:
    """With the last answer, or before."""
    others = set(desk.standing(in_part.handset)["holds"]) - {bad}
    reasons = {desk.why(in_part.handset, other)[2] for other in others}
    assert reasons == {
        "The phone did not have it.",
        "It was told in an earlier answer, and nothing happened since.",
    }


def test_its_history_and_the_findings_tell_of_it(desk: Desk, bad: str, not_at_all: Choking) -> None:
    added, smaller, away = (sentence for sentence, _ in desk.life(bad))
    assert added.endswith("added the contact “Bad” of Ada Example.")
    assert smaller.endswith("cannot take “Bad”: it is sent a smaller form of it.")
    assert away.endswith("cannot take “Bad”: it is kept back from it.")
    (finding,) = desk.cli.rows("findings")
    assert finding[0] == "cannot be taken"
    phone = desk.id(not_at_all.handset)
    assert f"`taccuino device release {phone} {bad}`" in finding[-1]
    assert desk.cli.rows("device", "held", phone) == [[bad, "Contacts", "not sent"]]


def test_on_the_page_it_is_offered_again(desk: Desk, bad: str, not_at_all: Choking) -> None:
    """Say the phone was updated. The log has who did that, and the phone gets it whole."""
    with_administrator(desk.house)
    reader, handset = administrator(desk.house), not_at_all.handset
    place = f"/admin/devices/{desk.id(handset)}/explain?folder={handset.contacts}"
    assert AWAY in reader.get(place).text
    answer = reader.post(place, {"item": bad})
    assert (answer.status, answer["Location"]) == (303, f"{place}&said=offered")
    shown = reader.get(answer["Location"]).text
    assert "It will be offered once more." in shown
    assert AWAY not in shown
    again = desk.life(bad)[-1][0]
    assert again.startswith("One phone is told “Bad” of Ada Example once more")
    assert again.endswith("the administrator root gave cause for it.")
    (pending,) = desk.standing(handset)["pending"]
    assert (pending["told"], pending["rule"], pending["happened"]) == ("Add", "new", again)
    not_at_all.poison = "nothing"
    not_at_all.sync()
    assert not_at_all.held[bad] == "Bad"
    assert desk.why(handset, bad)[:2] == ("Add", "new")
    assert desk.cli.rows("findings") == []
    assert reader.post(place, {"item": bad}).status == 404, "it is not left out any more"


def test_what_came_in_part_is_offered_whole_and_others_hear_nothing_of_that(
    desk: Desk, bad: str, in_part: Choking
) -> None:
    other = Handset(desk.house, device="OTHER")
    other.catch_up(other.contacts)
    desk.cli.done("device", "release", desk.id(in_part.handset), bad)
    (pending,) = desk.standing(in_part.handset)["pending"]
    assert (pending["told"], pending["rule"]) == ("Change", "again")
    assert pending["happened"].startswith("One phone is told “Bad” of Ada Example once more")
    assert desk.standing(other)["pending"] == []
    newcomer = Handset(desk.house, device="NEW")
    newcomer.catch_up(newcomer.contacts)
    assert desk.why(newcomer, bad)[:2] == ("Add", "new")
    happened = desk.standing(newcomer, "--item", bad)["happened"]
    assert happened == "The administrator root added the contact “Bad” of Ada Example."


def test_who_edited_it_is_said_to_have_healed_it(desk: Desk, bad: str, not_at_all: Choking) -> None:
    desk.cli.done("contact", "edit", bad, "--first", "Good")
    standing = desk.standing(not_at_all.handset)
    assert standing["left_out"] == []
    (pending,) = standing["pending"]
    assert (pending["told"], pending["why"]) == ("Add", "The phone did not have it.")
    assert "First name: Bad → Good" in desk.life(bad)[-1][1]


def replayed(desk: Desk, phone: Choking, file: Path) -> list[dict[str, Any]]:
    desk.cli.done("bundle", desk.id(phone.handset), str(file))
    told = desk.cli.done("replay", "--bundle", str(file), "--show", "--json")
    return [json.loads(line) for line in told.splitlines()]


def test_everybody_can_see_it_happen(
    desk: Desk, bad: str, in_part: Choking, tmp_path: Path
) -> None:
    """In a bundle without a word of Ada's each answer is the same, byte for byte: many, then few,
    then the bad one alone and with its note, at last without."""
    answers = replayed(desk, in_part, tmp_path / "poison.bundle")
    assert all(each["same"] for each in answers)
    told = ["\n".join(each["replayed"]) for each in answers]
    ran = [each.count("airsync:Add\n") for each in told if "airsync:Add" in each]
    assert ran[:7] == [MANY, MANY, MANY, 6, 3, 1, 1], "then it is the eighth that is told alone"
    alone = [each for each in told if each.count("airsync:Add\n") == 1]
    with_note = [each for each in alone if 'EstimatedDataSize "14"' in each]
    assert len(with_note) > 3, "its note was of fourteen letters"
    assert "airsyncbase:Data" not in alone[-1]
    assert not any("sososo" in each for each in told)
