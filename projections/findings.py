"""Findings: what an administrator should know, and would not see in any list.

A row of KINDS says how often something has to happen, within which time, until it is worth a
word. Before that it is counted and forgotten again; from then on it is told, with since when, how
often and when last. All of it is folded from events that were recorded for other reasons.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from eventsourcing.domain import DomainEvent

from domain.item import Begun, EditDiscarded, EditHeld, EditReleased, Revised
from domain.partnership import DeviceForgotten, DevicePartnered
from domain.patch import Values
from domain.provisioning import PolicyAcknowledged, PolicyExcepted, PolicyRefused
from domain.round import ItemQuarantined, ItemReleased, LineMissed
from domain.when import Instant, Timed
from domain.zone import ZoneRule
from projections import attempts, heartbeats

TABLES = """
CREATE TABLE IF NOT EXISTS finding (
    kind TEXT NOT NULL,
    about BLOB NOT NULL,
    detail TEXT NOT NULL,
    since INTEGER NOT NULL,
    last INTEGER NOT NULL,
    times INTEGER NOT NULL,
    told INTEGER NOT NULL,
    PRIMARY KEY (kind, about, detail)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS finding_told ON finding (last) WHERE told;
"""

HOUR, DAY, MONTH = 3600, 86_400, 30 * 86_400

CURRENT = timedelta(days=30)
"""What has not happened for so long is no longer told."""


@dataclass(frozen=True)
class Kind:
    """`often` times within so many seconds are worth a word. `words` may name {whose}, {about},
    {detail} and {times}; `about` says what the finding is about, `detail` what else it names."""

    about: Literal["item", "phone", "account"]
    often: int
    within: int
    words: str
    detail: Literal["item", "author", "text"] = "text"


FLAPPING, ZONE, CHOKING, BURST, REFUSED, RENAMED, SHARED, WAITING, CUT_OFF = (
    "changes all the time",
    "unknown time zone",
    "cannot be taken",
    "burst held",
    "policy refused",
    "always a new phone",
    "two phones, one name",
    "waits for approval",
    "waiting is cut off",
)

KINDS = {
    attempts.OUTDATED: Kind(
        "account",
        1,
        HOUR,
        "a phone of {whose} still sends a password that was changed or removed: {detail}. The new"
        " one has to be typed there; nobody is locked out by it",
    ),
    attempts.LOGIN: Kind(
        "account",
        1,
        HOUR,
        "a phone of {whose} sends the login password, and is refused: {detail}. Phones of this"
        " person have to send an ActiveSync password",
    ),
    attempts.NONE: Kind(
        "account",
        1,
        HOUR,
        "a phone of {whose} is refused: {detail}. There is a second factor, and no ActiveSync"
        " password yet: `taccuino activesync-password set {whose}`",
    ),
    FLAPPING: Kind(
        "item",
        20,
        HOUR,
        "{detail} changes this item over and over ({times} times), and every phone of {whose}"
        " fetches it each time. What goes to and fro: `taccuino history {about}`",
        detail="author",
    ),
    ZONE: Kind(
        "account",
        1,
        HOUR,
        "events of {whose} came in a time zone that no city keeps ({detail}): they stand at the"
        " times they were given, but will not follow should that zone change its rules",
    ),
    CHOKING: Kind(
        "phone",
        1,
        HOUR,
        "a phone of {whose} cannot take an item, and is spared it; all others reach it. Edit the"
        " item, or offer it again: `taccuino device release {about} {detail}`",
        detail="item",
    ),
    BURST: Kind(
        "phone",
        1,
        HOUR,
        "a phone of {whose} deleted or rewrote very much at once ({times} edits), and was not"
        " believed: nobody else sees it until you decide. `taccuino burst show {detail}`",
        detail="item",
    ),
    REFUSED: Kind(
        "phone",
        1,
        HOUR,
        "a phone of {whose} does not keep its policy ({detail}). To let this one in all the same:"
        " `taccuino device except {about}`",
    ),
    RENAMED: Kind(
        "account",
        5,
        MONTH,
        "{times} phones of the kind {detail} were set up for {whose}: if it is one, it takes a new"
        " name again and again. It works; update its mail app if you can",
    ),
    WAITING: Kind(
        "phone",
        1,
        HOUR,
        "a phone of {whose} waits until somebody lets it in: {detail}. To do so:"
        " `taccuino device approve {about}`",
    ),
    CUT_OFF: Kind(
        "phone",
        1,
        HOUR,
        "a network that a phone of {whose} comes from cuts connections that wait {detail}. It is"
        " served all the same; a proxy or router that is yours could let it wait longer:"
        " docs/reliability.md",
    ),
    SHARED: Kind(
        "phone",
        1,
        DAY,
        "two phones of {whose} go by one name, as one set up from a copy of the other does. Both"
        " are served; to make them two, remove the account from one and set it up anew",
    ),
}

FELL_SHORT = {2: "it keeps a part of it", 3: "it keeps nothing of it", 4: "it is managed elsewhere"}
"""What a phone says when it acknowledges a policy (MS-ASPROV 2.2.2.54.2)."""

WAITS = """
SELECT id, coalesce(nullif(label, ''), about ->> 'name', about ->> 'model', model), device_type,
    created_at, (SELECT last_seen FROM device_seen WHERE partnership = id)
FROM partnership WHERE access = 'quarantine' AND NOT forgotten AND blocked = '' AND wipe IS NULL
"""

NOTE = """
INSERT INTO finding VALUES (:kind, :about, :detail, :at, :at, 1, :often <= 1)
ON CONFLICT DO UPDATE SET last = :at,
    since = CASE WHEN told OR :at - since <= :within THEN since ELSE :at END,
    times = CASE WHEN told OR :at - since <= :within THEN times + 1 ELSE 1 END,
    told = told OR (:at - since <= :within AND times + 1 >= :often)
"""


@dataclass(frozen=True)
class Finding:
    """`about` is an item, a phone or an account, as the row of `kind` says."""

    kind: str
    about: UUID
    detail: str
    since: Instant
    last: Instant
    times: int


def findings(connection: sqlite3.Connection, now: Instant) -> list[Finding]:
    """What is worth a word now, the newest first."""
    since = int((now - CURRENT).timestamp())
    rows = connection.execute(
        "SELECT kind, about, detail, since, last, times FROM finding"
        " WHERE told AND last >= ? ORDER BY last DESC, kind, about, detail",
        (since,),
    )
    found = [
        Finding(kind, UUID(bytes=about), detail, _moment(first), _moment(last), times)
        for kind, about, detail, first, last, times in rows
    ]
    found += [*_kept_out(connection, now), *_waiting(connection, since), *_cut_off(connection, now)]
    return sorted(found, key=lambda each: each.last, reverse=True)


def _kept_out(connection: sqlite3.Connection, now: Instant) -> Iterator[Finding]:
    """Phones that send a password that is of no use any more."""
    for each in attempts.useless(connection):
        if now - each.last <= CURRENT:
            detail = " ".join(filter(None, (each.device, each.agent))) or "without a name"
            yield Finding(each.why, each.account, detail, each.since, each.last, each.times)


def _waiting(connection: sqlite3.Connection, since: int) -> Iterator[Finding]:
    """Phones in quarantine that are still there; one that is blocked besides is decided about."""
    for id, label, type, created, seen in connection.execute(WAITS):
        first, last = map(datetime.fromisoformat, (created, seen or created))
        if last.timestamp() >= since:
            yield Finding(WAITING, UUID(bytes=id), label or type, first, last, 1)


def _cut_off(connection: sqlite3.Connection, now: Instant) -> Iterator[Finding]:
    """Phones that wait less than they would, since nobody keeps their connections for longer; one
    in several such networks is told of once, by the one that was learned last."""
    told = set[UUID]()
    for id, each in heartbeats.shortened(connection, now.timestamp()):
        if id not in told:
            told.add(id)
            about = f"after about {each.cut} s" if each.cut else "without a word"
            last = _moment(int(each.since))
            yield Finding(CUT_OFF, id, f"{about}: it waits {each.longest} s now", last, last, 1)


def count_waiting(connection: sqlite3.Connection) -> int:
    """How many phones wait until somebody lets them in."""
    (number,) = connection.execute(f"SELECT count(*) FROM ({WAITS})").fetchone()
    return int(number)


def whose(connection: sqlite3.Connection, finding: Finding) -> UUID | None:
    """The account a finding concerns; None if what it is about is no more."""
    query = {
        "account": "SELECT ?",
        "phone": "SELECT account FROM partnership WHERE id = ?",
        "item": "SELECT owner FROM item JOIN collection ON number = collection WHERE item.id = ?",
    }[KINDS[finding.kind].about]
    row = connection.execute(query, (finding.about.bytes,)).fetchone()
    return UUID(bytes=row[0]) if row else None


def project(connection: sqlite3.Connection, event: DomainEvent, position: int) -> None:
    match event:
        case Begun():
            _stored(connection, event, event.values)
        case Revised():
            _stored(connection, event, event.patch)
            _flaps(connection, event)
        case DevicePartnered():
            _note(connection, RENAMED, event.account, event, event.device_type)
        case ItemQuarantined():
            _note(connection, CHOKING, event.phone, event, event.item.hex)
        case LineMissed(again=True):
            _note(connection, SHARED, event.phone, event, "")
        case ItemReleased():
            _settle(connection, CHOKING, event.phone, event.item.hex)
        case EditHeld() if event.partnership:
            _note(connection, BURST, event.partnership, event, event.burst.hex)
        case EditReleased() | EditDiscarded():
            _settle_burst(connection, event.burst)
        case PolicyRefused():
            _falls_short(connection, event)
        case PolicyAcknowledged():
            _settle(connection, REFUSED, event.originator_id)
            if event.status in FELL_SHORT:
                _falls_short(connection, event)
        case PolicyExcepted():
            _settle(connection, REFUSED, event.originator_id)
        case DeviceForgotten():
            gone = (event.originator_id.bytes,)
            connection.execute("DELETE FROM finding WHERE about = ?", gone)


def _stored(connection: sqlite3.Connection, event: Begun | Revised, values: Values) -> None:
    """An appointment in a zone that is known by its rule alone; it is sealed for its owner."""
    when = values.get("when")
    if isinstance(when, Timed) and when.zone.rule is not None:
        _note(connection, ZONE, event.subject, event, _spelt(when.zone.rule))


def _flaps(connection: sqlite3.Connection, event: Revised) -> None:
    """Counted are items that were edited often in their life, so that most cost nothing here."""
    if event.originator_version > KINDS[FLAPPING].often:
        _note(connection, FLAPPING, event.originator_id, event, event.actor)


def _falls_short(connection: sqlite3.Connection, event: PolicyRefused | PolicyAcknowledged) -> None:
    """It does not keep its policy, and nobody has said that it need not."""
    excepted = "SELECT excepted FROM partnership WHERE id = ?"
    if connection.execute(excepted, (event.originator_id.bytes,)).fetchone() != (1,):
        _note(connection, REFUSED, event.originator_id, event, _reason(event.status))


def _note(
    connection: sqlite3.Connection, kind: str, about: UUID, event: DomainEvent, detail: str
) -> None:
    facts = {"kind": kind, "about": about.bytes, "detail": detail}
    rule = {"often": KINDS[kind].often, "within": KINDS[kind].within}
    connection.execute(NOTE, {**facts, **rule, "at": int(event.timestamp.timestamp())})


def _settle(connection: sqlite3.Connection, kind: str, about: UUID, detail: str = "") -> None:
    """It is over: all of this kind about somebody, or one detail of it."""
    connection.execute(
        "DELETE FROM finding WHERE kind = ? AND about = ? AND ? IN ('', detail)",
        (kind, about.bytes, detail),
    )


def _settle_burst(connection: sqlite3.Connection, burst: UUID) -> None:
    """Once all of it is decided."""
    connection.execute(
        "DELETE FROM finding WHERE kind = ? AND detail = ? AND NOT EXISTS"
        " (SELECT 1 FROM hold WHERE burst = ? AND over IS NULL)",
        (BURST, burst.hex, burst.bytes),
    )


def _spelt(rule: ZoneRule) -> str:
    """A zone by its offset, and in summer if it has one: UTC+01:00/+02:00."""
    biases = [rule.standard_bias]
    if rule.to_standard and rule.to_daylight:
        biases.append(rule.daylight_bias)
    ahead = [-(rule.bias + bias) for bias in biases]
    return "UTC" + "/".join(
        f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        for minutes in ahead
    )


def _reason(status: int) -> str:
    return FELL_SHORT.get(status, f"status {status}")


def _moment(seconds: int) -> Instant:
    return datetime.fromtimestamp(seconds, UTC)
