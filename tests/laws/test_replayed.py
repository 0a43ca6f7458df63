"""A recorded exchange is answered again byte for byte: from the log, and, with other words in it,
from a bundle, in which no word of the original is left and every relation between them is."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eas.version import Version
from adapters.wbxml import E, Element, decode
from app.log import bundle, replaying
from app.log.bundle import Bundle
from app.log.bundle_words import WORD, Words
from app.log.recording import Exchange
from domain.account import name_key
from domain.when import AllDay
from projections import items
from tests.app.handset import (
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    deleting,
    id_of,
    options,
)
from tests.app.house import walk
from tests.app.recorded import Studio

SEEDS = range(3)
STEPS = 60
VERSIONS = (Version.V16_1, Version.V14_1, Version.V12_1)
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789éñüßøЖж漢字あ"


@dataclass
class Session:
    """Two phones of one person, both recorded, and somebody at the pages; `said` is all that
    anybody wrote."""

    studio: Studio
    seed: int

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.said: list[str] = []
        self.known: list[str] = []
        person = self.text()
        self.name = person.lower()
        self.studio.person(self.name, self.text(), mail=f"{person}@{self.text()}.example")
        versions = self.dice.sample(VERSIONS, 2)
        self.phones = [
            Handset(self.studio, version, self.name, f"PHONE{number}")
            for number, version in enumerate(versions)
        ]
        for phone in self.phones:
            phone.folder_sync("0")
            self.studio.record(self.name, phone.device, hours=24)

    def text(self) -> str:
        """A word that is nowhere else, or one of those before."""
        if self.said and self.dice.random() < 0.3:
            return self.dice.choice(self.said)
        letters = LETTERS if self.dice.random() < 0.5 else LETTERS[:62]
        made = "".join(self.dice.choices(letters, k=self.dice.randint(10, 24)))
        self.said.append(made)
        return made

    def play(self) -> None:
        steps: tuple[Callable[[Handset], object], ...] = (
            *(self.add, self.add, self.edit, self.edit, self.edit, self.delete, self.catch_up),
            *(self.others, self.others, self.collide, self.lose, self.begin_anew, self.ask_again),
            *(self.make_folder, self.wait, self.remember, self.remember, self.narrow),
        )
        for phone in self.phones:
            phone.catch_up(phone.contacts)
            phone.catch_up(phone.calendar)
        for _ in range(STEPS):
            self.studio.clock.advance(minutes=self.dice.randint(1, 9))
            self.dice.choice(steps)(self.dice.choice(self.phones))

    def data(self, phone: Handset) -> list[Element]:
        note = "\n".join(self.text() for _ in range(self.dice.randint(1, 12)))
        return [
            E("contacts:FirstName", self.text()),
            E("contacts:LastName", f"{self.text()} {self.text()}"),
            E("contacts:Email1Address", f"{self.text()} <{self.text()}@{self.text()}.example>"),
            E("contacts:Birthday", "1980-02-29T00:00:00.000Z"),
            E("airsyncbase:Body", E("airsyncbase:Type", 1), E("airsyncbase:Data", note)),
        ]

    def add(self, phone: Handset) -> None:
        client_id = f"c{self.dice.randrange(10**9)}"
        if self.dice.random() < 0.3 and phone.version == Version.V16_1:
            phone.add(phone.calendar, *an_event(self.text()), client_id=client_id)
        else:
            told = phone.told(
                phone.contacts, commanding(adding(*self.data(phone), client_id=client_id))
            )
            self.known += [e.value for e in walk(told) if e.name == "airsync:ServerId"][:1]

    def edit(self, phone: Handset) -> None:
        if self.known:
            change = changing(self.dice.choice(self.known), *self.data(phone))
            phone.sync(phone.contacts, commanding(change))

    def delete(self, phone: Handset) -> None:
        if self.known:
            phone.sync(phone.contacts, commanding(deleting(self.dice.choice(self.known))))

    def others(self, phone: Handset) -> None:
        """Somebody at the pages adds, edits, removes or restores."""
        act, name = self.dice.random(), self.dice.choice(("first_name", "last_name"))
        if act < 0.4 or not self.known:
            self.studio.contact(self.name, **{name: self.text()})
            return
        id = id_of(self.dice.choice(self.known))
        with self.studio.groupware.reading() as connection:
            row = items.item(connection, id)
        if row is None or row.removed:
            self.studio.restore(id)
        elif act < 0.85:
            self.studio.revise(id, **{name: self.text()})
        else:
            self.studio.remove(id)

    def collide(self, phone: Handset) -> None:
        self.others(phone)
        self.edit(phone)

    def lose(self, phone: Handset) -> None:
        """The answer is lost: the same again, perhaps with something else in it."""
        key = phone.keys[phone.contacts]
        change = commanding(adding(*self.data(phone), client_id=f"l{self.dice.randrange(10**9)}"))
        phone.sync(phone.contacts, change)
        again = change if self.dice.random() < 0.6 else commanding(adding(*self.data(phone)))
        phone.sync(phone.contacts, again, key=key)

    def begin_anew(self, phone: Handset) -> None:
        if self.dice.random() < 0.4:
            phone.folder_sync("0")
            phone.begin(phone.contacts)

    def ask_again(self, phone: Handset) -> None:
        phone.sync(phone.contacts, E("airsync:WindowSize", self.dice.randint(1, 3)))
        phone.send(None)

    def catch_up(self, phone: Handset) -> None:
        phone.catch_up(self.dice.choice((phone.contacts, phone.calendar)))

    def remember(self, phone: Handset) -> None:
        """An event of some day, which may be outside the window of a phone."""
        start = self.studio.clock().date() - timedelta(days=self.dice.randint(-9, 150))
        when = AllDay(start, start + timedelta(days=1))
        self.studio.appointment(self.name, subject=self.text(), when=when)

    def narrow(self, phone: Handset) -> None:
        """Another window of the calendar, perhaps in small steps."""
        window = options(filter_type=self.dice.choice((0, 4, 5)))
        size = E("airsync:WindowSize", self.dice.randint(1, 3))
        for _ in range(self.dice.randint(1, 3)):
            phone.sync(phone.calendar, size, window)

    def make_folder(self, phone: Handset) -> None:
        phone.folder_command(
            "FolderCreate", ParentId="0", DisplayName=self.text(), Type=self.dice.choice((13, 14))
        )

    def wait(self, phone: Handset) -> None:
        folder = E("ping:Folder", E("ping:Id", phone.contacts), E("ping:Class", "Contacts"))
        interval = E("ping:HeartbeatInterval", self.dice.choice((60, 480)))
        phone.ask("Ping", E("ping:Ping", interval, E("ping:Folders", folder)))

    @cached_property
    def exchanges(self) -> list[Exchange]:
        return [
            each for phone in self.phones for each in self.studio.exchanges(self.name, phone.device)
        ]

    def bundled(self) -> Bundle:
        person = self.studio.account(self.name).id
        return bundle.make(self.studio.groupware.replay, self.exchanges, person)


@pytest.fixture(params=SEEDS)
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    studio = Studio(tmp_path / "home")
    session = Session(studio, request.param)
    session.play()
    yield session
    studio.close()


SAID = ("Status", "SyncKey", "Count")


def shape(exchange: Exchange) -> list[tuple[str, str]]:
    """The elements of an answer, without what they say but for keys and verdicts."""
    told = exchange.told
    found = walk(decode(told.body)) if told.body else []
    return [(e.name, e.value if e.name.endswith(SAID) else "") for e in found]


def leaves(value: Any) -> Iterator[Any]:
    """All texts and bytes in a value, in order."""
    if isinstance(value, str | bytes):
        yield value
    elif isinstance(value, dict):
        for key in value:
            yield from leaves(value[key])
    elif isinstance(value, tuple | list):
        for each in value:
            yield from leaves(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from leaves(getattr(value, each.name))


def texts(event: Any) -> list[Any]:
    said = ("values", "patch", "lost", "kept", "name", "mail", "full_name", "device", "why")
    return [leaf for name in said if hasattr(event, name) for leaf in leaves(getattr(event, name))]


def test_a_session_is_replayed_and_bundled_and_replayed(session: Session, tmp_path: Path) -> None:
    """One test for all, since to play a session costs more than to look at it."""
    made = session.bundled()
    assert len(session.exchanges) > 30
    assert made.identical == {each.number for each in session.exchanges}

    file = tmp_path / "session.bundle"
    bundle.write(made, file)
    found = bundle.read(file)
    outcomes = list(replaying.replay(found.log, found.exchanges))
    assert [each.exchange.number for each in outcomes if not each.same] == []
    given = {each.number: shape(each) for each in session.exchanges}
    assert {each.number: shape(each) for each in found.exchanges} == given

    raw = file.read_bytes()
    everything = raw + gzip.decompress(raw)
    for text in session.said:
        for form in {text, text.lower(), text.upper(), name_key(text)}:
            assert form.encode() not in everything, text

    log = (event for _, event in session.studio.groupware.replay())
    pairs = {
        pair
        for before, after in zip(log, found.events, strict=False)
        for pair in zip(texts(before), texts(after), strict=True)
    }
    assert len(pairs) > 60
    assert len({old for old, _ in pairs}) == len(pairs), "one value became two"
    assert len({new for _, new in pairs}) == len(pairs), "two values became one"


@given(st.text(max_size=60), st.booleans())
def test_a_text_keeps_its_size_and_signs_and_loses_its_words(text: str, markup: bool) -> None:
    words = Words(b"secret")
    shown = words.text(text, markup)
    assert len(shown.encode()) == len(text.encode())
    assert shown == Words(b"secret").text(text, markup)
    assert WORD.sub("", shown) == WORD.sub("", text)
    if not markup:
        for old, new in zip(WORD.findall(text), WORD.findall(shown), strict=True):
            assert not any(a == b and a.isascii() for a, b in zip(old, new, strict=True))
