"""A phone on the command line: as a line of a list, and in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from adapters.ids import server_id
from app.cli.house import House
from app.cli.show import moment
from app.composition import CODEC
from domain.heartbeat import Learned
from domain.refused import Unknown
from projections import devices, folders, heartbeats, lines
from projections.devices import PartnershipRow
from projections.standing import WORDS, Portrait, Standing, portrait


def expect(house: House, id: UUID) -> PartnershipRow:
    with house.groupware.reading() as connection:
        phone = devices.by_id(connection, id)
    if phone is None:
        raise Unknown(f"there is no phone {server_id(id)}; `taccuino device list` shows them")
    return phone


def summary(portrait: Portrait) -> tuple[str, ...]:
    phone, seen = portrait.phone, portrait.seen
    return (
        server_id(phone.id),
        portrait.account.name,
        phone.device,
        phone.name,
        moment(seen.last_seen) if seen else "",
        seen.version if seen else phone.version,
        _policy(phone),
        in_words(portrait),
    )


def in_words(portrait: Portrait) -> str:
    """The state of a phone, with what is odd about its name."""
    odd = "two phones by one name" if portrait.phone.shared else ""
    if portrait.before:
        odd = f"other names before: {portrait.before}"
    said = sentence(portrait.standing)
    return f"{said} ({odd})" if odd else said


def sentence(standing: Standing) -> str:
    facts = {
        name: moment(fact) if isinstance(fact, datetime) else fact
        for name, fact in standing.facts.items()
    }
    return WORDS[standing.word].format(**facts)


def facts(house: House, phone: PartnershipRow) -> list[tuple[str, str]]:
    """Whatever is known of it, by name; what is not known is left out."""
    with house.groupware.reading() as connection:
        shown = portrait(connection, house.groupware.clock(), phone.id)
        assert shown is not None, "it was there a moment ago"
        kept = lines.synced(connection, phone.id)
        names = [
            folder.name
            for folder in folders.folders(connection, CODEC, phone.account)
            if folder.id in kept and folder.kind
        ]
        now = house.groupware.clock().timestamp()
        waits = [_waits(each) for _, each in heartbeats.shortened(connection, now, phone.id)]
    told = [*_itself(shown), ("folders", ", ".join(names)), *waits, *_decisions(shown)]
    return [(name, text) for name, text in told if text]


def _itself(portrait: Portrait) -> Iterator[tuple[str, str]]:
    phone, seen = portrait.phone, portrait.seen
    yield "state", in_words(portrait)
    yield "name", phone.name
    yield "user", portrait.account.name
    yield "id", server_id(phone.id)
    yield "device id", phone.device
    yield "type", phone.device_type
    yield "model", phone.about.get("model") or phone.model
    yield "OS", phone.about.get("os") or phone.os
    yield "agent", seen.agent if seen else phone.agent
    yield "version", seen.version if seen else phone.version
    yield "first seen", moment(phone.created_at)
    yield "last seen", moment(seen.last_seen) if seen else ""
    yield "policy", _policy(phone)


def _waits(learned: Learned) -> tuple[str, str]:
    """What a network does to it, and how long it waits there."""
    about = f"after about {learned.cut} s" if learned.cut else "without a word"
    return "network", f"cuts waiting connections {about}; the phone waits {learned.longest} s now"


def _decisions(portrait: Portrait) -> Iterator[tuple[str, str]]:
    """Who decided or acknowledged what, and when; of what is undone, that it was done once."""
    phone = portrait.phone
    yield "newest version", phone.ceiling
    yield "rule", f"{phone.access}, {phone.access_rule}" if phone.access_rule else ""
    for name, deed in sorted(portrait.decided.items(), key=lambda each: each[1].at):
        yield name, f"by {deed.by}, {moment(deed.at)}"


def _policy(phone: PartnershipRow) -> str:
    return f"{phone.policy} {phone.edition}" if phone.policy else ""
