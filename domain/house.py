"""What holds for everybody in the house; who may do what is decided here once."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.base import Created, Event, known_as, named_id
from domain.brake import BUILT_IN, Limits
from domain.refused import Unknown

SECOND_FACTOR_REQUIRED: Final = "second-factor-required"
PASSWORDS_VIEWABLE: Final = "passwords-viewable"
FULL_WIPE_ALLOWED: Final = "full-wipe-allowed"

RULES: Final = {
    SECOND_FACTOR_REQUIRED: False,
    PASSWORDS_VIEWABLE: True,
    FULL_WIPE_ALLOWED: False,
}
"""Each rule, and whether it holds as long as nobody has decided."""

HOUSE: Final = named_id("house", "")
"""The id of the one house, and the topic that rings when a rule of it changes."""


class HouseOpened(Created):
    """The first fact about the house as a whole is written down, a decision or a deed. It says
    nothing but that: what is noted comes next, and a stream has to begin with its own beginning."""

    TOPIC = "house.opened"


class RuleChanged(Event):
    """From now on the rule holds for everybody, or does not."""

    TOPIC = "house.rule-changed"

    rule: str
    holds: bool

    def apply(self, house: House) -> None:
        house.rules[self.rule] = self.holds


class HouseBrakeSet(Event):
    """From how much on phones of everybody are not believed at once (domain/brake.py)."""

    TOPIC = "house.brake-set"

    deletions: int
    edits: int
    share: int

    def apply(self, house: House) -> None:
        house.brake = Limits(self.deletions, self.edits, self.share)


class AccountErased(Event):
    """Nothing of a person is left but this: who erased whom, by id, and when. With their key went
    those of `contacts`, which were theirs."""

    TOPIC = "account.erased"

    subject: UUID
    contacts: tuple[UUID, ...]


class ContactErased(Event):
    """Nothing of a contact is left but this."""

    TOPIC = "contact.erased"

    subject: UUID


class RowsMadeAnew(Event):
    """So many rows were not what the log says, and were replaced by what it says: what anybody had
    learnt from them may be wrong."""

    TOPIC = "house.rows-made-anew"

    rows: int


class StoreRestored(Event):
    """A copy of the store was put in its place, which had all up to `position`, written at `upto`
    (None for a copy without events): what was done between then and now is not in this log."""

    TOPIC = "house.store-restored"

    position: int
    upto: datetime | None


class House(Aggregate):
    """Its `rules` are those of RULES, each with whether it holds."""

    def __init__(self) -> None:
        self.rules = dict(RULES)
        self.brake = BUILT_IN

    @staticmethod
    def id_of() -> UUID:
        return HOUSE

    @classmethod
    def open(cls) -> House:
        return cls._create(HouseOpened, id=HOUSE)

    def decide(self, rule: str, holds: bool) -> None:
        """Nothing happens if it is so already; Unknown for what is no rule."""
        if rule not in RULES:
            raise Unknown(f"there is no rule {rule}; there are {', '.join(RULES)}")
        if self.rules[rule] != holds:
            self.trigger_event(RuleChanged, rule=rule, holds=holds)

    def set_brake(self, limits: Limits) -> None:
        if limits != self.brake:
            self.trigger_event(HouseBrakeSet, **limits._asdict())

    def note_account_erased(self, account: UUID, contacts: tuple[UUID, ...]) -> None:
        self.trigger_event(AccountErased, subject=account, contacts=contacts)

    def note_contact_erased(self, contact: UUID) -> None:
        self.trigger_event(ContactErased, subject=contact)

    def note_rows_made_anew(self, rows: int) -> None:
        self.trigger_event(RowsMadeAnew, rows=rows)

    def note_store_restored(self, position: int, upto: datetime | None) -> None:
        self.trigger_event(StoreRestored, position=position, upto=upto)


known_as(
    HouseOpened,
    RuleChanged,
    HouseBrakeSet,
    AccountErased,
    ContactErased,
    RowsMadeAnew,
    StoreRestored,
)
