"""No address, name or reference leads to a file that is not meant: only what is known by its exact
name is served."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote
from uuid import UUID

import pytest

from adapters.ids import server_id
from adapters.wbxml import E
from domain.calendar import Attachment
from tests.app.house import House, texts
from tests.app.reader import Reader
from tests.security.grounds import Grounds

UPWARD = [
    "../site.py",
    "..%2fsite.py",
    "%2e%2e/site.py",
    "%2e%2e%2fsite.py",
    "..%252fsite.py",
    "..%c0%afsite.py",
    "..\\site.py",
    "..%5csite.py",
    "....//site.py",
    "./style.css",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "style.css",
    "style.css%00.svg",
    "style.css/",
    "",
    ".",
    "..",
    "C:\\Windows\\win.ini",
    "~root/.bashrc",
]
NEVER = (b"import ", b"root:", b"SQLite format", b"[extensions]")


@pytest.mark.parametrize("name", UPWARD)
def test_nothing_is_served_as_a_file_but_the_files_there_are(reader: Reader, name: str) -> None:
    for target in (f"/static/{name}", f"/static/x/{name}"):
        answer = reader.get(target)
        assert answer.status == 404
        assert not any(word in answer.body for word in NEVER)


@pytest.mark.parametrize("place", ["/my/contacts/", "/my/phones/set-up/"])
@pytest.mark.parametrize("name", UPWARD)
def test_a_name_in_an_address_is_an_id_or_nothing(grounds: Grounds, place: str, name: str) -> None:
    for target in (f"{place}{name}", f"{place}{quote(name, safe='')}", f"{place}{name}/picture"):
        answer = grounds.ada.get(target)
        assert answer.status in (303, 404) or (answer.status == 200 and "<main" in answer.text)
        assert not any(word in answer.body for word in NEVER)


def test_the_theme_and_the_language_are_of_a_list_and_no_files(reader: Reader) -> None:
    for name in ("../../settings", "/etc/passwd", "en.toml", "../en"):
        page = reader.get("/sign-in", Accept_Language=name, Cookie=f"theme={name}")
        assert page.status == 200
        assert 'lang="en"' in page.text
        assert "data-theme" not in page.text


# Attachments

REFERENCE = server_id(UUID(int=7))


@pytest.fixture
def attached(house: House) -> House:
    plan = Attachment(REFERENCE, "../../etc/passwd", b"the plan", "text/plain")
    house.appointment(subject="With a file", attachments=(plan,))
    return house


def fetched(house: House, reference: str, name: str = "ada") -> tuple[list[str], list[str]]:
    """Each status, and what was found."""
    store = E("itemoperations:Store", "Mailbox")
    fetch = E("itemoperations:Fetch", store, E("airsyncbase:FileReference", reference))
    root = house.answer("ItemOperations", E("itemoperations:ItemOperations", fetch), name=name)
    return texts(root, "itemoperations:Status"), texts(root, "itemoperations:Data")


def test_a_file_is_found_by_its_reference(attached: House) -> None:
    assert fetched(attached, REFERENCE)[1] == [b64encode(b"the plan").decode()]


@pytest.mark.parametrize(
    "reference",
    [
        *("../master.key", "/etc/passwd", "master.key", "taccuino.sqlite", "..%2fmaster.key"),
        *("%", "_" * 26, "*", f"%{REFERENCE[1:]}", f"{REFERENCE}/..", f"../{REFERENCE}"),
        *("' OR 1=1 --", f"{REFERENCE}' OR 'a'='a", "../../etc/passwd", "\x00", " "),
    ],
)
def test_a_reference_is_one_of_ours_or_nothing(attached: House, reference: str) -> None:
    statuses, found = fetched(attached, reference)
    assert found == []
    assert statuses[-1] != "1"


def test_a_file_is_found_by_its_person_only(attached: House) -> None:
    attached.person("bob")
    statuses, found = fetched(attached, REFERENCE, "bob")
    assert found == []
    assert statuses[-1] == "15"
