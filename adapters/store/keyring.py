"""Per-subject keys: whoever's key is destroyed can be read nowhere any more.

A subject is an account or a contact. Its data key lies in the table `subject_key`, wrapped by
a key derived from the master key. Erasing leaves the row without its key, so that nothing is
ever sealed again for a subject that is gone.

The row is read each time, in the transaction of the moment: an erasure by any process counts at
once, in every other. Kept in memory is only what unwrapping a row has given.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.store.masterkey import MasterKey
from adapters.store.pool import Pool

NONCE: Final = 12
DIGEST: Final = 16
REMEMBERED: Final = 4096

TABLE: Final = """
CREATE TABLE IF NOT EXISTS subject_key (subject BLOB PRIMARY KEY, wrapped BLOB)
STRICT, WITHOUT ROWID
"""

GONE: Final = (None,)
"""The row of a subject whose key was destroyed."""


class Erased(Exception):
    """The key of this subject was destroyed, and with it all that was sealed under it."""


class SealBroken(ValueError):
    """The box is not the one that was sealed for this subject and place."""


class WrongMasterKey(Exception):
    """The keys in this store were wrapped by another master key."""


class Keyring:
    """Seals and opens boxes under the keys of subjects."""

    def __init__(self, pool: Pool, master: MasterKey) -> None:
        self._pool = pool
        self._wrapper = AESGCM(master.derive("taccuino subject keys"))
        self._digests = master.derive("taccuino digests of secrets")
        self._unwrapped = lru_cache(REMEMBERED)(self._unwrap)
        with pool.writing() as connection:
            connection.execute(TABLE)
        self._prove()

    def seal(self, subject: UUID, aad: bytes, plain: bytes) -> bytes:
        """A box that only this subject's key opens, and only together with `aad`.

        A subject's first box makes its key, in the transaction of the moment. Erased if the
        subject is gone.
        """
        wrapped = self._wrapped(subject) or self._create(subject)
        return _box(self._unwrapped(subject, wrapped), plain, aad)

    def open(self, subject: UUID, aad: bytes, box: bytes) -> bytes:
        """What was sealed. Erased if the key is gone, SealBroken if it is another box."""
        wrapped = self._wrapped(subject)
        if wrapped is None:
            raise Erased(str(subject))
        try:
            return _unbox(self._unwrapped(subject, wrapped), box, aad)
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"a box of {subject} was altered or moved") from error

    def digest(self, subject: UUID, purpose: str, secret: str) -> bytes:
        """What a secret of this subject can be recognised by, and, without the master key, not
        be guessed from. The same secret has another digest for another purpose."""
        text = b"\0".join(
            (subject.bytes, purpose.encode(), secret.encode("utf-8", "surrogatepass"))
        )
        return blake2b(text, key=self._digests, digest_size=DIGEST).digest()

    def holds(self, subject: UUID) -> bool:
        """Whether there is a key of this subject: something was sealed for it, and can be read."""
        return self._row(subject) not in (None, GONE)

    def erased(self, subject: UUID) -> bool:
        """Whether there was a key of this subject that was destroyed."""
        return self._row(subject) == GONE

    def erase(self, *subjects: UUID) -> None:
        """Destroy their keys, for ever. The bytes are overwritten in the file, too."""
        with self._pool.writing() as connection:
            connection.executemany(
                "INSERT INTO subject_key VALUES (?, NULL)"
                " ON CONFLICT (subject) DO UPDATE SET wrapped = NULL",
                [(each.bytes,) for each in subjects],
            )
            self._pool.after_commit(self._pool.checkpoint)
            self._pool.after_commit(self.forget)

    def forget(self) -> None:
        """Drop all keys from memory. Nothing depends on it but how long they lie there."""
        self._unwrapped.cache_clear()

    def _wrapped(self, subject: UUID) -> bytes | None:
        """The wrapped key, None if there never was one, Erased if it is gone."""
        row = self._row(subject)
        if row == GONE:
            raise Erased(str(subject))
        return row[0] if row else None

    def _row(self, subject: UUID) -> tuple[bytes | None] | None:
        with self._pool.reading() as connection:
            row: tuple[bytes | None] | None = connection.execute(
                "SELECT wrapped FROM subject_key WHERE subject = ?", (subject.bytes,)
            ).fetchone()
        return row

    def _create(self, subject: UUID) -> bytes:
        with self._pool.joining() as connection:
            wrapped = _box(self._wrapper, AESGCM.generate_key(256), subject.bytes)
            row = connection.execute(
                "INSERT INTO subject_key VALUES (?, ?) ON CONFLICT (subject) DO NOTHING"
                " RETURNING wrapped",
                (subject.bytes, wrapped),
            ).fetchone()
            return wrapped if row else self._wrapped(subject) or wrapped

    def _unwrap(self, subject: UUID, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(_unbox(self._wrapper, wrapped, subject.bytes))
        except InvalidTag as error:
            raise WrongMasterKey("the keys in this store belong to another master key") from error

    def _prove(self) -> None:
        """Refuse at once to work with a master key that is not this store's."""
        with self._pool.reading() as connection:
            row = connection.execute(
                "SELECT subject, wrapped FROM subject_key WHERE wrapped IS NOT NULL LIMIT 1"
            ).fetchone()
        if row is not None:
            self._unwrapped(UUID(bytes=row[0]), row[1])


def _box(key: AESGCM, plain: bytes, aad: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + key.encrypt(nonce, plain, aad)


def _unbox(key: AESGCM, box: bytes, aad: bytes) -> bytes:
    return key.decrypt(box[:NONCE], box[NONCE:], aad)
