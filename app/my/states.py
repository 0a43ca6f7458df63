"""How a phone is, for its owner: one word to it; the sentences stand in the language files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.web.visit import Visit
from domain.when import Instant
from projections import attempts, standing
from projections.accounts import AccountRow
from projections.attempts import Useless
from projections.devices import PartnershipRow
from projections.sightings import SeenRow
from projections.standing import Portrait

NEVER, DISABLED, LACKS_PASSWORD, OLD_PASSWORD, LOGIN_PASSWORD, SHARED = (
    "never",
    "disabled",
    "lacks_password",
    "old_password",
    "login_password",
    "shared",
)

TONES: Final = {
    standing.IN_STEP: "good",
    standing.WAITS: "warn",
    standing.BLOCKED: "bad",
    standing.RULED_OUT: "bad",
    standing.TO_BE_WIPED: "warn",
    standing.SHUT_OUT: "bad",
    standing.WAS_WIPED: "calm",
    standing.WIPE_FAILED: "bad",
    standing.TOO_NEW: "bad",
    standing.UNFIT: "bad",
    standing.EXCEPTED: "good",
    standing.SILENT: "calm",
    standing.SUPERSEDED: "calm",
    NEVER: "calm",
    DISABLED: "bad",
    LACKS_PASSWORD: "bad",
    OLD_PASSWORD: "bad",
    LOGIN_PASSWORD: "bad",
    SHARED: "warn",
}
"""Every state of a phone, and how it is to be felt."""

KEPT_OUT_BY: Final = {
    attempts.OUTDATED: OLD_PASSWORD,
    attempts.LOGIN: LOGIN_PASSWORD,
    attempts.NONE: LACKS_PASSWORD,
}
"""The state of a phone that sends what is of no use, by why."""

CALM: Final = (standing.IN_STEP, standing.EXCEPTED, standing.SILENT)
"""States of the phone itself in which the person's own may matter more."""

FOR_ADMINISTRATORS: Final = (
    standing.BLOCKED,
    standing.RULED_OUT,
    standing.TO_BE_WIPED,
    standing.SHUT_OUT,
    standing.WAS_WIPED,
    standing.WIPE_FAILED,
)
"""Where only they can remove it."""


@dataclass(frozen=True)
class Phone:
    """A phone as its owner is shown it. `state` is one of TONES, as a key is written."""

    portrait: Portrait
    word: str

    @property
    def row(self) -> PartnershipRow:
        return self.portrait.phone

    @property
    def seen(self) -> SeenRow | None:
        return self.portrait.seen

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def system(self) -> str:
        """Model and operating system, as far as it told them."""
        about = self.row.about
        told = (about.get("model") or self.row.model, about.get("os") or self.row.os)
        return ", ".join(filter(None, told))

    @property
    def state(self) -> str:
        return self.word.replace(" ", "_")

    @property
    def tone(self) -> str:
        return TONES[self.word]

    @property
    def removable(self) -> bool:
        return self.word not in FOR_ADMINISTRATORS

    @property
    def last(self) -> Instant:
        return self.seen.last_seen if self.seen else self.row.created_at

    def told(self, visit: Visit) -> str:
        """The sentence to its state, with its facts on the reader's clocks."""
        facts = {
            name: visit.words.moment(fact) if isinstance(fact, datetime) else fact
            for name, fact in self.portrait.standing.facts.items()
        }
        return visit.words.text(f"my.state.{self.state}.text", **facts)


def shown_phones(visit: Visit) -> list[Phone]:
    """A person's phones, the one heard of last first; names that a phone went by before are
    not shown."""
    person = visit.person
    with visit.site.groupware.reading() as connection:
        found = standing.portraits(connection, visit.now, person.id)
        useless = attempts.useless(connection, person.id)
    phones = [
        Phone(each, _word(person, each, useless))
        for each in found
        if each.standing.word != standing.SUPERSEDED
    ]
    return sorted(phones, key=lambda phone: phone.last, reverse=True)


def _word(person: AccountRow, portrait: Portrait, useless: Iterable[Useless]) -> str:
    """What matters most: what was decided about the phone, then what keeps its person's out."""
    word, phone = portrait.standing.word, portrait.phone
    if word not in CALM:
        return word
    if not person.enabled:
        return DISABLED
    if person.lacks_password:
        return LACKS_PASSWORD
    for each in useless:
        if each.device.upper() == phone.device.upper():
            return KEPT_OUT_BY[each.why]
    if phone.shared:
        return SHARED
    return NEVER if portrait.seen is None and word == standing.IN_STEP else word
