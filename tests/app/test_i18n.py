"""Both languages say the same, in the same places."""

from __future__ import annotations

from string import Formatter

import pytest

from app import i18n


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_all_languages_have_the_same_texts_with_the_same_places() -> None:
    assert i18n.LANGUAGES == ("en", "it")
    english, italian = (i18n.texts(each) for each in i18n.LANGUAGES)
    assert english.keys() == italian.keys()
    for key, text in english.items():
        assert places(text) == places(italian[key]), key


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [
        (("it",), "it"),
        (("", "it-IT"), "it"),
        (("de", "IT"), "it"),
        (("de",), "en"),
        ((), "en"),
        (("en_US", "it"), "en"),
    ],
)
def test_a_language_is_the_first_there_is(wishes: tuple[str, ...], spoken: str) -> None:
    assert i18n.spoken(*wishes) == spoken
