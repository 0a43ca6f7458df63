"""The pages speak Italian and English: whole, alike, and nothing stands outside the files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from app import i18n, people
from domain.calendar import FIELDS as CALENDAR
from domain.contact import FIELDS as CONTACT
from tests.app.house import House
from tests.app.reader import Reader, pages, with_password

APP = Path(i18n.__file__).parent.parent
TEMPLATES = sorted((APP / "web/templates").rglob("*.html"))
BY_NAME = ("refused", "said", "field")
"""Tables of which a text is looked up by the name of something that stands elsewhere."""

SPOKEN = ("aria-label", "title", "alt", "placeholder")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    english, italian = i18n.texts("en"), i18n.texts("it")
    assert english.keys() == italian.keys()
    differing = [key for key in english if places(english[key]) != places(italian[key])]
    assert differing == []


def test_no_text_is_empty_or_has_blanks_around_it() -> None:
    for language in i18n.LANGUAGES:
        wrong = [
            key
            for key, text in i18n.texts(language).items()
            if not text or (text != text.strip() and "\n" not in text)
        ]
        assert wrong == []


def mentioned() -> Iterator[str]:
    """Every text that stands in templates and code, and the name of every class."""
    for path in TEMPLATES:
        yield from re.findall(r'"([\w.-]+)"', path.read_text())
    rooms = (APP, APP.parent / "domain", APP.parent / "adapters")
    for path in (path for room in rooms for path in room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.ClassDef):
                yield node.name
    yield from CALENDAR
    yield from CONTACT


def test_every_text_is_used() -> None:
    said = set(mentioned())
    beginnings = tuple(each for each in said if each.endswith(".") and len(each) > 1)

    def used(key: str) -> bool:
        key = re.sub(r"\.(one|many)$", "", key)
        table, _, name = key.partition(".")
        if table in BY_NAME:
            return name in said or key in said
        return key in said or key.startswith(beginnings)

    assert [key for key in i18n.texts("en") if not used(key)] == []


def test_every_text_that_a_template_uses_is_there() -> None:
    keys = {re.sub(r"\.(one|many)$", "", key) for key in i18n.texts("en")}
    used = (
        each
        for path in TEMPLATES
        for each in re.findall(r'\b[tn]\(\s*"([^"]+)"\s*[,)]', path.read_text())
    )
    assert [key for key in used if key not in keys] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_visible_text_stands_in_a_template(path: Path) -> None:
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.DOTALL)
    spoken = [
        value
        for name in SPOKEN
        for value in re.findall(rf'\s{name}="([^"]*)"', bare)
        if re.search(r"[^\W\d_]", value)
    ]
    text = re.sub(r"<[^>]*>", " ", bare, flags=re.DOTALL)
    text = re.sub(r"&\w+;", "", text)
    assert spoken == []
    assert re.findall(r"[^\W\d_]+", text) == []


# Which one


@pytest.fixture
def reader(house: House) -> Reader:
    with_password(house)
    return Reader(pages(house))


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("it-IT,it;q=0.9,en;q=0.8", "it"),
        ("it", "it"),
        ("en-GB", "en"),
        ("fr-FR,it;q=0.8", "it"),
        ("ja", "en"),
        ("", "en"),
        ("../../etc/passwd", "en"),
    ],
)
def test_the_browser_says_in_which_language_until_somebody_is_known(
    reader: Reader, wish: str, language: str
) -> None:
    assert f'<html lang="{language}"' in reader.get("/sign-in", Accept_Language=wish).text


def test_the_language_of_the_account_wins(reader: Reader, house: House) -> None:
    people.choose_language(house.groupware, house.admin, house.account().id, "it")
    reader.sign_in()
    page = reader.get("/my", Accept_Language="en")
    assert '<html lang="it"' in page.text
    assert "Ciao, Ada Example" in page.text


def test_language_and_zone_are_chosen_on_a_page(reader: Reader, house: House) -> None:
    reader.sign_in()
    reader.get("/my/settings")
    reader.post("/my/settings", {"language": "it", "zone": "America/New_York"})
    assert (house.account().language, house.account().zone) == ("it", "America/New_York")
    assert "Salvato" in reader.get("/my/settings?said=saved").text


def test_a_zone_that_is_none_is_refused_in_words(reader: Reader, house: House) -> None:
    reader.sign_in()
    reader.get("/my/settings")
    answer = reader.post("/my/settings", {"language": "en", "zone": "../../etc/passwd"})
    assert answer.status == 409
    assert "Choose another one." in answer.text
    assert house.account().zone == "UTC"
