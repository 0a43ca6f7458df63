"""Use cases about people: who has an account, by which secret, under which policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from adapters.eas.provision import unfit
from app.folders import make_default_folders
from app.groupware import Groupware
from app.passwords import expect_strong, hash_password
from domain.account import Account, OutOfOffice
from domain.base import Authorship
from domain.policy import LENIENT, Policy
from domain.refused import NameTaken, Refused, Unknown
from projections import accounts, policies

LONGEST_NAME: Final = 64
FORBIDDEN: Final = frozenset("/\\:@")
"""What would make a name ambiguous in a login, an address or a path."""

SPECIAL: Final = r"\s@<>,;:\"()\[\]\\"
LABEL: Final = rf"[^{SPECIAL}.]{{1,63}}"
MAIL: Final = re.compile(rf"[^{SPECIAL}]{{1,64}}@{LABEL}(?:\.{LABEL})*")
LONGEST_MAIL: Final = 254


class Unacceptable(Refused):
    """A name, an address, a zone or a policy setting that cannot be used."""


def open_account(
    groupware: Groupware,
    author: Authorship,
    name: str,
    mail: str,
    full_name: str = "",
    zone: str = "UTC",
    administrator: bool = False,
) -> UUID:
    """A new person; enabled for ActiveSync only by `enable`. The id of the account."""
    name, mail, full_name = name.strip(), mail.strip(), full_name.strip()
    _expect_name(name)
    _expect_mail(mail)
    _expect_zone(zone)
    _expect_printable(full_name, "a full name")
    with groupware.acting(author) as connection:
        if accounts.find(connection, name):
            raise NameTaken(f"there is an account {name} already")
        if accounts.by_mail(connection, mail):
            raise NameTaken(f"another account has the address {mail}")
        account = Account.open(name, mail, full_name or name, zone, administrator)
        groupware.save(account)
        return account.id


def enable(groupware: Groupware, author: Authorship, account: UUID) -> None:
    """ActiveSync is theirs to use: with a calendar, an address book and what phones look for."""
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.enable()
        groupware.save(person)
        make_default_folders(groupware, account)


def disable(groupware: Groupware, author: Authorship, account: UUID) -> None:
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.disable()
        groupware.save(person)


def set_password(groupware: Groupware, author: Authorship, account: UUID, password: str) -> None:
    """The login password; what anybody still sends of the old one stops working at once."""
    expect_strong(password)
    hash = hash_password(password)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.set_login_password(hash)
        groupware.save(person)


def renew_hash(
    groupware: Groupware, author: Authorship, account: UUID, before: str, password: str
) -> None:
    """Another hash of the same password, unless a new one was set meanwhile."""
    hash = hash_password(password)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        if person.login_hash == before:
            person.set_login_password(hash)
            groupware.save(person)


def choose_zone(groupware: Groupware, author: Authorship, account: UUID, zone: str) -> None:
    _expect_zone(zone)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.choose_zone(zone)
        groupware.save(person)


def write_policy(
    groupware: Groupware, author: Authorship, name: str, settings: Mapping[str, str]
) -> UUID:
    """Write a policy set, or rewrite it: then every phone under it has to acknowledge it anew."""
    _expect_settings(settings)
    _expect_name(name.strip())
    with groupware.acting(author) as connection:
        row = policies.find(connection, name.strip())
        if row is None:
            policy = Policy.write(name.strip(), settings)
        else:
            policy = groupware.load(Policy, row.id)
            policy.rewrite(settings)
        groupware.save(policy)
        return policy.id


def assign_policy(groupware: Groupware, author: Authorship, account: UUID, policy: str) -> None:
    """Put a person under a policy set; with an empty name under none."""
    with groupware.acting(author) as connection:
        row = policies.find(connection, policy)
        if policy and row is None:
            raise Unknown(f"there is no policy {policy}")
        person = groupware.load(Account, account)
        person.assign_policy(row.name if row else "")
        groupware.save(person)


def set_out_of_office(
    groupware: Groupware, author: Authorship, account: UUID, reply: OutOfOffice
) -> None:
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.set_out_of_office(reply)
        groupware.save(person)


def _expect_name(name: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Unacceptable(f"a name has between 1 and {LONGEST_NAME} characters")
    if FORBIDDEN & set(name):
        raise Unacceptable("a name is without / \\ : and @")
    _expect_printable(name, "a name")


def _expect_mail(mail: str) -> None:
    if len(mail) > LONGEST_MAIL or not MAIL.fullmatch(mail):
        raise Unacceptable(f"{mail!r} is not a mail address")
    _expect_printable(mail, "a mail address")


@cache
def zones() -> frozenset[str]:
    """Every zone by its IANA name; looking them up reads hundreds of files."""
    return frozenset(available_timezones())


def _expect_zone(zone: str) -> None:
    if zone not in zones():
        raise Unacceptable(f"{zone!r} is not a time zone, as Europe/Rome is")


def _expect_printable(text: str, what: str) -> None:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        raise Unacceptable(f"{what} is without control characters")


def _expect_settings(settings: Mapping[str, str]) -> None:
    """Every setting is one, with a value it may have; so what is sent is never corrupt."""
    lenient = {name: value for name, value in settings.items() if name in LENIENT}
    others = {name: value for name, value in settings.items() if name not in LENIENT}
    wrong = next((name for name, value in lenient.items() if value not in ("0", "1")), "")
    if wrong := wrong or unfit(others):
        raise Unacceptable(f"{wrong} = {settings[wrong]!r} is not a policy setting")
