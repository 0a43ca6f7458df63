"""Whatever people or phones write is text on a page: never a tag, an attribute or a template.

Each page is read as a browser reads it, once with plain words everywhere and then with what
hypothesis makes of them: there must be no kind of tag, and no attribute of one, that was not there
before, and the words must be there.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.ids import server_id
from app import items as use
from app import people
from app.devices import access
from app.identity import credentials
from app.my.contact_form import TEXTS
from domain.body import Body
from domain.calendar import Attendee, Location
from domain.partnership import Partnership
from domain.refused import Refused
from tests.app.reader import Reader
from tests.security.grounds import Grounds, parsed

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></textarea></style></script></main><h1>x",
    "<!-- ]]><![CDATA[ <?x ?>",
    "{{ 7*7 }}{% raise %}{# x #}",
    "{visit.person.login_hash} %(x)s ${7*7} #{7*7} {0.__class__}",
    "&lt;b&gt;&amp;&#60;b&#62;&notit;",
    "' onmouseover='alert(1)' x=\" autofocus onfocus=\"alert(1)",
    "\u202e\u2066<b>\ufeff\u2028<i>\x7f`<u>`",
]
ALL = [" ".join(EVIL[::2]), " ".join(EVIL[1::2])]
SPECIAL = "<>\"'&`{}%#$!-/=;:()[]\\ aé\u202e\u2028\u00a0"
PLAIN = "xxwordxx"


def line(text: str) -> str:
    """The same place in every list, and nothing at its ends that would be taken off."""
    return f"xx{text}xx"


def printable(text: str, most: int = 1000) -> str:
    """As names and labels have to be."""
    return "".join(each if each.isprintable() else "." for each in text)[:most]


class Pen:
    """Puts the same words into everything on these grounds that somebody may put into words."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds, self.groupware, self.made = grounds, grounds.house.groupware, grounds.made
        self.author = grounds.house.admin

    def write(self, text: str) -> None:
        people.change_full_name(self.groupware, self.author, self.made["ada"], printable(text))
        self._phone(text)
        self._revise("Ada", {**dict.fromkeys(TEXTS, text), "body": Body(f"{text}\n{text}")})
        self._revise(
            "Lunch with Ada",
            {
                "subject": text,
                "body": Body(f"{text}\n{text}"),
                "location": Location(text),
                "categories": (text,),
                "attendees": (Attendee("nora@example.org", text), Attendee(text)),
            },
        )
        self._conflict(text)

    def _phone(self, text: str) -> None:
        about = ("name", "model", "os", "os_language", "operator", "number", "imei")
        with self.groupware.acting(self.author):
            phone = self.groupware.load(Partnership, self.made["IPHONE01"])
            phone.introduce(text, text, text, "16.1")
            phone.describe(dict.fromkeys(about, text))
            phone.call_it(printable(f"called {text}", 64))
            self.groupware.save(phone)

    def _revise(self, name: str, patch: dict[str, Any]) -> None:
        with self.groupware.acting(self.author) as connection:
            item = use.load(self.groupware, connection, self.made[name])
            use.revise(self.groupware, connection, item, patch)

    def _conflict(self, text: str) -> None:
        """What was set aside, and what is there instead."""
        with self.groupware.acting(self.author) as connection:
            item = use.load(self.groupware, connection, self.made["Dentist"])
            for edit in list(item.aside):
                item.restore_edit(edit)
            item.set_aside(uuid4(), {"subject": text}, {"subject": text}, text)
            self.groupware.save(item)


@pytest.fixture(scope="module")
def pen(grounds: Grounds) -> Pen:
    pen = Pen(grounds)
    pen.write(line(PLAIN))
    return pen


class Shapes(set[tuple[str, ...]]):
    """Nobody wants to read them where an example failed."""

    def __repr__(self) -> str:
        return f"{len(self)} kinds of tags"


@pytest.fixture(scope="module")
def plain(pen: Pen) -> Shapes:
    """Every kind of tag, with its attributes, of pages on which the words mean nothing."""
    ada = pen.grounds.ada
    return Shapes(kind for path in pen.grounds.shown for kind in parsed(ada.get(path)).skeleton)


@given(st.text(st.sampled_from(SPECIAL), min_size=1, max_size=40))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(ALL[0])
@example(ALL[1])
def test_whatever_somebody_wrote_is_text_on_every_page(pen: Pen, plain: Shapes, text: str) -> None:
    pen.write(line(text))
    read = set[str]()
    for path in pen.grounds.shown:
        page = parsed(pen.grounds.ada.get(path))
        assert set(page.skeleton) <= plain, path
        assert page.strange == [], path
        read.update(page.texts)
        for tag in page.tags:
            read.update(tag.attributes.values())
    assert line(text) in read, "it is told as it was written"


def test_the_pages_show_what_was_written(pen: Pen) -> None:
    """Or the test above would show nothing."""
    pen.write(line(PLAIN))
    silent = [path for path in pen.grounds.shown if PLAIN not in pen.grounds.ada.get(path).text]
    assert silent == []
    told = {"contact": 18, "calendar": 5, "phone": 3}
    for name, least in told.items():
        path = next(
            each
            for each in pen.grounds.shown
            if re.fullmatch(rf"/my/{name}\w*/[a-z2-7]{{26}}", each)
        )
        assert pen.grounds.ada.get(path).text.count(PLAIN) >= least, path


