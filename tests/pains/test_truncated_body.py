"""Notes cut for a phone and saved back cut (tine20 #2281, EAS-4-TbSync #347, SOGo #4806)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eas import contact
from adapters.eas.body import choose, read
from adapters.eas.dialect import BodyPreference, Dialect
from adapters.eas.version import Version
from adapters.wbxml import E
from domain.body import Body
from domain.patch import CLEARED

LONG = Body("Met her in Turin.\nLikes bees.\nNever call before ten.")
CUT = Dialect(Version.V14_1, bodies=(BodyPreference(1, 25),))
SEEN = "Met her in Turin.\r\nLikes"


def returned(text: str, dialect: Dialect = CUT, base: Body = LONG) -> object:
    form = E("airsyncbase:Type", 2 if base.html else 1)
    return read(E("airsyncbase:Body", form, E("airsyncbase:Data", text)), base, dialect)


def test_the_phone_of_these_tests_sees_the_beginning_only() -> None:
    data = choose(LONG, CUT)[0].text_of("airsyncbase:Data", "")
    assert data.strip() == SEEN


@pytest.mark.parametrize("text", [SEEN, SEEN + " ", SEEN + "\r\n", SEEN.replace("\r", "")])
def test_a_cut_text_that_comes_back_never_overwrites(text: str) -> None:
    assert returned(text) is None


def test_a_phone_that_edits_another_field_leaves_the_notes_whole() -> None:
    values = {"first_name": "Ada", "body": LONG}
    data = E(
        "airsync:ApplicationData",
        E("contacts:FirstName", "Augusta"),
        E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", SEEN)),
    )
    assert contact.read(data, CUT, values) == {"first_name": "Augusta"}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Met her in Milan.\r\nLikes", "Met her in Milan.\nLikes bees.\nNever call before ten."),
        ("Likes", "Likes bees.\nNever call before ten."),
        (SEEN + " \r\nOwes me ten.", LONG.text + "\nOwes me ten."),
        ("PS: " + SEEN, "PS: " + LONG.text),
    ],
)
def test_an_edit_of_the_visible_part_keeps_the_hidden_one(text: str, whole: str) -> None:
    assert returned(text) == Body(whole)


def test_a_phone_that_fetched_the_whole_text_may_edit_all_of_it() -> None:
    edited = LONG.text.replace("Turin", "Milan")
    assert returned(edited) == Body(edited)
    longer = LONG.text + "\nNor after nine."
    assert returned(longer) == Body(longer)
    assert returned(LONG.text.replace("\n", "\r\n")) is None


def test_notes_that_are_removed_are_removed() -> None:
    assert returned("") is CLEARED


@pytest.mark.parametrize(
    "dialect",
    [
        Dialect(bodies=(BodyPreference(1, 0),)),
        Dialect(bodies=(BodyPreference(1, 25, all_or_none=True),)),
        Dialect(Version.V2_5, truncation=0),
    ],
)
def test_a_phone_that_saw_nothing_removes_nothing(dialect: Dialect) -> None:
    if dialect.version is Version.V2_5:
        assert read(E("contacts:Body"), LONG, dialect) is None
    else:
        assert returned("", dialect) is None
        assert returned("News.", dialect) == Body(LONG.text + "\nNews.")


def test_notes_in_html_survive_a_phone_that_shows_plain_text() -> None:
    base = Body("<p>Met her in <b>Turin</b>.</p><p>Likes bees.</p>", html=True)
    data = choose(base, CUT)[0].text_of("airsyncbase:Data", "")
    body = E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", data))
    assert read(body, base, CUT) is None


@given(
    whole=st.text("ab \n.é", min_size=1, max_size=60),
    cut=st.integers(0, 60),
    text=st.text("xyz \n", min_size=1, max_size=30),
    place=st.integers(0, 30),
)
def test_no_edit_of_a_cut_text_loses_a_word_the_phone_never_saw(
    whole: str, cut: int, text: str, place: int
) -> None:
    base, dialect = Body(whole), Dialect(bodies=(BodyPreference(1, cut),))
    seen = choose(base, dialect)[0].text_of("airsyncbase:Data", "").replace("\r\n", "\n")
    hidden = whole[len(seen) :]
    edited = returned(seen[:place] + text + seen[place:], dialect, base)
    if isinstance(edited, Body):
        assert hidden.strip() in edited.text
        assert text.strip() in edited.text
