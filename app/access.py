"""Use cases about who may come in: the rules for phones, and what holds where none fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.groupware import Groupware
from domain.access import ABOUT, ACCESS, ACCESSES, About, Access, AccessRules, Rule
from domain.base import Authorship
from domain.refused import Refused, Unknown

LONGEST_PATTERN: Final = 200
MOST_RULES: Final = 200


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
    pattern = pattern.strip()
    _expect_known(about, ABOUT)
    _expect_known(access, ACCESSES)
    if not (0 < len(pattern) <= LONGEST_PATTERN and pattern.isprintable()):
        raise Refused(f"a pattern has between 1 and {LONGEST_PATTERN} characters, as in iPhone*")
    _change(groupware, author, lambda it: _put(it, Rule(about, pattern, access), place))


def remove_rule(groupware: Groupware, author: Authorship, about: About, pattern: str) -> None:
    """Unknown if there is no such rule."""
    _change(groupware, author, lambda it: it.remove(about, pattern.strip()))


def choose_default(groupware: Groupware, author: Authorship, access: Access) -> None:
    """What becomes of phones that come from now on and that no rule fits."""
    _expect_known(access, ACCESSES)
    _change(groupware, author, lambda it: it.choose_default(access))


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
