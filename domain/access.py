"""Which phones may come in: rules by what a phone is, and a default for those that none fits.

What somebody decided about one phone stands above both. A rule holds for every phone it fits,
from now on; the default only for phones that come later: those that are here stay as welcome as
they were, so that whoever begins to look at newcomers stops nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal, get_args

from eventsourcing.domain import Aggregate

from domain.base import Created, Event, known_as, named_id
from domain.refused import Unknown

Access = Literal["allow", "quarantine", "block"]
About = Literal["type", "model", "os", "agent"]

ALLOW: Final = "allow"
QUARANTINE: Final = "quarantine"
BLOCK: Final = "block"
ACCESSES: Final[tuple[Access, ...]] = get_args(Access)
"""The most lenient first. In quarantine a phone is let in, and told nothing until somebody
approves it."""

ABOUT: Final[tuple[About, ...]] = get_args(About)
"""What of a phone a rule looks at: the DeviceType of its requests, the model and OS it tells of
(or its agent tells), and the agent (User-Agent) itself."""

ACCESS: Final = named_id("access", "")
"""The id of the one set of rules, and the topic that rings when it changes."""


@dataclass(frozen=True)
class Rule:
    """`pattern` has * for anything and ? for one character, in any case."""

    about: About
    pattern: str
    access: Access

    def fits(self, facts: Mapping[str, str]) -> bool:
        return fnmatchcase(facts.get(self.about, "").casefold(), self.pattern.casefold())

    def same(self, about: str, pattern: str) -> bool:
        """Whether this is the rule for just these phones."""
        return (self.about, self.pattern.casefold()) == (about, pattern.casefold())

    @property
    def text(self) -> str:
        return f"{self.about} {self.pattern}"


def judge(rules: Iterable[Rule], facts: Mapping[str, str], default: Access) -> tuple[Access, str]:
    """What becomes of such a phone, and by which rule; the first that fits decides."""
    for rule in rules:
        if rule.fits(facts):
            return rule.access, rule.text
    return default, ""


def more_lenient(one: Access, other: Access) -> Access:
    return min(one, other, key=ACCESSES.index)


def placed(rules: Iterable[Rule], rule: Rule, place: int) -> tuple[Rule, ...]:
    """The rules with this one at its place, counted from 0; it replaces one for the same."""
    others = list(without(rules, rule.about, rule.pattern))
    others.insert(place, rule)
    return tuple(others)


def place_of(rules: Iterable[Rule], rule: Rule) -> int:
    """The place of the rule for the same phones, or the last."""
    order = list(rules)
    there = (n for n, each in enumerate(order) if each.same(rule.about, rule.pattern))
    return next(there, len(order))


def without(rules: Iterable[Rule], about: str, pattern: str) -> tuple[Rule, ...]:
    return tuple(each for each in rules if not each.same(about, pattern))


class AccessRulesOpened(Created):
    """Somebody decided who may come in, for the first time."""

    TOPIC = "access.opened"


class AccessRuleSet(Event):
    """From now on the rule stands at `place`, counted from 0."""

    TOPIC = "access.rule-set"

    about: About
    pattern: str
    access: Access
    place: int

    @property
    def rule(self) -> Rule:
        return Rule(self.about, self.pattern, self.access)

    def apply(self, it: AccessRules) -> None:
        it.rules = placed(it.rules, self.rule, self.place)


class AccessRuleRemoved(Event):
    TOPIC = "access.rule-removed"

    about: About
    pattern: str

    def apply(self, it: AccessRules) -> None:
        it.rules = without(it.rules, self.about, self.pattern)


class AccessDefaultChosen(Event):
    """What becomes from now on of a phone that is new here and that no rule fits."""

    TOPIC = "access.default-chosen"

    access: Access

    def apply(self, it: AccessRules) -> None:
        it.default = self.access


class AccessRules(Aggregate):
    """`rules` in the order in which they are asked."""

    def __init__(self) -> None:
        self.rules: tuple[Rule, ...] = ()
        self.default: Access = "allow"

    @classmethod
    def open(cls) -> AccessRules:
        return cls._create(AccessRulesOpened, id=ACCESS)

    def put(self, rule: Rule, place: int | None = None) -> None:
        """Put a rule at a place; without one it stays where it is, or comes last."""
        place = place_of(self.rules, rule) if place is None else place
        if placed(self.rules, rule, place) != self.rules:
            self.trigger_event(AccessRuleSet, **asdict(rule), place=place)

    def remove(self, about: About, pattern: str) -> None:
        """Unknown if there is no such rule."""
        if without(self.rules, about, pattern) == self.rules:
            raise Unknown(f"there is no rule for {about} {pattern}")
        self.trigger_event(AccessRuleRemoved, about=about, pattern=pattern)

    def choose_default(self, access: Access) -> None:
        if access != self.default:
            self.trigger_event(AccessDefaultChosen, access=access)


known_as(AccessRulesOpened, AccessRuleSet, AccessRuleRemoved, AccessDefaultChosen)
