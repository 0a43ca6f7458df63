"""A simulated phone with a store of its own, and a network that loses, repeats and delays."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.model.engine import ADD, CHANGE, DELETE, Command, Reply, Values

Server = Callable[..., Reply]


@dataclass
class Phone:
    """Keeps items by ServerId; what its user does waits in `todo` until it is acknowledged."""

    name: str
    server: Server
    dice: random.Random
    window: int = 100
    cutoff: int = 0
    loss: float = 0.25
    key: int = 0
    store: dict[str, Values] = field(default_factory=dict)
    unsent: dict[str, Values] = field(default_factory=dict)  # by ClientId
    edited: dict[str, Values] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    ghosts: list[tuple[tuple, dict]] = field(default_factory=list)
    poison: Callable[[Values], bool] = lambda values: False
    clients: int = 0
    acknowledged: list[tuple[str, str, int]] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    def add(self, values: Values) -> None:
        self.clients += 1
        self.unsent[f"{self.name}c{self.clients}"] = dict(values)

    def edit(self, item: str, name: str, value: int) -> None:
        if item in self.store and item not in self.deleted:
            self.edited[item] = {**self.edited.get(item, self.store[item]), name: value}

    def delete(self, item: str) -> None:
        if item in self.store:
            self.deleted.add(item)
            self.edited.pop(item, None)

    def commands(self) -> list[Command]:
        adds = [Command(ADD, c, tuple(v.items())) for c, v in self.unsent.items()]
        edits = [Command(CHANGE, i, tuple(v.items())) for i, v in self.edited.items()]
        return adds + edits + [Command(DELETE, i) for i in sorted(self.deleted)]

    def sync(self, get_changes: bool = True, **options: object) -> bool:
        """One request over the network; True if the reply was read and had something to say."""
        commands = self.commands() if self.key else []
        call = (
            (self.name, self.key, commands, self.window, self.cutoff, get_changes),
            dict(options),
        )
        fate = self.dice.random() / self.loss if self.loss else 2.0
        if self.ghosts and self.dice.random() < 0.3:
            late = self.ghosts.pop(self.dice.randrange(len(self.ghosts)))
            self.server(*late[0], **late[1])
        if fate < 0.25:
            return True  # the request is lost
        if fate < 0.45:
            self.ghosts.append(call)  # it will arrive when nobody waits for it any more
            return True
        if fate < 0.55:
            self.server(*call[0], **call[1])  # the network repeats it
        reply = self.server(*call[0], **call[1])
        if fate < 1.0:
            return True  # the reply is lost
        return self.read(reply, commands)

    def chokes(self, verb: str, item: str, values: Values | None) -> bool:
        return verb in ("Add", "Change") and self.poison(values)

    def read(self, reply: Reply, commands: list[Command]) -> bool:
        if reply.status == 3:
            self.key, self.store, self.edited, self.deleted = 0, {}, {}, set()
            self.strange.append("resync")
            return True
        if any(self.chokes(*change) for change in reply.changes):
            return True  # it chokes and asks again
        news = self.key != reply.key or reply.more
        self.key = reply.key
        for command, verdict in zip(commands, reply.verdicts, strict=True):
            if command.op == ADD:
                self.store[verdict.item] = mine = self.unsent.pop(command.id)
                self.acknowledged += [(verdict.item, f, v) for f, v in mine.items()]
            elif command.op == CHANGE:
                mine, before = self.edited.pop(command.id), self.store.get(command.id, {})
                said = [(command.id, f, v) for f, v in mine.items() if before.get(f) != v]
                self.acknowledged += said
                if verdict.status != 8:
                    self.store[command.id] = mine
            else:
                self.deleted.discard(command.id)
                self.store.pop(command.id, None)
        for verb, item, values in reply.changes:
            if verb in ("Delete", "SoftDelete"):
                if item not in self.store:
                    self.strange.append(f"{verb} of unknown {item}")
                self.store.pop(item, None)
            elif verb == "Add":
                if item in self.store:
                    self.strange.append(f"Add of held {item}")
                self.store[item] = dict(values)
            elif item in self.store:
                self.store[item] = dict(values)
            else:
                self.strange.append(f"Change of unknown {item}")
        return news
