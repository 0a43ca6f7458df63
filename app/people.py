"""Use cases about people: who has an account, by which secret, under which policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from adapters.eas.provision import unfit
from app.devices.phones import expect_version
from app.folders import make_default_folders
from app.groupware import Groupware
from app.i18n import LANGUAGES
from app.identity.judging import digest_of
from app.identity.passwords import expect_strong, hash_password
from domain.account import Account, OutOfOffice
from domain.base import Authorship
from domain.policy import LENIENT, Policy
from domain.refused import NameTaken, Refused, Unknown
from projections import accounts, policies
from projections.accounts import AccountRow

LONGEST_NAME: Final = 64
FORBIDDEN: Final = frozenset("/\\:@")
"""What would make a name ambiguous in a login, an address or a path."""

SPECIAL: Final = r"\s@<>,;:\"()\[\]\\"
LABEL: Final = rf"[^{SPECIAL}.]{{1,63}}"
MAIL: Final = re.compile(rf"[^{SPECIAL}]{{1,64}}@{LABEL}(?:\.{LABEL})*")
LONGEST_MAIL: Final = 254


class Unacceptable(Refused):
    """A name, an address, a zone or a policy setting that cannot be used."""


def find(groupware: Groupware, user: str) -> AccountRow | None:
    """Whoever is meant by `name`, `DOMAIN\\name`, `name@domain` or a full address."""
    with groupware.reading() as connection:
        if "@" in user and (found := accounts.by_mail(connection, user)):
            return found
        return accounts.find(connection, bare_name(user))


def bare_name(user: str) -> str:
    """The account's name in `name`, `DOMAIN\\name`, `name@domain` or `DOMAIN\\name@domain`."""
    return user.rpartition("\\")[2].partition("@")[0]


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
        if groupware.keyring.erased(Account.id_of(name)):
            raise NameTaken(f"somebody called {name} was erased here: take another name")
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
    hash, digest = hash_password(password), digest_of(groupware, account, password)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        person.set_login_password(hash, digest)
        groupware.save(person)


def renew_hash(
    groupware: Groupware, author: Authorship, account: UUID, before: str, password: str
) -> None:
    """Another hash of the same password, unless a new one was set meanwhile."""
    hash, digest = hash_password(password), digest_of(groupware, account, password)
    with groupware.acting(author):
        person = groupware.load(Account, account)
        if person.login_hash == before:
            person.set_login_password(hash, digest)
            groupware.save(person)


def change(
    groupware: Groupware, author: Authorship, account: UUID, act: Callable[[Account], None]
) -> None:
    """One thing about a person is different from now on."""
    with groupware.acting(author):
        person = groupware.load(Account, account)
        act(person)
        groupware.save(person)


def make_administrator(groupware: Groupware, author: Authorship, account: UUID) -> None:
    change(groupware, author, account, Account.grant_administrator)


def withdraw_administrator(groupware: Groupware, author: Authorship, account: UUID) -> None:
    """Refused for the last one: somebody has to decide."""
    with groupware.acting(author) as connection:
        others = (each for each in accounts.all_accounts(connection) if each.id != account)
        if not any(each.administrator for each in others):
            raise Refused("this is the last administrator: make somebody else one first")
        change(groupware, author, account, Account.withdraw_administrator)


def leave_login_to_directory(groupware: Groupware, author: Authorship, account: UUID) -> None:
    """From now on the directory (LDAP) says whether a login password is right."""
    change(groupware, author, account, Account.leave_login_to_directory)


def take_login_from_directory(groupware: Groupware, author: Authorship, account: UUID) -> None:
    """From now on the login password is the one that is set here."""
    change(groupware, author, account, Account.take_login_from_directory)


def change_full_name(
    groupware: Groupware, author: Authorship, account: UUID, full_name: str
) -> None:
    full_name = full_name.strip()
    _expect_printable(full_name, "a full name")
    change(groupware, author, account, lambda person: person.change_full_name(full_name))


def change_mail(groupware: Groupware, author: Authorship, account: UUID, mail: str) -> None:
    mail = mail.strip()
    _expect_mail(mail)
    with groupware.acting(author) as connection:
        other = accounts.by_mail(connection, mail)
        if other is not None and other.id != account:
            raise NameTaken(f"another account has the address {mail}")
        change(groupware, author, account, lambda person: person.change_mail(mail))


def choose_language(groupware: Groupware, author: Authorship, account: UUID, language: str) -> None:
    if language not in LANGUAGES:
        raise Unacceptable(f"{language!r} is not a language here; there are {', '.join(LANGUAGES)}")
    change(groupware, author, account, lambda person: person.choose_language(language))


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
        if policy and (row is None or row.removed):
            raise Unknown(f"there is no policy {policy}")
        person = groupware.load(Account, account)
        person.assign_policy(row.name if row else "")
        groupware.save(person)


def set_ceiling(groupware: Groupware, author: Authorship, account: UUID, version: str) -> None:
    """The newest version that is spoken with the phones of a person; empty for all there are."""
    expect_version(version)
    change(groupware, author, account, lambda person: person.set_ceiling(version))


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
