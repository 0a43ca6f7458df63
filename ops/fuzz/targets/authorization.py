"""An Authorization header names somebody with a secret, or is Unauthorized."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from app.auth import Unauthorized, credentials
from app.people import bare_name
from domain.account import name_key

NAMES = (b"anna:secret", b"EXAMPLE\\anna:a:b", b"anna@example.org:\xc3\xa9", b"d\\a@b:\xe9", b":")


def seeds() -> Iterator[bytes]:
    """The first byte says whether base64 is made of the rest."""
    yield from (b"\1" + each for each in NAMES)
    yield from (b"\0Basic " + b64encode(each) for each in NAMES)
    yield from (b"\0basic  YTpi=", b"\0Bearer abc", b"\0", b"\0Basic \xff")


def run(data: bytes) -> None:
    header = data[1:].decode("latin-1")
    if data[:1] == b"\1":
        header = f"Basic {b64encode(data[1:]).decode()}"
    try:
        user, secret = credentials(header)
    except Unauthorized:
        return
    assert user
    assert secret
    assert ":" not in user
    name_key(bare_name(user))
