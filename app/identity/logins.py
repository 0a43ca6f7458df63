"""Whether a login password is right: by the hash that is set here, or by the directory's word.

The directory knows the passwords of those who are left to it, and their names and addresses: what
it tells of them at a login is taken over where it differs. It makes no accounts: who may sync is
decided here. While it does not answer nobody's password is wrong, so DirectoryDown is raised.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from adapters.directory.person import DirectoryDown, Person, Verify
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import people
from app.groupware import Groupware
from app.identity.judging import digest_of, own_password
from app.journal import log
from app.settings import Settings
from domain.base import Authorship
from domain.refused import Refused, Unknown
from projections import attempts
from projections.accounts import AccountRow

if TYPE_CHECKING:
    from adapters.directory.ldap import Directory

NOT_NOW: Final = (Refused, StoreBusy, StoreUnavailable)
"""Why a name or an address cannot be taken over, which keeps nobody out: another account has it,
it is none, or the store cannot be written to at once."""


A_MOMENT: Final = 0.1
"""Seconds to wait for the store where another time will do."""


class NoDirectory(Refused):
    """No directory is set up that could know a password."""


@dataclass(frozen=True)
class Logins:
    """Knows the login passwords of everybody; `verify` asks the directory, if there is one."""

    groupware: Groupware
    verify: Verify | None = None

    def __call__(self, account: AccountRow, secret: str) -> bool:
        """A LoginCheck (judging.py). Where the directory says no, a hash that nobody has is
        checked after it, or the time would tell who is left to it."""
        if not account.directory:
            return own_password(account, secret)
        if self.verify is None:
            raise DirectoryDown("none is set up, see ldap_servers in the settings")
        found = self.verify(account.name, secret)
        if found is None:
            return own_password(account, secret)
        self._recognise(account.id, secret)
        self._refresh(account, found)
        return True

    def _recognise(self, account: UUID, secret: str) -> None:
        """So that it is known for what it was when it is right no longer; at another time if
        the store is busy."""
        digest = digest_of(self.groupware, account, secret)
        with self.groupware.reading() as connection:
            if attempts.was_right(connection, account, digest):
                return
        now = self.groupware.clock().timestamp()
        with (
            suppress(StoreBusy, StoreUnavailable),
            self.groupware.pool.writing(A_MOMENT, lasting=False) as connection,
        ):
            attempts.note_right(connection, account, digest, now)

    def _refresh(self, account: AccountRow, found: Person) -> None:
        """Name and address as the directory has them now; what it does not tell stays."""
        author = self.groupware.author("system", "directory")
        for told, known, change in (
            (found.full_name, account.full_name, people.change_full_name),
            (found.mail, account.mail, people.change_mail),
        ):
            if told in ("", known):
                continue
            try:
                change(self.groupware, author, account.id, told)
            except NOT_NOW as error:
                kind = type(error).__name__
                log.warning("not taken over", account=str(account.id)[:8], why=kind)


def directory(settings: Settings) -> Directory | None:
    """The directory that the settings name; None if they name none."""
    if not settings.ldap_servers:
        return None
    from adapters.directory.ldap import Directory  # not loaded where there is none

    return Directory(
        servers=settings.ldap_servers,
        base=settings.ldap_base,
        filter=settings.ldap_filter,
        bind_dn=settings.ldap_bind_dn,
        bind_password_file=settings.ldap_bind_password_file,
        ca_file=settings.ldap_ca_file,
        full_name=settings.ldap_full_name,
        mail=settings.ldap_mail,
        timeout=settings.ldap_timeout,
    )


def expect_directory(settings: Settings) -> Directory:
    """The directory; NoDirectory if there is none."""
    found = directory(settings)
    if found is None:
        raise NoDirectory("no directory is set up: TACCUINO_LDAP_SERVERS and docs/ldap.md say how")
    return found


def leave_to_directory(
    groupware: Groupware, settings: Settings, author: Authorship, account: UUID
) -> None:
    """From now on the directory says whether their login password is right; NoDirectory where
    nobody could be let in that way."""
    expect_directory(settings)
    people.leave_login_to_directory(groupware, author, account)


def look_up(settings: Settings, name: str) -> Person:
    """The one entry of this name, for whoever is to have an account; Refused if there is none or
    more than one, or DirectoryDown."""
    found = expect_directory(settings).people(name)
    if not found:
        raise Unknown(f"the directory knows no {name}; `taccuino directory check {name}` shows it")
    if len(found) > 1:
        raise Refused(f"the directory has more than one {name}: a narrower ldap_filter is needed")
    return found[0]


def logins(settings: Settings, groupware: Groupware) -> Logins:
    """Who knows login passwords in a house with these settings."""
    asked = directory(settings)
    return Logins(groupware, asked.verify if asked else None)
