"""What people read, in their language: one file for each, all with the same keys.

A key is the way through the tables of the file, as in `mail.code.subject`; a text may have places
for facts, as in `{code}`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
DEFAULT: Final = "en"
LANGUAGES: Final = tuple(sorted(path.stem for path in HERE.glob("*.toml")))


def text(language: str, key: str, /, **facts: object) -> str:
    """The text of `key`, with the facts in their places."""
    return texts(spoken(language))[key].format(**facts)


def spoken(*wishes: str) -> str:
    """The first of these languages that there is, also as part of a locale such as it-IT."""
    for wish in wishes:
        if (found := wish.lower()[:2]) in LANGUAGES:
            return found
    return DEFAULT


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of a language by their keys."""
    return dict(_flat(tomllib.loads((HERE / f"{language}.toml").read_text("utf-8")), ""))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
