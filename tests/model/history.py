"""Random histories: phones, an editor at the server, and what must be true when all is quiet."""

from __future__ import annotations

import random
from typing import Protocol

from tests.model.engine import Reply, Values
from tests.model.phone import Phone


class Side(Protocol):
    """What a history is played against: the model or the engine."""

    def sync(self, *request: object, **options: object) -> Reply: ...

    def live(self) -> dict[str, Values]: ...

    def create(self, values: Values) -> object: ...

    def edit(self, item: str, name: str, value: int) -> None: ...

    def delete(self, item: str) -> None: ...

    def restore(self) -> None: ...

    def remembers(self, item: str, name: str, value: int) -> bool: ...


class History:
    """One seeded history. Values of `a` and `b` are tokens that may not be lost."""

    def __init__(self, seed: int, side: Side, phones: int = 3, loss: float = 0.25) -> None:
        self.dice = random.Random(seed)
        self.side = side
        self.tokens = 0
        self.twice: set[int] = set()
        self.replies: list[object] = []
        windows = [self.dice.choice([1, 2, 5, 50]) for _ in range(phones)]
        self.phones = [
            Phone(f"p{n}", self.sync, self.dice, window, loss=loss)
            for n, window in enumerate(windows)
        ]

    def sync(self, *request: object, **options: object) -> Reply:
        """Ask the side and keep what it said, keys aside."""
        reply = self.side.sync(*request, **options)
        verdicts = [(v.command.op, v.command.id, v.status, v.item) for v in reply.verdicts]
        asked = reply.key == request[1]
        self.replies.append((request[0], reply.status, asked, reply.more, verdicts, reply.changes))
        return reply

    def token(self) -> int:
        self.tokens += 1
        return self.tokens

    def fresh(self) -> Values:
        token = self.token()
        return {"uid": token, "a": token, "b": 0, "until": self.dice.randrange(20)}

    def edit(self) -> tuple[str, int]:
        name = self.dice.choice(["a", "b", "until"])
        return name, self.dice.randrange(20) if name == "until" else self.token()

    def play(self, steps: int) -> None:
        for _ in range(steps):
            self.step()
        self.settle()

    def step(self) -> None:
        phone = self.dice.choice(self.phones)
        match self.dice.randrange(12):
            case 0:
                self.side.create(self.fresh())
            case 1 if live := sorted(self.side.live()):
                self.side.edit(self.dice.choice(live), *self.edit())
            case 2 if self.dice.random() < 0.5 and (live := sorted(self.side.live())):
                self.side.delete(self.dice.choice(live))
            case 3:
                self.side.restore()
            case 4:
                phone.add(self.fresh())
            case 5 if phone.store:
                phone.edit(self.dice.choice(sorted(phone.store)), *self.edit())
            case 6 if phone.store and self.dice.random() < 0.5:
                phone.delete(self.dice.choice(sorted(phone.store)))
            case 7 if self.dice.random() < 0.1:
                self.forget(phone)
            case 8 if self.dice.random() < 0.3:
                phone.cutoff = self.dice.randrange(15)
            case _:
                phone.sync(self.dice.random() < 0.8, client_wins=self.dice.random() < 0.2)

    def forget(self, phone: Phone) -> None:
        """The user removes the account and adds it again; some phones upload their old copies."""
        old = list(phone.store.values()) if self.dice.random() < 0.5 else []
        phone.key, phone.store, phone.edited, phone.deleted = 0, {}, {}, set()
        phone.unsent = {}
        for values in old:
            phone.add(values)
        uids = [values["uid"] for values in old]
        self.twice |= {uid for uid in uids if uids.count(uid) > 1}

    def settle(self) -> None:
        for phone in self.phones:
            phone.loss, phone.ghosts = 0.0, []
        for _ in range(3):
            for phone in self.phones:
                for _ in range(2000):
                    if not phone.sync() and not phone.commands():
                        break
                else:
                    raise AssertionError("a phone never comes to rest")

    # What is true at the end

    def check(self) -> None:
        live = self.side.live()
        for phone in self.phones:
            expect_in_step(phone, live)
            lost = [fact for fact in phone.acknowledged if not self.side.remembers(*fact)]
            assert not lost, (phone.name, lost)
        self.expect_nothing_twice(live)

    def expect_nothing_twice(self, live: dict[str, Values]) -> None:
        """A phone that holds a UID twice (its deletion was on the way) hands in two copies: it
        is told of two items, for nobody knows which one its user means."""
        uids = [v["uid"] for v in live.values() if v["uid"] not in self.twice]
        assert len(uids) == len(set(uids))


STRANGE = ("Change of unknown", "Add of held", "resync")
"""What a phone must never see, whatever the network does."""


def expect_in_step(phone: Phone, live: dict[str, Values]) -> None:
    expected = {i: v for i, v in live.items() if v["until"] >= phone.cutoff}
    assert phone.store == expected, (phone.name, phone.strange)
    assert not [said for said in phone.strange if said.startswith(STRANGE)]
