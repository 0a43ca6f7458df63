"""Random histories in which phones delete and rewrite by the handful, and a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from domain.brake import Rule
from domain.item import CHANGE, DELETE
from tests.model.engine import Values
from tests.model.history import History, Side, expect_in_step
from tests.model.phone import Phone

LOW = {DELETE: Rule(many=4, few=2, share=0.4), CHANGE: Rule(many=4, few=2, share=0.4)}
"""Limits that a history reaches."""


class BrakedSide(Side, Protocol):
    """A side with a clock, and somebody who looks at what is held."""

    def wait(self, seconds: int) -> None: ...

    def bursts(self) -> list[object]: ...

    def decide(self, burst: object, release: bool) -> None: ...

    def held_by(self, device: str) -> Mapping[str, Values | None]: ...


class Bursts(History):
    """Half of what is on a phone is gone or different now and then."""

    side: BrakedSide

    def step(self) -> None:
        match self.dice.randrange(24):
            case 0 | 1:
                self.burst(self.dice.choice(self.phones))
            case 2 if bursts := self.side.bursts():
                self.side.decide(self.dice.choice(bursts), self.dice.random() < 0.5)
            case 3:
                self.side.wait(self.dice.choice([20, 400]))
            case _:
                super().step()

    def burst(self, phone: Phone) -> None:
        items = sorted(phone.store)
        deleting = self.dice.random() < 0.6
        for item in self.dice.sample(items, len(items) * self.dice.randrange(2, 5) // 4):
            phone.delete(item) if deleting else phone.edit(item, *self.edit())

    def settle(self) -> None:
        """All is quiet: before anybody has decided, and after."""
        super().settle()
        self.expect_held_edits_with_nobody_else()
        for number, burst in enumerate(self.side.bursts()):
            self.side.decide(burst, number % 2 == 0)
            super().settle()

    def expect_held_edits_with_nobody_else(self) -> None:
        live = self.side.live()
        for phone in self.phones:
            seen, held = dict(live), self.side.held_by(phone.name)
            for item, said in held.items():
                assert phone.store.pop(item, None) == said, (phone.name, item)
                seen.pop(item, None)
            expect_in_step(phone, seen)
            phone.store |= {item: said for item, said in held.items() if said is not None}
