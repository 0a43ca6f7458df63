"""The one secret outside the database: without its file, no sealed event can be read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH: Final = 32
TOO_OPEN: Final = 0o027
"""Nobody but the owner may write the file, and no stranger may read it."""


class MasterKeyUnusable(Exception):
    """The file is not there, is not a key, or others can read it."""


@dataclass(frozen=True)
class MasterKey:
    """The secret itself is never used, only keys derived from it, one for each purpose."""

    secret: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> MasterKey:
        """The key in `path`, if nobody else can have seen it."""
        try:
            mode, secret = path.stat().st_mode, path.read_bytes()
        except OSError as error:
            raise MasterKeyUnusable(f"the master key {path} cannot be read: {error}") from error
        if mode & TOO_OPEN:
            raise MasterKeyUnusable(f"the master key {path} is open to others: chmod 600 {path}")
        if len(secret) != LENGTH:
            raise MasterKeyUnusable(f"the master key {path} must be {LENGTH} bytes long")
        return cls(secret)

    @classmethod
    def read_or_create(cls, path: Path) -> MasterKey:
        """The key in `path`; a new one if there is none. Of several that start, one creates it."""
        if not path.exists():
            with suppress(FileExistsError):
                _create(path, secrets.token_bytes(LENGTH))
        return cls.read(path)

    def derive(self, purpose: str) -> bytes:
        """A key of its own for `purpose`; knowing it tells nothing of any other."""
        kdf = HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=purpose.encode())
        return kdf.derive(self.secret)


def _create(path: Path, secret: bytes) -> None:
    """Write `path` whole or not at all, durably; FileExistsError if somebody was first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
