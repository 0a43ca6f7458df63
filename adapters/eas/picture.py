"""The photo of a contact as a phone can take it (MS-ASCNTC 2.2.2.58).

The original is kept; what a phone gets is derived from it. The same original always gives the
same bytes, so that a photo that comes back unchanged is recognised.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from adapters.eas.dialect import Unconvertible

if TYPE_CHECKING:
    from PIL import Image

LIMIT = 48 * 1024
"""Characters of base64 that a Picture may have, both ways."""

PASSED_ON = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How the formats begin that every phone shows: JPEG and PNG."""

READABLE = ("JPEG", "PNG", "GIF", "WEBP", "BMP")

MAX_PIXELS = 25_000_000
"""What may be unpacked in memory; a larger JPEG is unpacked at a fraction of its size."""

# Longest side and JPEG quality, the best first; the last one always fits.
STEPS = ((640, 85), (640, 70), (480, 75), (360, 75), (240, 70), (160, 60), (96, 50))

DAMAGE = (
    EOFError,
    IndexError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the library raises at damaged bytes, beside an error of its own."""

_CACHE_SIZE = 512
_derived: dict[bytes, bytes | None] = {}


def for_phone(original: bytes) -> bytes | None:
    """The picture that is sent for `original`, or None if there is none that fits.

    A small JPEG or PNG goes out as it is. Anything else becomes a small JPEG; what cannot be
    read goes out as it is when it is small, and not at all when it is big.
    """
    if _fits(original) and original.startswith(PASSED_ON):
        return original
    key = sha256(original).digest()
    if key not in _derived:
        if len(_derived) >= _CACHE_SIZE:
            del _derived[next(iter(_derived))]
        _derived[key] = _smaller(original)
    derived = _derived[key]
    return original if derived is None and _fits(original) else derived


def encoded(picture: bytes) -> str:
    return b64encode(picture).decode("ascii")


def decoded(content: str | bytes) -> bytes:
    """The picture in a Picture element; raises Unconvertible if it is none or too big.

    Line breaks in the base64 are passed over. Opaque content may be base64 as well, or the
    picture itself.
    """
    text = b"".join((content.encode() if isinstance(content, str) else content).split())
    if len(text) > LIMIT:
        raise Unconvertible("a picture of more than 48 KB")
    try:
        return b64decode(text, validate=True)
    except NotBase64:
        if isinstance(content, bytes) and _fits(content):
            return content
        raise Unconvertible("a picture that is not base64") from None


def _fits(picture: bytes) -> bool:
    return (len(picture) + 2) // 3 * 4 <= LIMIT


def _smaller(original: bytes) -> bytes | None:
    """A JPEG of at most LIMIT, or None when the original is no picture we can read.

    The library's warnings concern damage that it can live with, and sizes that we look at.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = _opened(original)
            return None if image is None else _first_that_fits(image)
        except (*DAMAGE, Image.DecompressionBombError):
            return None


def _opened(original: bytes) -> Image.Image | None:
    """The picture upright and without transparency, or None if it would fill the memory."""
    from PIL import Image, ImageOps

    image: Image.Image = Image.open(BytesIO(original), formats=READABLE)
    side = STEPS[0][0]
    image.draft("RGB", (side, side))
    if image.width * image.height > MAX_PIXELS:
        return None
    image = ImageOps.exif_transpose(image)
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image).convert("RGB")


def _first_that_fits(image: Image.Image) -> bytes | None:
    for side, quality in STEPS:
        smaller = image.copy()
        smaller.thumbnail((side, side))
        out = BytesIO()
        smaller.save(out, "JPEG", quality=quality)
        if _fits(out.getvalue()):
            return out.getvalue()
    return None
