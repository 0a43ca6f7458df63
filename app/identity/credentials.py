"""Use cases about secrets: a person's own, proven each time, and what an administrator may do.

An administrator sets, resets and removes, and is never shown anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from app import people
from app.groupware import Groupware
from app.identity import passwords
from app.identity.judging import digest_of
from app.identity.proof import Proof, Prover
from domain.account import Account
from domain.base import Authorship
from domain.credentials import ActiveSyncPassword, SecretInUse
from domain.house import PASSWORDS_VIEWABLE
from domain.refused import Refused
from projections import credentials, house

LONGEST_LABEL: Final = 64


@dataclass(frozen=True)
class NewPassword:
    """An ActiveSync password that was set just now, to be shown to its owner."""

    id: UUID
    password: str = field(repr=False)


def change_login_password(
    prover: Prover, author: Authorship, account: UUID, proof: Proof, password: str
) -> None:
    """A person's new login password; what anybody still sends of the old one is outdated."""
    passwords.expect_strong(password)
    row = prover.expect(author, account, proof)
    if row.directory:
        raise Refused("the directory knows this password: change it there")
    people.set_password(prover.groupware, author, account, password)


def set_activesync_password(
    prover: Prover,
    author: Authorship,
    account: UUID,
    proof: Proof,
    password: str | None = None,
    label: str = "",
    id: UUID | None = None,
) -> NewPassword:
    """A password for phones: this one, or one that is made up. `label` says for which phone it
    is; with `id` it takes the place of another, under whose label it stays."""
    chosen = passwords.generate() if password is None else password
    expect_fit(chosen, label)
    prover.expect(author, account, proof)
    if passwords.normal(chosen) == passwords.normal(proof.password):
        raise SecretInUse("this is the login password: choose another for phones")
    ready = hashed(prover.groupware, account, chosen)
    return NewPassword(put(prover.groupware, author, account, ready, label, id), chosen)


def view_activesync_password(
    prover: Prover, author: Authorship, account: UUID, proof: Proof, id: UUID
) -> str:
    """The password itself; that it was looked at is kept."""
    prover.expect(author, account, proof)
    groupware = prover.groupware
    with groupware.acting(author) as connection:
        row = credentials.by_id(connection, id)
        viewable = house.holds(connection, PASSWORDS_VIEWABLE)
        if row is not None and not (viewable and row.sealed):
            raise Refused("passwords cannot be looked at here: set another")
        person = groupware.load(Account, account)
        sealed = person.see_activesync_password(id)
        groupware.save(person)
    return groupware.keyring.open(account, _place(id), sealed).decode()


def remove_activesync_password(
    prover: Prover, author: Authorship, account: UUID, proof: Proof, id: UUID
) -> None:
    """Phones that send it are let in no longer."""
    prover.expect(author, account, proof)
    withdraw(prover.groupware, author, account, id)


def reset_activesync_password(
    groupware: Groupware,
    author: Authorship,
    account: UUID,
    password: str,
    label: str = "",
    id: UUID | None = None,
) -> UUID:
    """An administrator's way: the password is one they have made up and will hand over."""
    expect_fit(password, label)
    return put(groupware, author, account, hashed(groupware, account, password), label, id)


def withdraw(groupware: Groupware, author: Authorship, account: UUID, id: UUID) -> None:
    """An administrator's way to remove a password."""
    people.change(groupware, author, account, lambda it: it.remove_activesync_password(id))


@dataclass(frozen=True)
class Hashed:
    """A password for phones, hashed before anybody has to wait for the store."""

    password: str = field(repr=False)
    hash: str = field(repr=False)
    digest: bytes = field(repr=False)


def hashed(groupware: Groupware, account: UUID, password: str) -> Hashed:
    digest = digest_of(groupware, account, password)
    return Hashed(password, passwords.hash_password(password), digest)


def put(
    groupware: Groupware,
    author: Authorship,
    account: UUID,
    new: Hashed,
    label: str = "",
    id: UUID | None = None,
) -> UUID:
    """The password in force, and sealed where it may be looked at; its id."""
    with groupware.acting(author) as connection:
        person = groupware.load(Account, account)
        before = person.activesync_passwords.get(id) if id else None
        label = before.label if before else " ".join(label.split())
        id = id or uuid4()
        kept = house.holds(connection, PASSWORDS_VIEWABLE)
        box = groupware.keyring.seal(account, _place(id), new.password.encode()) if kept else b""
        person.set_activesync_password(ActiveSyncPassword(id, label, new.hash, new.digest, box))
        groupware.save(person)
    return id


def renew_hash(
    groupware: Groupware, author: Authorship, account: UUID, id: UUID, password: str
) -> None:
    """Another hash of the same password, unless a new one was set meanwhile."""
    hash, digest = passwords.hash_password(password), digest_of(groupware, account, password)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        before = person.activesync_passwords.get(id)
        if before is not None and before.digest == digest:
            person.rehash_activesync_password(id, hash)
            groupware.save(person)


def expect_fit(password: str, label: str = "") -> None:
    """WeakPassword or Unacceptable if they cannot be a phone's password and its name."""
    passwords.expect_strong(password)
    if len(label) > LONGEST_LABEL or not label.isprintable():
        raise people.Unacceptable(f"a name for a phone has {LONGEST_LABEL} characters at most")


def _place(id: UUID) -> bytes:
    """What a password is sealed together with, so that it cannot be shown as another."""
    return b"activesync password " + id.bytes
