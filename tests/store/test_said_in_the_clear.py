"""What the log says in the clear: of every kind of event, each text that is not sealed is one that
says nothing about a person, and here is why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import pytest

from app.log.history import event_kinds

KINDS: Final[dict[str, Any]] = {
    topic: kind for topic, kind in event_kinds().items() if kind.__module__.startswith("domain.")
}

OURS: Final = "one of a few words of ours"
HOUSE: Final = "what administrators decided for everybody"
NAMED: Final = "the name of a policy, which is a thing of the house"
PROTOCOL: Final = "a version of the protocol, one of a few"
BOX: Final = "sealed under the key of its account already"
LINK: Final = "how a link came about: one of a few words of ours"
ROUND: Final = "what one phone wished for: names of fields, from the protocol's own list"
COMMAND: Final = (
    "by which a phone knows its own command again: an id or a count, perhaps with an instant"
)
DIGEST: Final = (
    "of a whole command: it shows nothing to whoever cannot say the command word for word"
)

EVERY: Final = {
    "actor": "people by an id, with the name in a box of its own; phones by an id; connectors",
    "request": "a number that was drawn",
}
"""Fields that every event has."""

CLEAR: Final = {
    "access.rule-set": {"pattern": HOUSE},
    "access.rule-removed": {"pattern": HOUSE},
    "account.policy-assigned": {"policy": NAMED},
    "account.version-ceiling-set": {"version": PROTOCOL},
    "account.activesync-password-set": {"box": BOX},
    "account.second-factor-enrolled": {"box": BOX},
    "contact.linked": {"by": LINK},
    "relation.begun": {"by": LINK},
    "device.ceiling-set": {"version": PROTOCOL},
    "device.introduced": {"version": PROTOCOL},
    "device.policy-offered": {"policy": NAMED},
    "edit.discarded": {"reason": OURS},
    "edit.set-aside": {"reason": OURS},
    "item.reoffered": {"reason": OURS},
    "house.rule-changed": {"rule": OURS},
    "policy.written": {"name": NAMED, "settings": HOUSE},
    "policy.rewritten": {"settings": HOUSE},
    "line.begun": {"wishes.supported": ROUND, "after.drained": "the id of an item"},
    "round.answered": {
        "before.drained": "the id of an item",
        "after.drained": "the id of an item",
        "suspect.drained": "the id of an item",
        "wishes.supported": ROUND,
        "verdicts.name": COMMAND,
        "verdicts.files": COMMAND,
        "verdicts.refused": COMMAND,
        "verdicts.digest": DIGEST,
    },
}
"""Of each kind, the fields in the clear that hold text or bytes, and why they may."""


def texts(kind: type) -> Iterator[str]:
    """The fields of an event, or of a value in it, in which words of somebody's could stand."""
    module = vars(import_module(kind.__module__))
    hints = get_type_hints(kind, localns=module)
    for field in fields(kind):  # type: ignore[arg-type]
        yield from (f"{field.name}{below}" for below in _within(hints[field.name]))


def _within(hint: Any) -> set[str]:
    if hint in (str, bytes, Any, object) or get_origin(hint) in (Mapping, dict):
        return {""}
    if get_origin(hint) is Literal:
        return set()
    if isinstance(hint, type) and is_dataclass(hint):
        return {f".{name}" for name in texts(hint)}
    return {below for each in get_args(hint) for below in _within(each)}


@pytest.mark.parametrize("topic", sorted(KINDS))
def test_a_text_is_sealed_or_says_nothing_about_a_person(topic: str) -> None:
    kind = KINDS[topic]
    inherited = {"originator_topic", *EVERY}
    clear = set(texts(kind)) - {*kind.personal} - inherited
    assert clear == CLEAR.get(topic, {}).keys()


def test_what_is_called_personal_is_there() -> None:
    for kind in map(vars, KINDS.values()):
        declared = {*kind.get("personal", ())}
        assert declared <= kind["__dataclass_fields__"].keys()


def test_every_kind_that_is_judged_exists() -> None:
    assert CLEAR.keys() <= KINDS.keys()
