"""A phone that is lost: what came from here is erased on it, or at least nothing more comes.

Only phones that speak 16.1 can erase one account (MS-ASPROV 2.2.2.1). One that speaks an older
version is shut out instead, together with a password that is its alone. All that is on a phone is
erased only where an administrator allowed that for the house, and the phone was named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from adapters.eas.version import Version
from app.devices.phones import change
from app.groupware import Groupware
from app.identity import credentials as use
from domain.base import Authorship
from domain.house import FULL_WIPE_ALLOWED
from domain.partnership import WipeKind
from domain.refused import Refused, Unknown
from projections import attempts, credentials, devices, house, sightings
from projections.credentials import PasswordRow
from projections.devices import PartnershipRow


class NotMeant(Refused):
    """Somebody who is to confirm that a phone is erased whole has named another, or none."""


@dataclass(frozen=True)
class Ordered:
    """What comes of it: the phone erases, or, since it speaks `version`, is shut out; the labels
    of the passwords that were `withdrawn` with that; whether it still knows one that is `shared`
    with other phones or with the login, and should be changed."""

    erases: bool
    version: str
    withdrawn: tuple[str, ...] = ()
    shared: bool = False


def request_wipe(
    groupware: Groupware,
    author: Authorship,
    partnership: UUID,
    kind: WipeKind = "account",
    confirmed: str = "",
) -> Ordered:
    """Ask the phone to erase what came from here; with `device` all that is on it, if `confirmed`
    is its name or model. Refused where that is not allowed or not confirmed."""
    with groupware.acting(author) as connection:
        phone = _phone(connection, partnership)
        if kind == "device":
            _expect_meant(connection, phone, confirmed)
        change(groupware, author, partnership, lambda it: it.request_wipe(kind))
        version = spoken(connection, phone)
        if erases(kind, version):
            return Ordered(True, version)
        own = list(_own_passwords(connection, phone))
        for password in own:
            use.withdraw(groupware, author, phone.account, password.id)
        labels = tuple(password.label for password in own)
        return Ordered(False, version, labels, shared=not own)


def cancel_wipe(groupware: Groupware, author: Authorship, partnership: UUID) -> None:
    change(groupware, author, partnership, lambda it: it.cancel_wipe())


def acknowledge_wipe(
    groupware: Groupware, author: Authorship, partnership: UUID, status: int
) -> None:
    """What the phone says became of its wipe; it is blocked from here on."""
    change(groupware, author, partnership, lambda it: it.acknowledge_wipe(status))


def erases(kind: WipeKind, version: str) -> bool:
    """Whether a phone that speaks this version can do what is asked."""
    return kind == "device" or Version.parse(version) >= Version.V16_1


def spoken(connection: sqlite3.Connection, phone: PartnershipRow) -> str:
    """The version in which it was heard last; the newest where nobody remembers."""
    seen = sightings.seen(connection, phone.id)
    return (seen.version if seen else phone.version) or max(Version).text


def _phone(connection: sqlite3.Connection, id: UUID) -> PartnershipRow:
    phone = devices.by_id(connection, id)
    if phone is None:
        raise Unknown(f"there is no partnership {id}")
    return phone


def _expect_meant(connection: sqlite3.Connection, phone: PartnershipRow, confirmed: str) -> None:
    if not house.holds(connection, FULL_WIPE_ALLOWED):
        raise Refused(
            "phones are not erased whole here: a wipe takes back what came from here, unless an"
            f" administrator allows more for everybody ({FULL_WIPE_ALLOWED})"
        )
    names = {each.casefold() for each in (phone.name, model(phone)) if each}
    if " ".join(confirmed.split()).casefold() not in names:
        raise NotMeant(
            f"this would erase everything on {phone.name}, private things too: to confirm,"
            " give its name"
        )


def model(phone: PartnershipRow) -> str:
    """What the phone says it is, or its agent does; empty if nobody knows."""
    return phone.about.get("model") or phone.model


def _own_passwords(connection: sqlite3.Connection, phone: PartnershipRow) -> Iterator[PasswordRow]:
    """Passwords that this phone was the last to use; the only one of a person is for all."""
    known = credentials.of_account(connection, phone.account)
    for password in known if len(known) > 1 else ():
        last = attempts.last_use(connection, password.id)
        if last is not None and last.device.casefold() == phone.device.casefold():
            yield password
