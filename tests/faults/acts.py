"""What a phone asks, what its person does, and what happens beside it: the words of scenarios."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from adapters.ids import server_id, uuid_of
from adapters.wbxml import E, Element
from app import folders
from app import items as use
from domain.body import Body
from domain.item import NO_ECHO
from domain.kinds import KINDS
from projections import items
from tests.app.handset import (
    adding,
    an_event,
    body_preference,
    changing,
    daily,
    deleting,
    fetching,
    first_name,
    last_name,
    options,
)
from tests.app.house import Clock
from tests.app.shell import Response
from tests.faults.phone import Asked, Phone
from tests.faults.scenario import MORNING, PAST
from tests.faults.stage import Stage

ALL = ("calendar", "contacts", "club")
Do = Callable[[Stage, Phone], object]
Ask = Callable[[Stage, Phone], Response]


def window(size: int) -> Element:
    return E("airsync:WindowSize", size)


def sync(
    *words: str, content: tuple[Element, ...] = (), key: str | None = None, **whole: Any
) -> Ask:
    """A Sync of these folders; with `key` this one counts, whatever the phone has."""

    def ask(stage: Stage, phone: Phone) -> Response:
        each = [Asked(phone.ids[word], content, key) for word in words or ALL]
        return phone.sync(stage, *each, **whole)

    return ask


def asked_with(key: str) -> Ask:
    """A Sync with a key that means nothing; the phone keeps the one it has."""
    return lambda stage, phone: phone.post(
        stage,
        "Sync",
        phone.document(Asked(phone.ids["contacts"]), Asked(phone.ids["club"], key=key)),
    )


def post(command: str, body: Callable[[Phone], Element | bytes | None], **how: str) -> Ask:
    return lambda stage, phone: phone.post(stage, command, body(phone), **how)


def after(*steps: Do) -> Do:
    def prepare(stage: Stage, phone: Phone) -> None:
        for step in steps:
            step(stage, phone)

    return prepare


# What happens beside the phone


def news(stage: Stage, phone: Phone) -> None:
    """Something new, something else and something gone, for a phone that has the folders."""
    house = stage.house
    house.appointment(subject="New")
    house.contact(first_name="New", body=Body("Note"))
    house.revise(id_of(phone, "Bea"), job_title="Boss")
    house.revise(id_of(phone, "Trip"), subject="Long trip")
    house.remove(id_of(phone, "Emil"))


def edited(word: str, **patch: Any) -> Do:
    return lambda stage, phone: stage.house.revise(id_of(phone, word), **patch)


def removed(word: str) -> Do:
    return lambda stage, phone: stage.house.remove(id_of(phone, word))


def many(stage: Stage, phone: Phone) -> None:
    for number in range(6):
        stage.house.contact(first_name=f"Contact {number}")
        stage.house.appointment(subject=f"Appointment {number}")


def crowd(stage: Stage, phone: Phone) -> None:
    """Enough for a burst: so many contacts that it is too much if they all go at once."""
    for number in range(CROWD):
        phone.ids[f"n{number}"] = server_id(stage.house.contact(first_name=f"Number {number}"))
    sync("contacts")(stage, phone)


def burst(stage: Stage, phone: Phone) -> None:
    crowd(stage, phone)
    phone.wish(phone.ids["contacts"], *(deleting(phone.ids[f"n{n}"]) for n in range(CROWD)))


def long_past(stage: Stage, phone: Phone) -> None:
    """More that falls out of a window; the phone has it."""
    for number in range(4):
        stage.house.appointment(**{**PAST, "subject": f"Past {number}"})
    sync()(stage, phone)


def poisoned(stage: Stage, phone: Phone) -> None:
    """Contacts and an appointment with values that nothing can be made of, or not of all."""
    groupware, house = stage.groupware, stage.house
    for number, (word, facts) in enumerate(POISON):
        with groupware.acting(house.admin) as connection:
            row = items.collection(connection, id_of(phone, word))
            assert row is not None
            begin = KINDS[word].aggregate.begin
            groupware.save(begin(UUID(int=99 + number), row.owner, row.id, facts, NO_ECHO))


# What its person does


def edits(stage: Stage, phone: Phone) -> None:
    """All that can be done to contacts, and to appointments with it."""
    ids = phone.ids
    phone.wish(
        ids["contacts"],
        adding(first_name("Gil"), last_name("Example"), client_id="c1"),
        adding(first_name("Hal"), client_id="c2"),
        changing(
            ids["Carl"],
            first_name("Carlo"),
            E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", "Hi")),
        ),
        changing(ids["Flora"], first_name("Fiora")),
        deleting(ids["Dora"]),
        fetching(ids["Flora"]),
    )
    noon = E("calendar:Subject", "Noon")
    modern = [
        changing(ids["Standup"], noon, instance="20260312T080000Z"),
        deleting(ids["Standup"], instance="20260313T080000Z"),
        changing(ids["Meeting"], E("calendar:Reminder", "5")),
    ]
    older = [changing(ids["Meeting"], *an_event("Meeting"), E("calendar:Location", "Bar"))]
    phone.wish(
        ids["calendar"],
        adding(*an_event("Lunch"), daily(), client_id="e1"),
        *(modern if phone.version in ("16.0", "16.1") else older),
        deleting(ids["Past"]),
    )


def hopeless(stage: Stage, phone: Phone) -> None:
    """What cannot be done: to nobody's item, with no data, to what has no occurrences."""
    ids = phone.ids
    phone.wish(
        ids["contacts"],
        adding(client_id="c1"),
        changing(NOBODY, first_name("Nobody")),
        changing(ids["Meeting"], first_name("Other kind")),
        deleting(NOBODY),
        fetching(NOBODY),
        changing(ids["Bea"]),
    )
    phone.wish(
        ids["calendar"],
        changing(ids["Past"], E("calendar:Subject", "x"), instance="20260312T080000Z"),
    )
    phone.wish(
        ids["inbox"],
        adding(first_name("Mail"), client_id="c3"),
        changing(NOBODY, first_name("x")),
        deleting(NOBODY),
    )


