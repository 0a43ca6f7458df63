"""Somebody who has to say what happened: a phone and an item, as the log's own tools tell them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.ids import server_id
from tests.app.cli_runner import Cli
from tests.app.handset import Handset
from tests.app.house import House

BACK = timedelta(hours=3)
"""How long ago it begins: whoever works at the command line does so today."""


@dataclass(frozen=True)
class Desk:
    """What is asked there goes through the command line."""

    house: House

    @property
    def cli(self) -> Cli:
        return Cli(self.house.settings.home)

    @property
    def since(self) -> str:
        """Now, as one types it in."""
        return self.house.clock().astimezone().strftime("%Y-%m-%dT%H:%M")

    def id(self, phone: Handset) -> str:
        """By which lists know it."""
        return server_id(self.house.phone(phone.name, phone.device).id)

    def standing(self, phone: Handset, *options: str) -> dict[str, Any]:
        """What it holds of its address book, or of another folder, has pending and has not got."""
        told: dict[str, Any] = json.loads(self.explained(phone, *options, "--json"))
        return told

    def why(self, phone: Handset, item: str, *options: str) -> tuple[str | None, str, str]:
        """What became of an item in the last answer: how it was told, by which rule, in words."""
        told = self.standing(phone, *options, "--item", item)
        return told["told"], told["rule"], told["why"]

    def explained(self, phone: Handset, *options: str) -> str:
        folder = () if "--folder" in options else ("--contacts",)
        return self.cli.done("explain", self.id(phone), *folder, *options)

    def history(self, item: str) -> list[dict[str, Any]]:
        """All that happened to an item, as data."""
        return self._objects("history", item)

    def life(self, item: str) -> list[tuple[str, str]]:
        """All that happened to it in words: the sentence, and what changed."""
        return [(row[3], row[4]) for row in self.cli.rows("history", item)]

    def log(self, *options: str) -> list[dict[str, Any]]:
        return self._objects("log", *options)

    def _objects(self, *args: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.cli.done(*args, "--json").splitlines()]


def at_work(house: House) -> Desk:
    """In a house whose clock goes like the one on the wall, three hours behind."""
    house.clock.now = datetime.now(UTC).replace(second=0, microsecond=0) - BACK
    return Desk(house)
