"""Use cases about who may come in: the rules for phones, and what holds where none fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.groupware import Groupware
from domain.access import (
    ABOUT,
    ACCESS,
    ACCESSES,
    About,
    Access,
    AccessRules,
    Rule,
    place_of,
    placed,
)
from domain.base import Authorship
from domain.refused import Refused, Unknown
from projections import access as projection
from projections import devices
from projections.devices import PartnershipRow

LONGEST_PATTERN: Final = 200
MOST_RULES: Final = 200


class BadPattern(Refused):
    """A pattern that cannot be one."""


@dataclass(frozen=True)
class Trial:
    """What a rule would do to the phones that are here: how many are like it, about how many it
    would decide, and which would be treated otherwise than now, each with how."""

    fits: int
    decides: int
    changed: tuple[tuple[PartnershipRow, Access], ...]


def try_rule(
    groupware: Groupware, about: About, pattern: str, access: Access, place: int | None = None
) -> Trial:
    """As `put_rule`, and nothing happens."""
    rule = _rule(about, pattern, access)
    with groupware.reading() as connection:
        before = projection.rules(connection)
        after = placed(before, rule, place_of(before, rule) if place is None else place)
        verdicts = projection.verdicts(connection, after)
        phones = devices.all_devices(connection)
        fits = projection.fitting(connection, rule)
    changed = tuple(
        (phone, verdicts[phone.id][0]) for phone in phones if verdicts[phone.id][0] != phone.access
    )
    decides = sum(by == rule.text for _, by in verdicts.values())
    return Trial(len(fits), decides, changed)


def put_rule(
    groupware: Groupware,
    author: Authorship,
    about: About,
    pattern: str,
    access: Access,
    place: int | None = None,
) -> None:
    """A rule for the phones whose type, model, OS or agent is like the pattern, at a place counted
    from 0; without one, last. A rule for the same phones is replaced, and stays where it is."""
    rule = _rule(about, pattern, access)
    _change(groupware, author, lambda it: _put(it, rule, place))


def remove_rule(groupware: Groupware, author: Authorship, about: About, pattern: str) -> None:
    """Unknown if there is no such rule."""
    _change(groupware, author, lambda it: it.remove(about, pattern.strip()))


def choose_default(groupware: Groupware, author: Authorship, access: Access) -> None:
    """What becomes of phones that come from now on and that no rule fits."""
    _expect_known(access, ACCESSES)
    _change(groupware, author, lambda it: it.choose_default(access))


def _rule(about: About, pattern: str, access: Access) -> Rule:
    pattern = pattern.strip()
    _expect_known(about, ABOUT)
    _expect_known(access, ACCESSES)
    if not (0 < len(pattern) <= LONGEST_PATTERN and pattern.isprintable()):
        raise BadPattern(f"a pattern has between 1 and {LONGEST_PATTERN} characters, as in iPhone*")
    return Rule(about, pattern, access)


def _put(it: AccessRules, rule: Rule, place: int | None) -> None:
    it.put(rule, place)
    if len(it.rules) > MOST_RULES:
        raise Refused(f"there are {MOST_RULES} rules at most")


def _expect_known(word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise Refused(f"{word!r} is none of {', '.join(known)}")


def _change(groupware: Groupware, author: Authorship, act: Callable[[AccessRules], None]) -> None:
    with groupware.acting(author):
        try:
            it = groupware.load(AccessRules, ACCESS)
        except Unknown:
            it = AccessRules.open()
        act(it)
        groupware.save(it)
