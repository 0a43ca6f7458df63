"""A network that loses replies makes no phone start over, lose or double anything (pain 1).

A key is retired only when the phone uses the next one; the same request gets the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element, encode
from tests.app.handset import (
    Handset,
    adding,
    changing,
    commanding,
    commands,
    deleting,
    first_name,
    id_of,
    is_live,
    only,
    responses,
    status_of,
)
from tests.app.house import House


@dataclass
class Copy:
    """What is on a phone: a first name by ServerId."""

    held: dict[str, str] = field(default_factory=dict)

    def read(self, collection: Element, sent: dict[str, str]) -> None:
        """Do as the answer says; `sent` are the names of what was added, by ClientId."""
        for response in responses(collection):
            if response.name == "airsync:Add":
                id = response.text_of("airsync:ServerId", "")
                self.held[id] = sent[response.text_of("airsync:ClientId", "")]
        for command in commands(collection):
            id = command.text_of("airsync:ServerId", "")
            if command.name in ("airsync:Delete", "airsync:SoftDelete"):
                del self.held[id]
            else:
                assert (id in self.held) == (command.name == "airsync:Change")
                data = command.find("airsync:ApplicationData")
                assert data is not None
                self.held[id] = data.text_of("contacts:FirstName", "")


class Session:
    """A phone and a server that both work on one address book, step by step."""

    def __init__(self, house: House, version: Version, seed: int, losses: float) -> None:
        self.house, self.phone = house, Handset(house, version)
        self.choice, self.loss = random.Random(seed), random.Random(seed + 1)
        self.losses, self.copy, self.lost = losses, Copy(), 0
        self.phone.begin(self.phone.contacts)
        self.names = (f"Name {number}" for number in range(10**6))

    def step(self) -> None:
        act = self.choice.choice([self.server_adds, self.server_edits, self.server_removes])
        act()
        edits, sent = self.edits()
        self.sync(edits, sent)

    def server_adds(self) -> None:
        self.house.contact(first_name=next(self.names))

    def server_edits(self) -> None:
        for id in self.some():
            self.house.revise(id, job_title=next(self.names))

    def server_removes(self) -> None:
        for id in self.some():
            self.house.remove(id)

    def some(self) -> Iterator[UUID]:
        """One of the contacts both know, the same in every run."""
        held = sorted(self.copy.held.items(), key=lambda each: each[1])
        if held:
            id, _ = self.choice.choice(held)
            if is_live(self.house, id):
                yield id_of(id)

    def edits(self) -> tuple[list[Element], dict[str, str]]:
        """What the phone does: add, change, delete or nothing."""
        held = sorted(self.copy.held.items(), key=lambda each: each[1])
        kind = self.choice.choice(["add", "change", "delete", "nothing"])
        name = next(self.names)
        if kind == "add":
            return [adding(first_name(name), client_id="c1")], {"c1": name}
        if kind == "nothing" or not held:
            return [], {}
        id, _ = self.choice.choice(held)
        if kind == "change":
            self.copy.held[id] = name
            return [changing(id, first_name(name))], {}
        del self.copy.held[id]
        return [deleting(id)], {}

    def sync(self, edits: list[Element], sent: dict[str, str]) -> bool:
        """One request, repeated until an answer arrives; whether it said anything."""
        folder = self.phone.contacts
        content = [commanding(*edits)] if edits else []
        key = self.phone.keys[folder]
        body = self.phone.request(self.phone.about(folder, E("airsync:WindowSize", 2), *content))
        answer = self.phone.send(body)
        while self.loss.random() < self.losses and self.lost_in_a_row(key) < 2:
            self.lost += 1
            if self.loss.random() < 0.3:
                self.house.restart()
            again = self.phone.send(body)
            assert _bytes(again) == _bytes(answer), "the same request gets the same bytes"
        if answer is None:
            return False
        assert status_of(only(answer)) == 1
        self.copy.read(only(answer), sent)
        return bool(commands(only(answer)))

    def lost_in_a_row(self, key: str) -> int:
        """Beyond the second repeat the window is halved, which is another pain (7)."""
        self._row = getattr(self, "_row", (key, 0))
        self._row = (key, self._row[1] + 1) if self._row[0] == key else (key, 0)
        return self._row[1]

    def settle(self) -> None:
        while self.sync([], {}):
            pass

    @property
    def server(self) -> dict[str, str]:
        """What a new phone would be given."""
        other = Handset(self.house, self.phone.version, device="FRESH")
        copy = Copy()
        other.begin(other.contacts)
        while (told := other.sync(other.contacts)) is not None and commands(told):
            copy.read(told, {})
        return copy.held


def _bytes(root: Element | None) -> bytes:
    return b"" if root is None else encode(root)


@pytest.mark.parametrize("version", [Version.V2_5, Version.V14_1, Version.V16_1])
@pytest.mark.parametrize("seed", range(4))
def test_lost_reply(tmp_path: Path, version: Version, seed: int) -> None:
    """However many replies are lost, the phone ends with what it has without any loss."""
    ends = []
    for losses in (0.0, 0.5):
        house = House(tmp_path / str(losses))
        house.person()
        session = Session(house, version, seed, losses)
        for _ in range(25):
            session.step()
        session.settle()
        assert session.copy.held == session.server
        assert bool(session.lost) == bool(losses)
        ends.append(sorted(session.copy.held.values()))
        house.close()
    assert ends[0] == ends[1]


def test_a_ping_never_acknowledges_a_sync(house: House, phone: Handset) -> None:
    phone.folder_sync()
    key = phone.begin(phone.contacts)
    house.contact(first_name="Bea")
    lost = phone.told(phone.contacts, key=key)
    listed = E("ping:Folders", E("ping:Folder", E("ping:Id", phone.contacts)))
    phone.answer("Ping", E("ping:Ping", E("ping:HeartbeatInterval", 600), listed))
    assert phone.told(phone.contacts, key=key) == lost
