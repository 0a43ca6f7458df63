"""Several files as one to take along. The same files are the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from app.holdings import File
from app.http import Http
from domain.refused import Refused

MOST: Final = 64 << 20
"""So many bytes at most: a page makes them in memory."""

TYPE: Final = "application/zip"
MODE: Final = 0o600 << 16


class TooMuch(Refused):
    """More than a page can hand over; the command line writes it into a folder."""


def as_zip(name: str, files: Iterable[File], most: int = MOST) -> Http:
    """One file of this name to download; TooMuch beyond so many bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for each, pieces in files:
            most = _put(archive, each, pieces, most)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return Http(200, packed.getvalue(), TYPE, headers)


def _put(archive: ZipFile, name: str, pieces: Iterable[bytes], left: int) -> int:
    """How many bytes may still come after it."""
    info = ZipInfo(name)
    info.compress_type, info.external_attr = ZIP_DEFLATED, MODE
    with archive.open(info, "w", force_zip64=True) as out:
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                raise TooMuch("this is more than a page can hand over")
            out.write(piece)
    return left