# What only one page shows


@pytest.mark.parametrize("evil", ALL, ids=range(2))
def test_what_was_searched_for_or_asked_is_text(grounds: Grounds, evil: str) -> None:
    ada, stranger = grounds.ada, grounds.stranger()
    for path, names in ASKED.items():
        for reader in (ada, stranger):
            for name in names:
                before = parsed(reader.get(f"{path}?{name}={PLAIN}z7"))
                page = parsed(reader.get(f"{path}?{name}={quote(evil)}z7"))
                assert page.skeleton == before.skeleton, f"{path} {name}"
                assert page.strange == []


ASKED = {
    "/sign-in": ("back", "said", "name"),
    "/my": ("said",),
    "/my/contacts": ("q", "page", "said"),
    "/my/calendar": ("month", "calendar"),
    "/my/calendar/new": ("day",),
    "/my/second-factor/on": ("factor",),
    "/admin/users": ("q", "page"),
    "/admin/devices": ("q", "state", "seen", "version", "after"),
    "/nothing/here": ("q",),
}


@pytest.mark.parametrize("evil", ALL, ids=range(2))
def test_what_was_typed_wrongly_stands_there_again_as_text(grounds: Grounds, evil: str) -> None:
    """A form that is shown again holds what was typed, and no page holds a password."""
    ada, stranger = grounds.ada, grounds.stranger()
    evil = evil.replace("\x7f", "")  # no text has it: a form with it is refused
    typed = line(evil)
    stranger.get("/sign-in")
    for text in (PLAIN, typed):
        answer = stranger.post("/sign-in", {"name": text, "password": f"{text} secret"})
        assert f"{text} secret" not in parsed(answer).texts
        assert f"{text} secret" not in answer.text
    inputs = [tag.attributes.get("value") for tag in parsed(answer).all("input")]
    assert typed in inputs
    forms = {
        "/my/contacts/new": dict.fromkeys(TEXTS, "y" * 300),
        "/my/calendar/new": {"subject": "", "start_date": "", "end_date": ""},
        "/my/settings": {"language": "xx", "zone": ""},
        "/admin/users/new": {"name": "", "mail": "", "full_name": "", "zone": ""},
    }
    for path, form in forms.items():
        ada.get(path)
        shapes = []
        for text in (PLAIN, evil):
            page = parsed(ada.post(path, {name: f"{value}{text}" for name, value in form.items()}))
            shapes.append(page.skeleton)
            assert page.strange == [], path
        assert shapes[0] == shapes[1], path


@pytest.mark.parametrize("evil", [EVIL[0], EVIL[1], EVIL[5]], ids=range(3))
def test_the_names_of_passwords_policies_and_rules_are_text(tmp_path: Path, evil: str) -> None:
    grounds = Grounds(tmp_path)
    house, ada = grounds.house, grounds.made["ada"]
    shapes = []
    for text in (PLAIN, evil):
        label, id = printable(line(text), 64), UUID(int=9)
        credentials.reset_activesync_password(
            house.groupware, house.admin, ada, f"for {text}", label, id
        )
        with suppress(Refused):
            access.put_rule(house.groupware, house.admin, "model", f"{label}*", "block", None)
        grounds.ada.sign_in()
        pages = ["/my/passwords", "/admin/rules", f"/admin/users/{server_id(ada)}"]
        pages += [f"/my/passwords/{server_id(id)}/{act}" for act in ("view", "change", "remove")]
        shown = [parsed(grounds.ada.get(path)) for path in pages]
        shapes.append([set(page.skeleton) for page in shown])
        assert any(label in each for page in shown for each in page.texts)
    assert shapes[0] == shapes[1]
    house.close()


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"),
        *("\tjavascript:alert(1)", "//evil.example", "https://example.org/x"),
    ],
)
def test_what_somebody_wrote_is_no_link_to_anywhere(grounds: Grounds, address: str) -> None:
    id = grounds.house.contact(first_name="Link", web_page=address, email1=address)
    page = parsed(grounds.ada.get(f"/my/contacts/{server_id(id)}"))
    assert address.strip() in {text.strip() for text in page.texts}
    for tag in page.all("a"):
        assert re.match(r"/(?!/)|#|mailto:|tel:", tag.attributes["href"])


def test_a_host_that_somebody_made_up_is_text(grounds: Grounds) -> None:
    headers = {"Host": 'localhost"><script>alert(1)</script>', **grounds.ada.headers}
    reader = Reader(grounds.app, headers=headers, cookies=dict(grounds.ada.cookies))
    for path in ("/my/phones/set-up", "/my", "/my/phones/set-up/qr.svg"):
        assert "<script" not in reader.get(path).text
    profile = reader.get("/my/phones/set-up/taccuino.mobileconfig")
    assert b"<script" not in profile.body