def copies(stage: Stage, phone: Phone) -> None:
    """What is here already, uploaded again: the same, and with a difference."""
    phone.wish(
        phone.ids["contacts"],
        adding(first_name("Bea"), last_name("Example"), client_id="c1"),
        adding(
            first_name("Carl"), last_name("Example"), E("contacts:JobTitle", "Cook"), client_id="c2"
        ),
    )


def lost(ask: Ask, times: int = 1) -> Do:
    """Asked, and the answer never came: the phone knows nothing of it."""

    def prepare(stage: Stage, phone: Phone) -> None:
        for _ in range(times):
            assert ask(stage, phone.copy()).status == 200

    return prepare


def untraced(act: Callable[[], object]) -> None:
    """Nothing breaks in what others do."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        act()
    finally:
        sys.settrace(trace)


def meanwhile(happens: Do, ask: Ask) -> Ask:
    """`happens` while the request waits; if it is asked again, it has happened."""

    def asking(stage: Stage, phone: Phone) -> Response:
        if not stage.happened:

            def once() -> None:
                stage.happened = True
                untraced(lambda: happens(stage, phone))

            stage.hub.meanwhile = once
        return ask(stage, phone)

    return asking


def nothing_wished(stage: Stage, phone: Phone) -> None:
    phone.wishes.clear()


def wished(word: str, *commands: Callable[[Phone], Element]) -> Do:
    return lambda stage, phone: phone.wish(phone.ids[word], *(each(phone) for each in commands))


def renaming(word: str, name: str) -> Callable[[Phone], Element]:
    return lambda phone: changing(phone.ids[word], first_name(name))


def removing(word: str) -> Callable[[Phone], Element]:
    return lambda phone: deleting(phone.ids[word])


def named(name: str) -> Callable[[Phone], Element]:
    return lambda phone: adding(first_name(name), last_name("Example"), client_id="c1")


def overtaken_by_another_edit(stage: Stage, phone: Phone) -> None:
    """A request that the network kept is delivered after the one that took its place."""
    late = phone.copy()
    wished("contacts", renaming("Carl", "Carlo"))(stage, late)
    wished("contacts", renaming("Carl", "Carlos"))(stage, phone)
    phone.sync(stage, phone.ids["contacts"])
    late.sync(stage, late.ids["contacts"])


def arrived_after_all(times: int) -> Do:
    """The first of many answers is read, after the server took an item for poison."""

    def prepare(stage: Stage, phone: Phone) -> None:
        first = phone.copy()
        sync()(stage, first)
        lost(sync(), times)(stage, phone)
        vars(phone).update(vars(first))

    return prepare


def broken_record(stage: Stage, phone: Phone) -> None:
    """What was answered about the contacts cannot be read any more."""
    _records(stage, phone, lambda record: record + b"\0")


def mended_record(stage: Stage, phone: Phone) -> None:
    _records(stage, phone, lambda record: record[:-1])


def _records(stage: Stage, phone: Phone, altered: Callable[[bytes], bytes]) -> None:
    id = id_of(phone, "contacts").bytes
    with stage.groupware.pool.writing() as connection:
        rounds = connection.execute(
            "SELECT generation, record FROM round WHERE collection = ?", (id,)
        )
        for generation, record in rounds.fetchall():
            connection.execute(
                "UPDATE round SET record = ? WHERE collection = ? AND generation = ?",
                (altered(record), id, generation),
            )


def moved(stage: Stage, phone: Phone) -> None:
    for word in ("Bea", "Carl"):
        with stage.groupware.acting(stage.house.admin) as connection:
            item = use.load(stage.groupware, connection, id_of(phone, word))
            use.move(stage.groupware, item, id_of(phone, "club"))


def nothing_then_more(stage: Stage, phone: Phone) -> None:
    """Two new contacts are told; what is left of that run the phone is just doing itself."""
    for name in ("Gil", "Hal"):
        stage.house.contact(first_name=name)
    stage.house.remove(id_of(phone, "Emil"))
    sync("contacts", content=(window(2),))(stage, phone)
    wished("contacts", removing("Emil"))(stage, phone)


def of_somebody_else(stage: Stage, phone: Phone) -> None:
    stage.house.contact("bob", first_name="Of Bob")


def still(happens: Do) -> Ask:
    """Asked a second time, to the letter, after something happened."""

    def ask(stage: Stage, phone: Phone) -> Response:
        if not stage.happened:
            stage.happened = True
            untraced(lambda: (sync()(stage, phone), happens(stage, phone)))
        return sync()(stage, phone)

    return ask


def at(days: int, ask: Ask) -> Ask:
    """Some days later than all before."""

    def asking(stage: Stage, phone: Phone) -> Response:
        stage.house.clock.now = Clock().now + timedelta(days=days)
        return ask(stage, phone)

    return asking


def ping(*words: str, interval: object = 480) -> Ask:
    def body(phone: Phone) -> Element | None:
        if not words:
            return None
        folders = (
            E("ping:Folder", E("ping:Id", phone.ids.get(w, w)), E("ping:Class", "Contacts"))
            for w in words
        )
        return E(
            "ping:Ping", E("ping:HeartbeatInterval", str(interval)), E("ping:Folders", *folders)
        )

    return post("Ping", body)


def id_of(phone: Phone, word: str) -> Any:
    return uuid_of(phone.ids[word])


def another_folder(stage: Stage, phone: Phone) -> None:
    with stage.groupware.acting(stage.house.admin) as connection:
        folders.make(stage.groupware, connection, stage.house.account().id, "Choir", 14)


def overtaken(stage: Stage, phone: Phone) -> None:
    """The phone asks again before it has its answer."""
    assert ping()(stage, phone.copy()).status == 200


def overtaken_sync(stage: Stage, phone: Phone) -> None:
    assert sync(HeartbeatInterval=120)(stage, phone.copy()).status == 200


def somebody_looks(stage: Stage, phone: Phone) -> None:
    """A ring of the account and the phone: whether they may still come in."""
    stage.hub.ring([stage.house.account().id, stage.house.phone(device="PHONE1").id])


POISON: list[tuple[str, dict[str, Any]]] = [
    ("contacts", {"first_name": "Bad", "birthday": "never"}),
    ("contacts", {"first_name": "Heavy", "body": "no body"}),
    ("calendar", {"subject": "Bad", "when": MORNING, "location": "nowhere"}),
]
CROWD = 21
UNGIVEN = "9.00000000000000ff"
"""A key that nobody was given."""

NOBODY = "q" * 26
"""The name of no item."""

UNASKED = (E("airsync:GetChanges", 0),)
TWO_WEEKS = (options(4),)
BODIES = (options(0, None, body_preference(2, 64), body_preference(1)),)
