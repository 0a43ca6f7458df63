"""Plays one scenario again and again, each time with something that breaks elsewhere."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from structlog.testing import capture_logs

from adapters.ids import server_id
from app.composition import CODEC
from app.devices import quarantine
from projections import items
from tests.faults.injection import Modules, Point, an_error
from tests.faults.judge import Reader, Struck, document
from tests.faults.phone import Phone
from tests.faults.scenario import Scenario
from tests.faults.stage import Stage

State = tuple[object, object, object]


@dataclass(frozen=True)
class Furnished:
    """A store at rest, and the phone that goes with it."""

    home: Path
    phone: Phone


@dataclass
class Trial:
    """One scenario over a copy of a furnished house; `modules` are those that may break."""

    scenario: Scenario
    house: Furnished
    home: Path
    modules: Modules
    played: int = 0
    passed: Counter[Point] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        shutil.copytree(self.house.home, self.home / "prepared")
        stage, self.phone = Stage(self.home / "prepared"), self.house.phone.copy()
        self.phone.version = self.scenario.version
        self.scenario.prepare(stage, self.phone)
        with stage.groupware.reading() as connection:
            ids = [UUID(bytes=row[0]) for row in connection.execute("SELECT id FROM item")]
        self.reader = Reader(frozenset(map(server_id, ids)) | frozenset(map(str, ids)))
        assert not self.phone.strange, self.phone.strange
        stage.groupware.pool.checkpoint()
        stage.close()
        self._play_cleanly()

    def _play_cleanly(self) -> None:
        with self._stage() as (stage, phone):
            self.modules.forget()
            with self.modules.counting() as self.passed:
                self.clean = self.scenario.ask(stage, phone)
            assert self.clean.status != 503, self.clean
            self.command, self.right = self._command(stage), self.reader.shape(self.clean)
            self.scenario.afterwards(stage, phone)
            phone.settle(stage)
            self.held = self._held(stage)
            self._release(stage, phone)
            self.state = self._state(stage, phone)
            assert not phone.strange, (self.scenario.name, phone.strange)

    @contextmanager
    def _stage(self) -> Iterator[tuple[Stage, Phone]]:
        home = self.home / f"played-{self.played}"
        self.played += 1
        shutil.copytree(self.home / "prepared", home)
        stage = Stage(home)
        try:
            yield stage, self.phone.copy()
        finally:
            stage.close()
            shutil.rmtree(home)

    def strike(self, point: Point, time: int, kind: str) -> list[str]:
        """What is wrong about how a fault at this point was taken; nothing, as a rule."""
        found = self._struck(point, time, kind)
        if found is None:
            self.modules.forget()
            found = self._struck(point, time, kind)
        return ["the point was not reached"] if found is None else found

    def _struck(self, point: Point, time: int, kind: str) -> list[str] | None:
        """None if the call went another way: something is known from the run before."""
        self.modules.forget(point.file)
        with self._stage() as (stage, phone):
            failing = self.modules.failing(point, time, an_error(kind))
            with capture_logs() as journal, failing as under_way:
                response = self.scenario.ask(stage, phone)
            if not under_way:
                return None
            early = stage.hub.meanwhile is not None
            struck = Struck(self.command, point, kind, under_way, response, journal, early)
            found = list(struck.complaints(self.clean, self.right, self.reader))
            if self.reader.shape(response) != self.right:
                found += self._asked_again(stage, phone)
            found += self._in_the_end(stage, phone)
        return found

    def _asked_again(self, stage: Stage, phone: Phone) -> Iterator[str]:
        again = self.scenario.ask(stage, phone)
        same = self.reader.shape(again) == self.right
        if again.status != self.clean.status or not (same or self.command == "Sync"):
            yield f"asked again: {self.reader.shape(again)}"

    def _in_the_end(self, stage: Stage, phone: Phone) -> Iterator[str]:
        """Nothing is lost, nothing is there twice, and the phone has nothing to wonder about."""
        self.scenario.afterwards(stage, phone)
        phone.settle(stage)
        spared = self._held(stage).keys() - self.held.keys()
        if len(spared) > 1:
            yield f"{len(spared)} items are kept from the phone"
        self._release(stage, phone)
        yield from phone.strange
        here, there = self._state(stage, phone), self.state
        for what, one, other in zip(("items", "facts", "phone"), here, there, strict=True):
            if one != other:
                yield f"{what}: {_unlike(one, other)}"

    def _command(self, stage: Stage) -> str:
        root = document(self.clean)
        return root.name.partition(":")[2] if root is not None else "Sync"

    def _held(self, stage: Stage) -> dict[bytes, tuple[bytes, bytes]]:
        """What is kept from the phone as a whole or in part."""
        with stage.groupware.reading() as connection:
            rows = connection.execute("SELECT item, partnership, collection FROM quarantine")
            return {item: (partnership, collection) for item, partnership, collection in rows}

    def _release(self, stage: Stage, phone: Phone) -> None:
        """Offer the phone once more what is kept from it, as an administrator does."""
        for item, (partnership, collection) in self._held(stage).items():
            groupware = stage.groupware
            with groupware.acting(stage.house.admin) as connection:
                row = items.collection(connection, UUID(bytes=collection))
                assert row is not None
                device = UUID(bytes=partnership)
                quarantine.release(groupware, connection, device, row, UUID(bytes=item))
            phone.settle(stage)

    def _state(self, stage: Stage, phone: Phone) -> State:
        """What the store holds, whatever its names are, and what the phone shows."""
        with stage.groupware.reading() as connection:
            rows = connection.execute(
                "SELECT item.id, collection.id, value, removed FROM item"
                " JOIN collection ON number = item.collection"
            ).fetchall()
        rows = [(id, place, CODEC.decode(value), removed) for id, place, value, removed in rows]
        contested = {phone.ids[word] for word in self.scenario.contested if word in phone.ids}
        stored = Counter(
            (UUID(bytes=place), removed, self._named(UUID(bytes=id), value))
            for id, place, value, removed in rows
            if server_id(UUID(bytes=id)) not in contested and not self._named_so(value)
        )
        facts = stage.house.account().out_of_office, stage.house.phone(device="PHONE1").about
        own = {*phone.names.values(), *self.reader.known}
        shown = Counter(
            (folder, name if name in own else "new", self.reader.plain(each))
            for folder, held in phone.state().items()
            for name, each in held.items()
            if name not in contested and not self._named_so(each)
        )
        return stored, facts, shown

    def _named_so(self, said: object) -> bool:
        """Whether it has a name that is contested."""
        return any(f"'{word}'" in repr(said) for word in self.scenario.contested)

    def _named(self, id: UUID, values: Any) -> str:
        said = {n: v for n, v in values.items() if n != "uid" or v != str(id)}
        occurrences = sorted(said.pop("occurrences", {}).items())
        return self.reader.chance(repr((sorted(said.items()), occurrences)))


def _unlike(here: Any, there: Any) -> str:
    if isinstance(here, Counter):
        return f"more {dict(here - there)}, less {dict(there - here)}"
    if isinstance(here, dict):
        names = [n for n in here.keys() | there.keys() if here.get(n) != there.get(n)]
        return ", ".join(f"{n}: {_unlike(here.get(n), there.get(n))}" for n in names)
    return f"{here} instead of {there}"
