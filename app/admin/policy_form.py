"""The form of a policy: its name and settings, read back into what is stored.

A setting that demands nothing is left out, as phones refuse what they do not know; one that was
stored with the value that demands nothing stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.devices.policy_settings import GROUPS, demanding, permissive, shape, wrong
from app.web.forms import Form

SETTINGS = tuple(name for names in GROUPS.values() for name in names)


@dataclass(frozen=True)
class Typed:
    """What stands in the form, and which fields are `wrong`."""

    name: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()


def read(form: Form, before: Mapping[str, str], name: str = "") -> Typed:
    """`before` is what the policy demanded, `name` its name if it has one."""
    settings = {each: value for each in SETTINGS if (value := _value(form, each, before))}
    return Typed(name or form.text("name"), settings, frozenset(wrong(settings)))


def _value(form: Form, name: str, before: Mapping[str, str]) -> str:
    typed = form.text(name)
    if shape(name) == "flag":
        typed = demanding(name) if typed else ""
    if shape(name) == "list":
        typed = "\n".join(line.strip() for line in typed.split("\n") if line.strip())
    lax = before.get(name) if before.get(name) == permissive(name) else None
    return typed or lax or ""
