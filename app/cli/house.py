"""The store as a verb finds it: open, with a bell to ring, and somebody who acts."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from adapters.ids import uuid_of
from app.composition import CODEC, open_groupware
from app.groupware import Groupware
from app.push.bell import Bell
from app.settings import Settings
from domain.base import Authorship
from domain.folder import CALENDAR, CONTACTS
from domain.refused import Refused, Unknown
from projections import accounts, folders
from projections.accounts import AccountRow
from projections.folders import FolderRow

DEFAULT: Final = {"calendar": CALENDAR, "contacts": CONTACTS}
"""The type of the folder that is meant where none is named."""


@dataclass(frozen=True)
class House:
    """`actor` is who works at the command line; all that comes of a verb is one `request`."""

    settings: Settings
    groupware: Groupware
    actor: str
    request: str

    @property
    def author(self) -> Authorship:
        return self.groupware.author(self.actor, self.request)

    def account(self, name: str) -> AccountRow:
        """The person with this name or address."""
        with self.groupware.reading() as connection:
            found = accounts.find(connection, name) or accounts.by_mail(connection, name)
        if found is None:
            raise Unknown(f"there is no user {name}; `taccuino user list` shows who there is")
        return found

    def folders(self, account: AccountRow) -> list[FolderRow]:
        with self.groupware.reading() as connection:
            found = folders.folders(connection, CODEC, account.id)
        if not found:
            enable = f"`taccuino user enable {account.name}`"
            raise Refused(f"{account.name} has no folders yet; {enable} makes them")
        return found

    def folder(self, account: AccountRow, named: str | None, kind: str) -> FolderRow:
        """A person's folder for this kind of item, by id or name; without one, the default."""
        fitting = [folder for folder in self.folders(account) if folder.kind == kind]
        for folder in fitting:
            if named is None and folder.type == DEFAULT[kind]:
                return folder
            if named and (folder.id == uuid_of(named) or folder.name.lower() == named.lower()):
                return folder
        raise Unknown(
            f"{account.name} has no folder {named or 'of their own'} for {kind};"
            f" `taccuino folder list {account.name}` shows what there is"
        )


@contextmanager
def open_house() -> Iterator[House]:
    """The house over the store in TACCUINO_HOME, which is made if it is not there."""
    settings = Settings.load()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    bell = Bell(settings.sockets)
    try:
        groupware = open_groupware(settings.home, ring=bell.ring)
        with closing(groupware.pool):
            yield House(settings, groupware, f"admin:{whoami()}", f"cli-{secrets.token_hex(4)}")
        bell.settle()
    finally:
        bell.close()


def in_house(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that works on the store: it is given the house first."""

    @wraps(verb)
    def run(*args: Any, **kwargs: Any) -> None:
        with open_house() as house:
            verb(house, *args, **kwargs)

    return run


def whoami() -> str:
    """Who is logged in; the number of the account where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
