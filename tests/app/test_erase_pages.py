"""The pages by which everything held on a person is taken along, and by which it is erased."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from pathlib import Path
from zipfile import ZipFile

import pytest

from adapters.ids import server_id
from app import folders, people
from app.web import zipped
from app.web.zipped import TooMuch, as_zip
from domain.folder import USER_CALENDAR
from tests.app.house import House
from tests.app.reader import PASSWORD, Answer, Reader, pages, with_password
from tests.app.somebody import NAME, Somebody, remains

PATIENCE = 60.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "home")
    people.open_account(
        house.groupware, house.admin, "root", "root@example.org", administrator=True
    )
    with_password(house, "root")
    yield house
    house.close()


@pytest.fixture
def somebody(house: House) -> Somebody:
    somebody = Somebody(house.groupware, cycle(["Ünïcode and plain"]))
    somebody.live()
    with_password(house, NAME)
    return somebody


def signed_in(house: House, name: str) -> Reader:
    reader = Reader(pages(house))
    reader.sign_in(name)
    reader.get("/my/settings")
    return reader


def place(somebody: Somebody) -> str:
    return f"/admin/users/{server_id(somebody.ids[0])}"


def unpacked(answer: Answer, folder: Path) -> set[str]:
    """The files of a download, in a folder."""
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="taccuino.zip"'
    with ZipFile(BytesIO(answer.body)) as archive:
        archive.extractall(folder)
        return set(archive.namelist())


# Taking along


def test_a_person_takes_their_data_along_by_their_password(
    house: House, somebody: Somebody, tmp_path: Path
) -> None:
    reader = signed_in(house, NAME)
    assert "/my/settings/data" in reader.get("/my/settings").text
    reader.get("/my/settings/data")
    refused = reader.post("/my/settings/data", {"proof": "a guess that is wrong"})
    assert refused.status == 422
    reader.get("/my/settings/data")
    taken = reader.post("/my/settings/data", {"proof": PASSWORD})
    assert unpacked(taken, tmp_path / "all") >= {"person.json", "log.jsonl", "Calendar.ics"}
    told = {text for _, text in remains(tmp_path / "all", somebody.said)}
    assert set(somebody.said) - told == {somebody.password}


def test_an_administrator_takes_the_data_of_a_person_along(
    house: House, somebody: Somebody, tmp_path: Path
) -> None:
    reader = signed_in(house, "root")
    assert f"{place(somebody)}/erase" in reader.get(place(somebody)).text
    reader.get(f"{place(somebody)}/erase")
    taken = reader.post(f"{place(somebody)}/erase", {"take": "1"})
    assert "person.json" in unpacked(taken, tmp_path / "all")
    other = signed_in(house, NAME)
    assert other.get(f"{place(somebody)}/erase").status == 403
    assert other.post(f"{place(somebody)}/erase", {"take": "1"}).status == 403


def test_more_than_a_page_can_hold_is_left_to_the_command_line(
    house: House, somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert as_zip("x", [("a", [b"ab", b"c"])], most=3).status == 200
    with pytest.raises(TooMuch):
        as_zip("x", [("a", [b"ab"]), ("b", [b"cd"])], most=3)
    monkeypatch.setattr(zipped.as_zip, "__defaults__", (1000,))
    reader = signed_in(house, "root")
    reader.get(f"{place(somebody)}/erase")
    refused = reader.post(f"{place(somebody)}/erase", {"take": "1"})
    assert refused.status == 422
    assert "taccuino person export" in refused.text


def test_the_same_files_are_the_same_zip() -> None:
    assert as_zip("x", [("a", [b"ab"])]) == as_zip("x", [("a", [b"a", b"b"])])


# Erasing


def test_a_person_is_erased_once_an_administrator_is_sure_and_names_them(
    house: House, somebody: Somebody
) -> None:
    theirs, reader, page = signed_in(house, NAME), signed_in(house, "root"), place(somebody)
    reader.get(f"{page}/erase")
    assert reader.post(f"{page}/erase", {"name": NAME}).status == 422
    assert reader.post(f"{page}/erase", {"sure": "1", "name": "somebody"}).status == 422
    assert theirs.get("/my/settings").status == 200
    done = reader.post(f"{page}/erase", {"sure": "1", "name": NAME.lower()})
    assert (done.status, done["Location"]) == (303, "/admin/users?said=erased")
    assert theirs.get("/my/settings")["Location"].startswith("/sign-in")
    assert reader.get(page).status == 404
    assert NAME not in reader.get("/admin/users").text
    assert f"erased the person {server_id(somebody.ids[0])}" in reader.get("/admin/log").text
    deadline = time.monotonic() + PATIENCE
    while remains(house.settings.home, somebody.said) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert remains(house.settings.home, somebody.said) == []


def test_what_others_have_noted_of_them_is_shown_before(house: House, somebody: Somebody) -> None:
    house.person("bob")
    kept = house.contact("bob", first_name="Friend", email1=somebody.address)
    with house.groupware.acting(house.admin) as connection:
        name = f"With {somebody.address}"
        folders.make(house.groupware, connection, house.account("bob").id, name, USER_CALENDAR)
    reader = signed_in(house, "root")
    text = reader.get(f"{place(somebody)}/erase").text
    assert server_id(kept) in text
    assert "a contact of bob" in text
    assert "a folder of bob" in text


def test_the_last_administrator_is_not_erased(house: House) -> None:
    reader, id = signed_in(house, "root"), server_id(house.account("root").id)
    reader.get(f"/admin/users/{id}/erase")
    refused = reader.post(f"/admin/users/{id}/erase", {"sure": "1", "name": "root"})
    assert refused.status == 422
    assert "last administrator" in refused.text
