"""Contacts, dialects and pictures for tests of the Contacts class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from adapters.eas import contact
from adapters.eas.dialect import BodyPreference, Dialect
from adapters.eas.fields import CONTACT, Kind
from adapters.eas.quirks import CLIENTS, ORDINARY
from adapters.eas.version import Version
from adapters.wbxml import E, Element, decode, encode
from domain.body import Body

NAME = "airsync:ApplicationData"


@lru_cache
def photo(side: int = 48, form: str = "JPEG", seed: int = 1) -> bytes:
    """A picture of noise, which compresses badly; 48 pixels fit a phone, 900 do not."""
    noise = Random(seed).randbytes(side * side * 3)
    out = BytesIO()
    Image.frombytes("RGB", (side, side), noise).save(out, form)
    return out.getvalue()


def sent(values: dict[str, Any], dialect: Dialect) -> Element:
    """The contact as it arrives at the device, after a way over the wire."""
    return decode(encode(E(NAME, *contact.render(values, dialect))))


def with_element(data: Element, element: Element | None, name: str) -> Element:
    """`data` with `element` in the place of its element `name`, or without one."""
    kept = [child for child in data if child.name != name]
    return E(NAME, *kept, element)


SAMPLES: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: lambda field: f"the {field}",
    Kind.FILE_AS: lambda field: "filed by hand",
    Kind.EMAIL: lambda field: f"{field}@example.org",
    Kind.DATE: lambda field: date(1985, 2, 3),
    Kind.LIST: lambda field: (f"one {field}", f"two {field}"),
    Kind.PICTURE: lambda field: photo(),
    Kind.BODY: lambda field: Body("first line\nsecond line"),
}


def full_contact() -> dict[str, Any]:
    """A contact with every field that the wire knows, and two it does not."""
    values = {row.field: SAMPLES[row.kind](row.field) for row in CONTACT}
    return {**values, "uid": "uid-1", "foreign": ("X-SHOE-SIZE:43",)}


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n"),
    min_size=1,
    max_size=12,
)
emails = st.one_of(texts, st.just("ada@example.org"), st.just('"Lovelace, Ada" <ada@example.org>'))
lists = st.lists(texts, min_size=1, max_size=4, unique=True).map(tuple)
bodies = st.builds(Body, st.text("ab \n<>&é€😀", min_size=1, max_size=40), st.booleans())
dates = st.dates(date(1605, 1, 1), date(4500, 12, 30)) | st.just(date(1604, 2, 29))
pictures = st.sampled_from([photo(), photo(900), photo(48, "PNG"), photo(48, "GIF"), b"no image"])

_KINDS = {
    Kind.TEXT: texts,
    Kind.FILE_AS: texts,
    Kind.EMAIL: emails,
    Kind.DATE: dates,
    Kind.LIST: lists,
    Kind.PICTURE: pictures,
    Kind.BODY: bodies,
}
contacts: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={row.field: _KINDS[row.kind] for row in CONTACT}
)

preferences = st.lists(
    st.builds(
        BodyPreference,
        type=st.sampled_from([1, 2, 3, 4]),
        truncation=st.none() | st.integers(0, 60),
        all_or_none=st.booleans(),
        preview=st.none() | st.integers(0, 255),
    ),
    max_size=3,
    unique_by=lambda wish: wish.type,
).map(tuple)
supported = st.none() | st.frozensets(st.sampled_from([row.element for row in CONTACT]))
dialects = st.builds(
    Dialect,
    version=st.sampled_from(list(Version)),
    bodies=preferences,
    truncation=st.none() | st.integers(0, 60),
    supported=supported,
    quirks=st.sampled_from([ORDINARY, *(row.quirks for row in CLIENTS)]),
)
