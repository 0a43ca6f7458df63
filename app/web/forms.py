"""What a form sent, and whether it came from a page of ours.

Bodies are bounded and read strictly: one value per field unless a page asks for several, no
control characters, UTF-8 only. Each form carries a mark that only a page of the same session can
know (the cookie is SameSite=Lax besides, and what a browser says about where a request comes from
is believed if it says no).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl

from falcon import Request

from adapters.characters import clean
from app.http import read_body

MOST: Final = 256 << 10
MOST_FIELDS: Final = 200
URLENCODED: Final = "application/x-www-form-urlencoded"
MARK: Final = "mark"
SALT: Final = 8
OURS: Final = ("same-origin", "none")
"""What Sec-Fetch-Site says of a request that our own page made."""


class BadForm(Exception):
    """Not a form, or not one of ours."""


class Forged(Exception):
    """The form does not come from a page of this session, or from one that is long over."""


@dataclass(frozen=True)
class Form:
    """The fields of a form; texts have line feeds only, and no blanks at their ends."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """The one value of a field; empty if it was not sent. BadForm for several."""
        values = self.fields.get(name, ("",))
        if len(values) != 1:
            raise BadForm(f"{name} was sent twice")
        return values[0].strip()

    def secret(self, name: str) -> str:
        """As `text`, with its blanks."""
        self.text(name)
        return self.fields.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())

    def has(self, name: str) -> bool:
        """Whether a box was ticked, or a button pressed."""
        return name in self.fields


def read(req: Request) -> Form:
    """The form in the body of a request; BadForm, or TooLarge."""
    if (req.content_type or "").partition(";")[0].strip().lower() != URLENCODED:
        raise BadForm("not a form")
    data = read_body(req, MOST)
    try:
        pairs = parse_qsl(
            data.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(data),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise BadForm("the form is not written right") from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), _text(value))
    return Form(fields)


def _text(value: str) -> str:
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if clean(text) != text or "\x7f" in text:
        raise BadForm("there are characters in it that no text has")
    return text


def mark(token: str) -> str:
    """What a form of this session carries; another one each time, so that no page that is
    compressed on its way gives it away."""
    salt = secrets.token_bytes(SALT)
    return salt.hex() + _sealed(token, salt)


def expect_ours(req: Request, token: str, form: Form) -> None:
    """Forged, unless the form stood on a page of this session."""
    given = form.text(MARK)
    try:
        salt = bytes.fromhex(given[: 2 * SALT])
    except ValueError:
        raise Forged from None
    right = salt.hex() + _sealed(token, salt)
    from_us = (req.get_header("Sec-Fetch-Site") or "none") in OURS
    if not (from_us and token and compare_digest(right, given.encode("ascii", "replace").decode())):
        raise Forged


def _sealed(token: str, salt: bytes) -> str:
    return blake2b(salt, key=blake2b(token.encode()).digest(), digest_size=16).hexdigest()
