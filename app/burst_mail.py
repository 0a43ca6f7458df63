"""Mails about bursts that are held: to the person whose phone it was, and to the administrators.

The look that tells of phones that are kept out (app/notices.py) comes here as well. Each burst is
told once to each of them, by whichever process writes down first that it will.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.ids import server_id
from adapters.mail.smtp import Undelivered
from app import i18n
from app.groupware import Groupware
from app.identity.onetime import Post
from app.journal import log
from app.log.naming import Names
from app.settings import Settings
from app.web.words import Words
from domain.zone import Zone
from projections import accounts, devices, holds, notices
from projections.accounts import AccountRow
from projections.holds import Burst

HELD: Final = "held"
HOUR: Final = 3600.0
WEEK: Final = 7 * 24 * HOUR
DAY: Final = 24 * HOUR
MAILS_A_DAY: Final = 10
"""To one reader; what waits longer than that is told the day after."""


@dataclass(frozen=True)
class Letter:
    """A burst, and one of those who are told."""

    burst: Burst
    reader: AccountRow


def tell(groupware: Groupware, settings: Settings, post: Post) -> int:
    """One look: how many mails were taken."""
    with groupware.reading() as connection:
        found = list(_due(groupware, connection))
    return sum(_send(groupware, settings, post, each) for each in _claimed(groupware, found))


def _due(groupware: Groupware, connection: sqlite3.Connection) -> Iterator[Letter]:
    waiting = holds.bursts(connection)
    readers = accounts.all_accounts(connection) if waiting else []
    for burst in waiting:
        for reader in readers:
            letter = Letter(burst, reader)
            concerned = reader.administrator or reader.id == burst.owner
            if concerned and _is_due(groupware, connection, letter):
                yield letter


def _is_due(groupware: Groupware, connection: sqlite3.Connection, each: Letter) -> bool:
    now = groupware.clock().timestamp()
    name = each.burst.id.hex
    began = each.burst.begun.timestamp()
    few = notices.mails_since(connection, each.reader.id, now - DAY) < MAILS_A_DAY
    return few and notices.is_due(connection, each.reader.id, name, HELD, began, now)


def _claimed(groupware: Groupware, found: list[Letter]) -> list[Letter]:
    """Those that are told from here; from now on they count as told."""
    if not found:
        return []
    now = groupware.clock().timestamp()
    with groupware.pool.writing(lasting=False) as connection:
        mine = [each for each in found if _is_due(groupware, connection, each)]
        for each in mine:
            _note(connection, each, now, now + WEEK)
    return mine


def _note(connection: sqlite3.Connection, each: Letter, told: float, again: float) -> None:
    notices.note(connection, each.reader.id, each.burst.id.hex, HELD, told, again)


def _send(groupware: Groupware, settings: Settings, post: Post, each: Letter) -> bool:
    """One that nobody takes is tried again in an hour."""
    about = {"account": str(each.reader.id)[:8], "burst": server_id(each.burst.id)}
    try:
        post.send(each.reader.mail, *_written(groupware, settings, each))
    except Undelivered as error:
        log.warning("not told", **about, why=str(error))
        again = groupware.clock().timestamp() + HOUR
        with groupware.pool.writing(lasting=False) as connection:
            _note(connection, each, 0.0, again)
        return False
    log.info("told", **about)
    return True


def _written(groupware: Groupware, settings: Settings, each: Letter) -> tuple[str, str]:
    """Subject and text, in the reader's language and on their clocks."""
    burst, reader = each.burst, each.reader
    words = Words(i18n.spoken(reader.language), Zone(reader.zone))
    mine = reader.id == burst.owner
    with groupware.reading() as connection:
        names = Names(connection, words)
        phone = devices.by_id(connection, burst.partnership)
        facts = {
            "name": reader.full_name,
            "person": names.person(burst.owner),
            "phone": " ".join(phone.name.split()) if phone else "",
            "folder": names.collection(burst.collection, burst.owner),
            "moment": words.moment(burst.begun),
            "deleted": burst.deleted,
            "edited": burst.edited,
            "where": _where(words, settings, burst, mine),
        }
    key = "mail.held.mine" if mine else "mail.held.theirs"
    subject = words.text("mail.held.subject", phone=facts["phone"])
    return subject, words.text(key, **facts).strip() + "\n"


def _where(words: Words, settings: Settings, burst: Burst, mine: bool) -> str:
    path = f"{'/my' if mine else '/admin'}/held/{server_id(burst.id)}"
    if settings.public_url:
        return words.text("mail.held.at", url=f"{settings.public_url}{path}")
    return words.text("mail.held.pages" if mine else "mail.held.admin_pages")
