"""What a command is given beside the request, and how it is entered in the dispatch table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from adapters.eas.reply import Reply
from adapters.eas.request import Request
from adapters.eas.version import Version
from adapters.ids import by_id
from app.groupware import Groupware
from app.journal import Fields
from app.push.stay import Stay
from app.push.wake import WakeHub
from app.settings import Settings
from domain.base import Authorship
from projections.accounts import AccountRow
from projections.devices import PartnershipRow


@dataclass(frozen=True)
class Context:
    """Who asks, with which phone, and the house. `journal` takes what the request's line is to
    tell: keys and counts, never what somebody wrote. `request_id` leads from the events of this
    request back to its line; `stay` is its wait, should it have to."""

    groupware: Groupware
    hub: WakeHub
    settings: Settings
    account: AccountRow
    partnership: PartnershipRow
    now: datetime
    locale: str
    journal: Fields = field(default_factory=dict)
    request_id: str = ""
    stay: Stay = field(default_factory=Stay)

    def author(self) -> Authorship:
        """Whose act a change of this request is."""
        phone = self.partnership
        return Authorship(by_id("device", phone.id), self.request_id, self.now, phone.id)


Handle = Callable[[Context, Request], Reply]


@dataclass(frozen=True)
class Command:
    """A line of the dispatch table: who answers, and for which versions (MS-ASHTTP 3.2.5)."""

    handle: Handle
    since: Version = Version.V2_5
    until: Version | None = None
    body: Literal["required", "optional"] = "required"

    def speaks(self, version: Version) -> bool:
        return self.since <= version and (self.until is None or version <= self.until)
