"""A phone that keeps what it is told, and asks again as phones do.

What its person did waits until the server has acknowledged it; what was refused is tried once
more and then given up. What must never happen to a phone it notes in `strange`.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from adapters.wbxml import E, Element
from tests.app.shell import Response
from tests.faults.stage import Stage

OK, BAD_KEY, CONFLICT, NOT_FOUND, GONE, PARTLY = "1", "3", "7", "8", "12", "184"
DONE: Final = {"Change": {"", OK, CONFLICT, NOT_FOUND}, "Delete": {"", OK, NOT_FOUND}}
TRIES: Final = 2
SAYING: Final = ("Commands", "Responses", "MoreAvailable")
PATIENCE: Final = 40
"""Requests after which a phone that is told something each time would never come to rest."""


@dataclass(frozen=True)
class Asked:
    """One collection of a Sync, with what is said beside its key."""

    folder: str
    content: tuple[Element, ...] = ()
    key: str | None = None


@dataclass
class Phone:
    """`keys`, `store` and `wishes` are by folder; `names` are the ClientIds of its own items.
    `ids` are ServerIds by the words a scenario has for them."""

    version: str = "16.1"
    ids: dict[str, str] = field(default_factory=dict)
    hierarchy: str = "0"
    keys: dict[str, str] = field(default_factory=dict)
    store: dict[str, dict[str, object]] = field(default_factory=dict)
    wishes: dict[str, list[Element]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)

    def copy(self) -> Phone:
        return copy.deepcopy(self)

    def wish(self, folder: str, *commands: Element) -> None:
        self.wishes.setdefault(folder, []).extend(commands)

    def post(
        self, stage: Stage, command: str, body: Element | bytes | None = None, **how: str
    ) -> Response:
        return stage.post(command, self.version, body, **how)

    # Sync

    def document(self, *asked: Asked, **whole: object) -> Element:
        extra = [E(f"airsync:{tag}", str(value)) for tag, value in whole.items()]
        listed = E("airsync:Collections", *map(self._collection, asked)) if asked else None
        return E("airsync:Sync", listed, *extra)

    def sync(self, stage: Stage, *asked: Asked | str, **whole: object) -> Response:
        each = [Asked(one) if isinstance(one, str) else one for one in asked]
        response = self.post(stage, "Sync", self.document(*each, **whole))
        self.read(response, each)
        return response

    def settle(self, stage: Stage, folders: Iterable[str] | None = None) -> None:
        """Sync until there is nothing to say and nothing to hear."""
        for _ in range(PATIENCE):
            asked = sorted(self.keys) if folders is None else sorted(folders)
            response = self.sync(stage, *asked)
            if response.status != 200:
                self.strange.append(f"HTTP {response.status}")
            if _silent(response) and not any(self.wishes.values()):
                return
        self.strange.append("never at rest")

    def read(self, response: Response, asked: Iterable[Asked]) -> None:
        if response.status != 200:
            return
        if not response.body:
            waiting = [each.folder for each in asked if self.wishes.get(each.folder)]
            self.strange += [f"commands without an answer in {folder}" for folder in waiting]
            return
        keys = {each.folder: each.key or self.keys.get(each.folder, "0") for each in asked}
        for told in response.root.find("airsync:Collections") or ():
            folder = told.text_of("airsync:CollectionId", "")
            self._read(folder, keys.get(folder) or self.keys.get(folder, "0"), told)

    def _collection(self, asked: Asked) -> Element:
        key = asked.key or self.keys.get(asked.folder, "0")
        wishes = [] if key == "0" else self.wishes.get(asked.folder, [])
        kind = "Calendar" if asked.folder == self.ids.get("calendar") else "Contacts"
        return E(
            "airsync:Collection",
            E("airsync:Class", kind) if self.version in ("2.5", "12.0") else None,
            E("airsync:SyncKey", key),
            E("airsync:CollectionId", asked.folder),
            *asked.content,
            E("airsync:Commands", *wishes) if wishes else None,
        )

    def _read(self, folder: str, key: str, told: Element) -> None:
        status = told.text_of("airsync:Status", "")
        if status == BAD_KEY:
            self.strange.append("Status 3")
        if status == GONE:
            for known in (self.keys, self.store, self.wishes):
                known.pop(folder, None)
        if status != OK:
            return
        self.keys[folder] = told.text_of("airsync:SyncKey", "")
        held = self.store.setdefault(folder, {})
        if key == "0":
            held.clear()
            return
        answers = {_name(each): each for each in told.find("airsync:Responses") or ()}
        wishes, self.wishes[folder] = self.wishes.get(folder, []), []
        for wish in wishes:
            self._acknowledge(folder, wish, answers.get(_name(wish)))
        for command in told.find("airsync:Commands") or ():
            self._apply(held, command)

    def _acknowledge(self, folder: str, wish: Element, answer: Element | None) -> None:
        op, name = wish.name.partition(":")[2], _name(wish)
        status = answer.text_of("airsync:Status", "") if answer else ""
        held, id = self.store[folder], wish.text_of("airsync:ServerId", "")
        if op == "Add" and answer and status in (OK, PARTLY):
            id = answer.text_of("airsync:ServerId", "")
            self.names[id] = name
        if status in DONE.get(op, {OK, PARTLY}):
            if wish.find("airsyncbase:InstanceId"):
                held[id] = "edited in part"
            elif op == "Delete":
                held.pop(id, None)
            elif op != "Fetch" and status != NOT_FOUND:
                held[id] = plain(wish.find("airsync:ApplicationData"))
            return
        if not status:
            self.strange.append(f"{name} without an answer")
        self.refused[name] += 1
        if self.refused[name] < TRIES:
            self.wishes[folder].append(wish)

    def _apply(self, held: dict[str, object], command: Element) -> None:
        id, verb = command.text_of("airsync:ServerId", ""), command.name.partition(":")[2]
        if (verb == "Add") == (id in held):
            self.strange.append(f"{verb} of an item that is {'' if verb == 'Add' else 'not '}held")
        if verb in ("Delete", "SoftDelete"):
            held.pop(id, None)
        else:
            held[id] = plain(command.find("airsync:ApplicationData"))

    def state(self) -> dict[str, dict[str, object]]:
        """What it shows, by folder; its own items by the names it gave them."""
        return {
            folder: {self.names.get(id, id): shown for id, shown in held.items()}
            for folder, held in self.store.items()
        }


def _silent(response: Response) -> bool:
    """Nothing to do and nothing more to ask for."""
    if not response.body:
        return True
    said = {each.name for told in response.root.find("airsync:Collections") or () for each in told}
    return bool(said) and not said & {f"airsync:{tag}" for tag in SAYING}


def plain(element: Element | None) -> object:
    """Names and texts, without what is empty: to a phone that is the same as absent."""
    if element is None:
        return None
    if element.name == "airsyncbase:Body" and not element.text_of("airsyncbase:Data"):
        return None
    below = [each for child in element if (each := plain(child)) is not None]
    if not below and not element.value:
        return None
    return (element.name, element.value, *below)


def _name(command: Element) -> str:
    """Of a command or of the answer to it."""
    said = [
        command.text_of(tag, "")
        for tag in ("airsync:ClientId", "airsync:ServerId", "airsyncbase:InstanceId")
    ]
    return said[0] or f"{command.name.partition(':')[2]} {said[1]}{said[2]}"
