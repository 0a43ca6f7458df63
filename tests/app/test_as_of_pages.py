"""As it was, on the pages: a slider over the versions of an item, a person's folders at a moment,
and what was removed, back with one click."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode
from uuid import UUID

import pytest

from adapters.ids import server_id
from tests.app.handset import Handset, commanding, deleting, first_name, is_live, verbs
from tests.app.house import House
from tests.app.reader import Answer, Reader, pages, with_administrator, with_password


@pytest.fixture
def house(house: House) -> House:
    with_password(house)
    with_administrator(house)
    house.person("bob", "Bob Example")
    with_password(house, "bob")
    return house


@pytest.fixture
def dentist(house: House) -> UUID:
    """Three versions: at nine, at ten, and removed at eleven."""
    id = house.appointment(subject="Dentist")
    house.clock.advance(hours=1)
    house.revise(id, subject="Surgery")
    house.clock.advance(hours=1)
    house.remove(id)
    house.clock.advance(hours=1)
    return id


def signed_in(house: House, name: str) -> Reader:
    reader = Reader(pages(house))
    reader.sign_in(name)
    reader.get("/my")
    return reader


def told(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def place(id: UUID, at: str = "admin/items") -> str:
    return f"/{at}/{server_id(id)}"


def test_each_version_is_told_beside_what_is_now(house: House, dentist: UUID) -> None:
    reader = signed_in(house, "root")
    assert f"{place(dentist)}/as-of" in reader.get(place(dentist)).text
    first = reader.get(f"{place(dentist)}/as-of?version=1")
    assert "Version 1 of 3" in told(first)
    assert "What Dentist Surgery" in told(first)
    assert 'type="range" min="1" max="3" step="1" value="1"' in first.text
    last = told(reader.get(f"{place(dentist)}/as-of"))
    assert "Version 3 of 3" in last
    assert "it was removed then" in last


@pytest.mark.parametrize(("asked", "shown"), [("0", 1), ("99", 3), ("x", 3), ("", 3), ("2", 2)])
def test_a_version_that_never_was_is_the_nearest(
    house: House, dentist: UUID, asked: str, shown: int
) -> None:
    reader = signed_in(house, "root")
    answer = reader.get(f"{place(dentist)}/as-of?version={asked}")
    assert f"Version {shown} of 3" in told(answer)


def test_a_version_can_be_taken_along(house: House, dentist: UUID) -> None:
    reader = signed_in(house, "root")
    answer = reader.get(f"{place(dentist)}/as-of?version=1&form=ics")
    assert (answer.status, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "attachment" in answer["Content-Disposition"]
    assert b"SUMMARY:Dentist" in answer.body
    data = json.loads(reader.get(f"{place(dentist)}/as-of?version=1&form=json").body)
    assert data[server_id(dentist)]["subject"] == "Dentist"
    assert reader.get(f"{place(dentist)}/as-of?form=vcf").status == 404


def test_what_is_no_item_has_no_versions(house: House) -> None:
    reader = signed_in(house, "root")
    for id in (house.account().id, UUID(int=7)):
        assert reader.get(f"{place(id)}/as-of").status == 404


def test_a_removed_item_is_brought_back_by_an_administrator(house: House, dentist: UUID) -> None:
    reader = signed_in(house, "root")
    assert "Bring it back" in reader.get(f"{place(dentist)}/as-of").text
    answer = reader.post(f"{place(dentist)}/as-of")
    assert "It is back" in reader.get(answer["Location"]).text
    assert is_live(house, server_id(dentist))
    assert "Bring it back" not in reader.get(f"{place(dentist)}/as-of").text


def look(reader: Reader, house: House, **asked: str) -> Answer:
    at = f"/admin/users/{server_id(house.account().id)}"
    return reader.get(f"{at}/as-of?{urlencode(asked)}")


def test_a_calendar_is_shown_as_it_was(house: House, dentist: UUID) -> None:
    reader = signed_in(house, "root")
    assert "as-of" in reader.get(f"/admin/users/{server_id(house.account().id)}").text
    for at, what in (("09:30", "Dentist"), ("10:30", "Surgery")):
        text = told(look(reader, house, at=f"2026-03-02T{at}"))
        assert "One thing was there" in text
        assert what in text
    assert "Nothing there" in told(look(reader, house, at="2026-03-02T11:30"))
    assert "Nothing there" in told(look(reader, house, at="2020-03-02T11:30"))
    assert "A moment is a day with a time" in told(look(reader, house, at="noon"))


def test_two_moments_are_compared(house: House, dentist: UUID) -> None:
    reader = signed_in(house, "root")
    times = {"at": "2026-03-02T09:30", "and": "2026-03-02T10:30"}
    text = told(look(reader, house, **times))
    assert "One thing is different" in text
    assert "changed" in text
    assert "What: Dentist → Surgery" in text
    went = told(look(reader, house, at="2026-03-02T10:30", **{"and": "2026-03-02T11:30"}))
    assert "Surgery went" in went


def test_other_folders_and_files_are_chosen_by_the_query(house: House, dentist: UUID) -> None:
    grace = house.contact(first_name="Grace", last_name="Hopper")
    house.clock.advance(minutes=1)
    reader = signed_in(house, "root")
    phone = Handset(house)
    text = told(look(reader, house, folder=phone.contacts))
    assert "Grace Hopper" in text
    file = look(reader, house, folder=phone.contacts, form="vcf")
    assert b"FN:Grace Hopper" in file.body
    data = look(reader, house, folder=phone.contacts, form="json")
    assert server_id(grace) in json.loads(data.body)
    then = look(reader, house, at="2026-03-02T09:30", form="ics")
    assert b"SUMMARY:Dentist" in then.body
    assert look(reader, house, at="2020-01-01T00:00", form="ics").status == 404


def test_a_person_without_folders_has_nothing_to_show(house: House) -> None:
    reader = signed_in(house, "root")
    answer = reader.get(f"/admin/users/{server_id(house.account('root').id)}/as-of")
    assert "Nothing there" in told(answer)


def test_everybody_finds_what_was_removed_and_brings_it_back(house: House, dentist: UUID) -> None:
    phone = Handset(house)
    phone.catch_up(phone.contacts)
    grace = server_id(house.contact(first_name="Grace", last_name="Hopper"))
    phone.catch_up(phone.contacts)
    house.clock.advance(minutes=1)
    phone.told(phone.contacts, commanding(deleting(grace)))
    reader = signed_in(house, "ada")
    text = told(reader.get("/my/removed"))
    assert text.index("Grace Hopper") < text.index("Surgery"), "the last first"
    assert "administrator" in text[text.index("Surgery") :]
    answer = reader.post(f"/my/removed/{grace}/restore")
    assert "It is back" in reader.get(answer["Location"]).text
    assert is_live(house, grace)
    assert "Grace" not in told(reader.get("/my/removed"))
    assert verbs(phone.catch_up(phone.contacts)) == [("Add", grace)]


def test_what_was_in_a_folder_that_is_gone_comes_back_into_the_first(house: House) -> None:
    phone = Handset(house)
    phone.folder_sync("0")
    folder = phone.make_folder("Friends")
    phone.begin(folder)
    friend = phone.add(folder, first_name("Bea"), client_id="friend")
    phone.folder_command("FolderDelete", ServerId=folder)
    reader = signed_in(house, "ada")
    reader.get("/my/removed")
    reader.post(f"/my/removed/{friend}/restore")
    assert friend in [id for _, id in verbs(phone.catch_up(phone.contacts))]


def test_a_long_list_of_what_was_removed_goes_on(house: House) -> None:
    ids = [house.contact(first_name=f"N{number:02}") for number in range(60)]
    for id in ids:
        house.remove(id)
    reader = signed_in(house, "ada")
    first = reader.get("/my/removed")
    (further,) = re.findall(r"/my/removed\?before=(\d+)", first.text)
    rest = reader.get(f"/my/removed?before={further}")
    assert (first.text.count("<h2"), rest.text.count("<h2")) == (50, 10)


def test_one_sees_the_versions_of_ones_own_and_of_nobody_elses(house: House, dentist: UUID) -> None:
    mine, path = signed_in(house, "ada"), place(dentist, "my/history")
    assert "Version 1 of 3" in told(mine.get(f"{path}/as-of?version=1"))
    theirs = signed_in(house, "bob")
    assert theirs.get(f"{path}/as-of").status == 404
    assert theirs.post(f"/my/removed/{server_id(dentist)}/restore").status == 404
    assert not is_live(house, server_id(dentist))
    assert "Nothing has been removed" in told(theirs.get("/my/removed"))
