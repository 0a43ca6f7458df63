"""The characters a text may have, whoever wrote it."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Without what XML 1.0 has no place for: several phones abort on it.

    Taken off on the way in as well as on the way out, or a phone that is shown a text without it
    would seem to have edited it.
    """
    return text if text.isprintable() else _FORBIDDEN.sub("", text)
