"""What a phone says of a contact is taken or Unconvertible; what was taken can be shown, and shown
again it is no edit."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from adapters.eas import contact
from adapters.eas.dialect import BodyPreference, Dialect, Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element, Malformed, decode, encode
from domain.body import Body
from domain.patch import apply

VERSIONS: Final = tuple(Version)
DOT: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
BASES: Final[tuple[dict[str, Any] | None, ...]] = (
    None,
    {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email1": '"Lovelace, Ada" <ada@example.org>',
        "birthday": date(1604, 2, 29),
        "anniversary": date(1985, 2, 3),
        "categories": ("One", "Two"),
        "children": ("Byron",),
        "picture": DOT,
        "body": Body("first line\nsecond line"),
        "mobile_phone": "+39 06 123456",
    },
)
WISHES: Final = ((), (BodyPreference(1, 20),), (BodyPreference(2), BodyPreference(1)))


def seeds() -> Iterator[bytes]:
    """Version, base and wishes, each a byte, and then the document."""
    for number, version in enumerate(VERSIONS):
        for at in range(len(BASES)):
            device = _device(version, number)
            yield bytes((number, at, number)) + encode(_shown(BASES[1] or {}, device))


def run(data: bytes) -> None:
    if len(data) < 4:
        return
    try:
        said = decode(data[3:])
    except Malformed:
        return
    device = _device(VERSIONS[data[0] % len(VERSIONS)], data[2])
    base = BASES[data[1] % len(BASES)]
    try:
        after = apply(base or {}, contact.read(said, device, base))
    except Unconvertible:
        return
    shown = decode(encode(_shown(after, device)))
    assert contact.read(shown, device, after) == {}


def _device(version: Version, wish: int) -> Dialect:
    return Dialect(version, WISHES[wish % len(WISHES)])


def _shown(values: dict[str, Any], device: Dialect) -> Element:
    return E("airsync:ApplicationData", *contact.render(values, device))
