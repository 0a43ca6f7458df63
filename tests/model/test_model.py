"""Random histories of several phones and an editor at the server end in equal states."""

from __future__ import annotations

import random

import pytest

from tests.model.engine import ADD, CHANGE, DELETE, Engine
from tests.model.phone import Phone


class History:
    """One seeded history: phones, a server-side editor, and the tokens that may not be lost."""

    def __init__(self, seed: int, phones: int = 3, loss: float = 0.25) -> None:
        self.dice = random.Random(seed)
        self.engine = Engine(patience=1 << 30)
        self.tokens = 0
        self.phones = [
            Phone(f"p{n}", self.engine.sync, self.dice, self.dice.choice([1, 2, 5, 50]), loss=loss)
            for n in range(phones)
        ]

    def token(self) -> int:
        self.tokens += 1
        return self.tokens

    def fresh(self) -> dict[str, int]:
        token = self.token()
        return {"uid": token, "a": token, "b": 0, "until": self.dice.randrange(20)}

    def step(self) -> None:
        live = sorted(self.engine.live())
        phone = self.dice.choice(self.phones)
        match self.dice.randrange(12):
            case 0:
                self.engine.create(self.fresh())
            case 1 if live:
                item = self.dice.choice(live)
                values = dict(self.engine.live()[item])
                values[self.dice.choice(["a", "b", "until"])] = self.dice.randrange(20)
                self.engine.write(item, CHANGE, values)
            case 2 if live and self.dice.random() < 0.5:
                self.engine.write(self.dice.choice(live), DELETE, None)
            case 3:
                self.restore()
            case 4:
                phone.add(self.fresh())
            case 5 if phone.store:
                item = self.dice.choice(sorted(phone.store))
                phone.edit(item, self.dice.choice(["a", "b", "until"]), self.dice.randrange(20))
            case 6 if phone.store and self.dice.random() < 0.5:
                phone.delete(self.dice.choice(sorted(phone.store)))
            case 7 if self.dice.random() < 0.1:
                self.engine_forget(phone)
            case 8 if self.dice.random() < 0.3:
                phone.cutoff = self.dice.randrange(15)
            case _:
                phone.sync(self.dice.random() < 0.8, client_wins=self.dice.random() < 0.2)

    def restore(self) -> None:
        """The editor brings back something deleted, unless a phone has uploaded it again."""
        uids = {v["uid"] for v in self.engine.live().values()}
        for item, history in self.engine.versions.items():
            values = history[-2] if history[-1] is None else None
            if values and values["uid"] not in uids:
                self.engine.write(item, ADD, values)
                break

    def engine_forget(self, phone: Phone) -> None:
        """The user removes the account and adds it again; some phones upload their old copies."""
        old = list(phone.store.values()) if self.dice.random() < 0.5 else []
        phone.key, phone.store, phone.edited, phone.deleted = 0, {}, {}, set()
        phone.unsent = {}
        for values in old:
            phone.add(values)

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


@pytest.mark.parametrize("seed", range(150))
def test_random_histories_converge_with_nothing_lost_and_nothing_twice(seed: int) -> None:
    history = History(seed)
    for _ in range(400):
        history.step()
    history.settle()
    live = history.engine.live()
    for phone in history.phones:
        expected = {i: v for i, v in live.items() if v["until"] >= phone.cutoff}
        assert phone.store == expected, (phone.name, phone.strange)
        assert not [s for s in phone.strange if "Change of unknown" in s or "resync" in s]
        assert not [s for s in phone.strange if "Add of held" in s]
    uids = [v["uid"] for v in live.values()]
    assert len(uids) == len(set(uids))
