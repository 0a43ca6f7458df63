"""An undo after any interleaving of authors restores exactly the chosen edits.

Each fact about an item (a field, an entry of a list, what one time of a series has for itself,
where it is, whether it is there) is what it would be if the chosen edits had not been made: what
somebody else wrote of it last, before or after, or else what it began with.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from app import items as use
from app.folders import make
from app.log.undo import Whose, meant, review, undo
from domain import brake
from domain.appointment import Appointment
from domain.base import NAMESPACE
from domain.folder import USER_CALENDAR
from domain.patch import CLEARED
from domain.recurrence import DAILY, Recurrence
from domain.when import AllDay
from projections import items, logbook
from tests.builders import DAY_ONE, House
from tests.laws.histories import EngineSide, partnership_of
from tests.laws.test_histories import filter_and_rule
from tests.laws.test_law_10_state_is_a_fold import verified
from tests.model.bursts import LOW, Bursts
from tests.model.history import History

AUTHORS = ("device:p0", "device:p1", "user:ada", "connector:crm")
STEPS = 80
TAGS = ("red", "green", "blue")
TIMES = [DAY_ONE + timedelta(days=number) for number in range(3)]

Fact = Any
Facts = dict[Fact, Any]


@dataclass(frozen=True)
class Edit:
    """What one author made of some facts about an item, and when."""

    item: UUID
    author: str
    at: datetime
    facts: Facts


def phone_of(author: str) -> UUID | None:
    return uuid5(NAMESPACE, author) if author.startswith("device:") else None


def whose(author: str) -> Whose:
    phone = phone_of(author)
    return Whose(author, logbook.things(phone) if phone else logbook.actors(author))


@dataclass
class Authors:
    """Some authors at one calendar and another one beside it; `edits` is what they did."""

    house: House
    seed: int
    edits: list[Edit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        with self.house.editing() as connection:
            made = make(
                self.house.groupware, connection, self.house.account, "Other", USER_CALENDAR
            )
        self.places = (self.house.folder().id, made.id)
        self.numbers = iter(range(1, 10_000))

    def play(self) -> None:
        for _ in range(STEPS):
            self.house.clock.advance(1)
            author = self.dice.choice(AUTHORS)
            with self.house.editing(author, phone_of(author)) as connection:
                found = self.step(connection)
            if found:
                self.edits.append(Edit(found[0], author, self.house.clock(), found[1]))

    def step(self, connection: Any) -> tuple[UUID, Facts] | None:
        known = sorted({edit.item for edit in self.edits}, key=str)
        if len(known) < 4 or self.dice.random() < 0.15:
            return self.add(connection)
        item = self.house.load(self.dice.choice(known))
        assert isinstance(item, Appointment)
        if item.removed:
            if self.dice.random() < 0.7:
                return None
            use.restore(self.house.groupware, item)
            return item.id, {"there": True}
        act = self.dice.choice((self.write, self.write, self.tag, self.override, self.leave))
        return item.id, act(connection, item)

    def add(self, connection: Any) -> tuple[UUID, Facts]:
        row = items.collection(connection, self.dice.choice(self.places))
        assert row is not None
        subject = f"s{next(self.numbers)}"
        values = {
            "subject": subject,
            "when": AllDay(DAY_ONE, DAY_ONE + timedelta(days=1)),
            "recurrence": Recurrence(DAILY, count=5),
        }
        item = use.add(self.house.groupware, connection, row, "calendar", values)
        return item.id, {"subject": subject, "place": row.id, "there": True}

    def write(self, connection: Any, item: Appointment) -> Facts:
        name = self.dice.choice(("subject", "reminder"))
        number = next(self.numbers) if self.dice.random() < 0.7 else self.dice.randrange(2)
        value: Any = f"s{number}" if name == "subject" else number
        if name == "reminder" and self.dice.random() < 0.2:
            value = None
        return self._revised(connection, item, {name: value}, {name: value})

    def tag(self, connection: Any, item: Appointment) -> Facts:
        tag, has = self.dice.choice(TAGS), item.values.get("categories", ())
        now = tuple(each for each in has if each != tag) if tag in has else (*has, tag)
        return self._revised(
            connection, item, {"categories": now or None}, {("tag", tag): tag in now}
        )

    def override(self, connection: Any, item: Appointment) -> Facts:
        original, name = self.dice.choice(TIMES), self.dice.choice(("subject", "reminder"))
        number = next(self.numbers)
        value: Any = f"s{number}" if name == "subject" else number
        patch = {"occurrences": {original: {name: value}}}
        return self._revised(connection, item, patch, {("time", original, name): value})

    def leave(self, connection: Any, item: Appointment) -> Facts:
        if self.dice.random() < 0.5:
            use.remove(self.house.groupware, item)
            return {"there": False}
        place = next(each for each in self.places if each != item.collection)
        use.move(self.house.groupware, item, place)
        return {"place": place}

    def _revised(self, connection: Any, item: Appointment, patch: Facts, facts: Facts) -> Facts:
        before = facts_of(item)
        said = {name: CLEARED if value is None else value for name, value in patch.items()}
        use.revise(self.house.groupware, connection, item, said)
        return {fact: value for fact, value in facts.items() if before.get(fact) != value}


def facts_of(item: Any) -> Facts:
    """The facts about an item that authors write here."""
    values = item.values
    facts = {name: values.get(name) for name in ("subject", "reminder")}
    facts |= {("tag", tag): tag in values.get("categories", ()) for tag in TAGS}
    for original in TIMES:
        own = values.get("occurrences", {}).get(original, {})
        facts |= {("time", original, n): own.get(n) for n in ("subject", "reminder")}
    return {**facts, "place": item.collection, "there": not item.removed}


def expected(edits: list[Edit], chosen: Callable[[Edit], bool]) -> Facts:
    """What would be so without the chosen ones, by the last that anybody else wrote."""
    first, *rest = edits
    facts = dict(first.facts) | {"there": not chosen(first)}
    for edit in rest:
        if not chosen(edit):
            facts |= edit.facts
    if not facts["there"] and somebody_went_on(edits, chosen):
        facts["there"] = True
    return facts


def somebody_went_on(edits: list[Edit], chosen: Callable[[Edit], bool]) -> bool:
    """Whether it is there now, and others wrote something after it was put there."""
    last = max(n for n, edit in enumerate(edits) if "there" in edit.facts)
    return bool(edits[last].facts["there"]) and any(
        not chosen(edit) and edit.facts for edit in edits[last + 1 :]
    )


def span(authors: Authors) -> tuple[str, datetime, datetime]:
    dice, last = authors.dice, authors.house.clock()
    since, until = sorted(last - timedelta(seconds=dice.randrange(STEPS)) for _ in range(2))
    return dice.choice(AUTHORS), since, until + timedelta(seconds=1)


def by_item(edits: list[Edit]) -> Iterator[tuple[UUID, list[Edit]]]:
    for item in dict.fromkeys(edit.item for edit in edits):
        yield item, [edit for edit in edits if edit.item == item]


@pytest.mark.parametrize("seed", range(24))
def test_an_undo_restores_exactly_the_chosen_edits(house: House, seed: int) -> None:
    authors = Authors(house, seed)
    authors.play()
    author, since, until = span(authors)

    def chosen(edit: Edit) -> bool:
        return edit.author == author and since <= edit.at < until

    before = {item: house.load(item) for item, _ in by_item(authors.edits)}
    house.clock.advance(60)
    editions = meant(house.groupware, whose(author), since, until)
    told = {each.item: each for each in review(house.groupware, editions)}
    tally = undo(house.groupware, house.groupware.author("admin:root", "undo"), editions)
    for item, edits in by_item(authors.edits):
        now, wanted = house.load(item), expected(edits, chosen)
        if not any(map(chosen, edits)):
            assert now.version == before[item].version, "nobody asked for this"
        assert (not now.removed) == wanted["there"]
        if wanted["there"]:
            found = facts_of(now)
            empty = dict.fromkeys(found) | {("tag", tag): False for tag in TAGS}
            assert found == {**empty, **wanted}, edits
        changed = now.version != before[item].version
        assert changed == (item in told and told[item].fate != "stays")
    assert sum(tally.values()) == sum(each.fate != "stays" for each in told.values())
    length = house.rows("SELECT count(*) FROM stored_event")
    again = meant(house.groupware, whose(author), since, until)
    assert not undo(house.groupware, house.groupware.author("admin:root", "twice"), again)
    assert house.rows("SELECT count(*) FROM stored_event") == length


def test_the_interleavings_reach_every_fate(house: House) -> None:
    """Otherwise the law above would say little."""
    fates: set[str] = set()
    later = 0
    authors = Authors(house, 100)
    authors.play()
    for _ in range(40):
        author, since, until = span(authors)
        for each in review(house.groupware, meant(house.groupware, whose(author), since, until)):
            fates.add(each.fate)
            later += sum(field.stays and field.later is not None for field in each.fields)
    assert fates == {"brought back", "taken away", "put back", "stays"}
    assert later > 10


def undone(house: House, phone: str) -> int:
    house.clock.advance(60)
    editions = meant(house.groupware, Whose(phone, logbook.things(partnership_of(phone))))
    return undo(house.groupware, house.groupware.author("admin:root", "undo"), editions).total()


@pytest.mark.parametrize("seed", range(4))
def test_phones_hear_of_an_undo_as_of_any_edit(house: House, seed: int) -> None:
    """A whole history, the first phone's part of it undone, and all are in step again."""
    history = History(seed, EngineSide(house, wishes=filter_and_rule))
    for _ in range(150):
        history.step()
    assert undone(house, "p0")
    history.settle()
    history.check()
    assert verified(house).sound


@pytest.mark.parametrize("seed", range(4))
def test_released_bursts_are_undone_as_well(
    house: House, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the phone had never been there: what nobody else touched is as it began."""
    monkeypatch.setattr(brake, "RULES", LOW)
    history = Bursts(seed, EngineSide(house))
    for _ in range(150):
        history.step()
    for burst in history.side.bursts():
        history.side.decide(burst, release=True)
    undone(house, "p0")
    phone = partnership_of("p0")
    for id, _ in house.rows("SELECT id, kind FROM item WHERE kind = 'calendar'"):
        stream = list(house.groupware.events.get(UUID(bytes=id)))
        others = {
            event.actor
            for event in stream[1:]
            if event.partnership != phone
            and event.request != "undo"
            and event.actor != "admin:root"
        }
        if others or stream[0].partnership == phone:
            continue
        now = house.load(UUID(bytes=id))
        assert (now.values, now.removed) == (stream[0].values, False)
    history.settle()
    history.check()
