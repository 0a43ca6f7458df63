"""Mails to people whose phones are kept out: which ones, why, and what to do about it.

Once a minute each process looks which phones came and were refused, or told nothing. Whichever
writes down first that it will tell does so. What somebody was told is not said again, unless it
was over meanwhile and a week has gone by; several phones stand in one mail, and there are only so
many mails a day, however often a phone takes a new name. Where no mail can be sent nobody looks.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from adapters.mail.smtp import Undelivered
from adapters.store.pool import StoreBusy, StoreUnavailable
from app import burst_mail, i18n, journal
from app.devices.phones import demand_on
from app.groupware import Groupware
from app.identity.onetime import Post
from app.journal import log
from app.my.states import KEPT_OUT_BY
from app.settings import Settings
from app.web.words import Words
from domain.partnership import Partnership
from domain.when import Instant
from domain.zone import Zone
from projections import accounts, attempts, devices, notices, standing
from projections.accounts import AccountRow
from projections.standing import Fact, Portrait

EVERY: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
MAILS_A_DAY: Final = 3
"""To one person."""

TOLD_OF: Final = (standing.WAITS, standing.BLOCKED, standing.RULED_OUT, standing.TOO_NEW)
"""States in which a phone is refused, or told nothing, and its person should know."""


@dataclass(frozen=True)
class KeptOut:
    """A phone that is, since `began`. `why` is a key below `my.state`, `facts` what its text
    names."""

    account: AccountRow
    device: str
    name: str
    why: str
    began: Instant
    facts: Mapping[str, Fact]


def begin(
    groupware: Groupware, settings: Settings, post: Post, every: float = EVERY
) -> threading.Event:
    """Looks from now on, until the event that comes back is set."""
    over = threading.Event()
    rounds = (groupware, settings, post, over, every)
    threading.Thread(target=_look_on, args=rounds, daemon=True).start()
    return over


def _look_on(
    groupware: Groupware, settings: Settings, post: Post, over: threading.Event, every: float
) -> None:
    while not over.wait(every):
        try:
            tell(groupware, settings, post)
            burst_mail.tell(groupware, settings, post)
        except (StoreBusy, StoreUnavailable):
            continue
        except Exception as error:  # the border of one look: the next may fare better
            journal.incident(error)


def tell(groupware: Groupware, settings: Settings, post: Post) -> int:
    """One look: everybody who has to be told is; how many mails were taken."""
    with groupware.reading() as connection:
        now = groupware.clock()
        found = [*_useless(connection, now), *_refused(groupware, connection, now)]
        due = [each for each in found if _is_due(connection, each, now)]
    if not due:
        return 0
    return sum(_mail(groupware, settings, post, theirs) for theirs in _claimed(groupware, due))


def _useless(connection: sqlite3.Connection, now: Instant) -> Iterator[KeptOut]:
    """Phones that send a password of no use any more."""
    for each in attempts.useless(connection):
        account = accounts.by_id(connection, each.account)
        if account is None or not account.enabled or now - each.last > notices.LATELY:
            continue
        phone = devices.by_id(connection, Partnership.id_of(account.id, each.device))
        name = phone.name if phone else each.device or each.agent
        yield KeptOut(account, each.device, name, KEPT_OUT_BY[each.why], each.since, {})


def _refused(
    groupware: Groupware, connection: sqlite3.Connection, now: Instant
) -> Iterator[KeptOut]:
    """Phones about which something was decided, and that came since."""
    for each in notices.refused(connection, now):
        phone, facts = each.phone, each.standing.facts
        at = facts.get("at")
        began = at if isinstance(at, datetime) else phone.created_at
        if each.seen is not None and each.seen.last_seen >= began and _is_out(groupware, each):
            why = each.standing.word.replace(" ", "_")
            yield KeptOut(each.account, phone.device, phone.name, why, began, facts)


def _is_out(groupware: Groupware, portrait: Portrait) -> bool:
    """One that does not keep its policy may be let in all the same, as that policy has it."""
    if portrait.standing.word != standing.UNFIT:
        return portrait.standing.word in TOLD_OF
    phone = portrait.phone
    return bool(demand_on(groupware, portrait.account, phone).verdict(phone.policy_status))


def _is_due(connection: sqlite3.Connection, each: KeptOut, now: Instant) -> bool:
    about = (each.account.id, each.device.upper(), each.why)
    return notices.is_due(connection, *about, each.began.timestamp(), now.timestamp())


def _claimed(groupware: Groupware, due: Iterable[KeptOut]) -> list[list[KeptOut]]:
    """Those that are to be told from here, by person; from now on they count as told."""
    claimed = []
    now = groupware.clock()
    with groupware.pool.writing(lasting=False) as connection:
        for id, some in groupby(sorted(due, key=_whose), lambda each: each.account.id):
            theirs = [each for each in some if _is_due(connection, each, now)]
            before = notices.mails_since(connection, id, now.timestamp() - DAY)
            if theirs and before < MAILS_A_DAY:
                _note(connection, theirs, now.timestamp(), now.timestamp() + WEEK)
                claimed.append(theirs)
    return claimed


def _whose(each: KeptOut) -> bytes:
    return each.account.id.bytes


def _note(
    connection: sqlite3.Connection, theirs: Iterable[KeptOut], told: float, again: float
) -> None:
    for each in theirs:
        notices.note(connection, each.account.id, each.device.upper(), each.why, told, again)


def _mail(groupware: Groupware, settings: Settings, post: Post, theirs: list[KeptOut]) -> bool:
    """All phones of one person in one mail; one that nobody takes is tried again in an hour."""
    account = theirs[0].account
    about = {"account": str(account.id)[:8], "phones": len(theirs)}
    try:
        post.send(account.mail, *_written(settings, account, theirs))
    except Undelivered as error:
        log.warning("not told", **about, why=str(error))
        now = groupware.clock().timestamp()
        with groupware.pool.writing(lasting=False) as connection:
            _note(connection, theirs, 0.0, now + HOUR)
        return False
    log.info("told", **about)
    return True


def _written(settings: Settings, account: AccountRow, theirs: list[KeptOut]) -> tuple[str, str]:
    """Subject and text, in the person's language and on their clocks."""
    words = Words(i18n.spoken(account.language), Zone(account.zone))
    phones = "\n\n".join(_line(words, each) for each in theirs)
    url = settings.public_url
    where = words.text("mail.refused.at", url=url) if url else words.text("mail.refused.pages")
    facts = {"name": account.full_name, "phones": phones, "where": where}
    subject = words.number("mail.refused.subject", len(theirs))
    return subject, words.text("mail.refused.body", **facts).strip() + "\n"


def _line(words: Words, each: KeptOut) -> str:
    told = {n: words.moment(f) if isinstance(f, datetime) else f for n, f in each.facts.items()}
    text = words.text(f"my.state.{each.why}.text", **told)
    return words.text("mail.refused.phone", phone=" ".join(each.name.split()), text=text)
