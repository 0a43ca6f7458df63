"""The Calendar class as a table: one row per property, in the order of emission.

What leaving a property out means is a column here, not code (MS-ASCAL 2.2.2, MS-ASCMD
2.2.3.179). Since 16.0 the answer is the same for all of them: nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from adapters.eas.attachments import Files
from adapters.eas.calendar_body import Words
from adapters.eas.calendar_forms import (
    Busy,
    Categories,
    Flag,
    Form,
    Moment,
    Number,
    Scope,
    Token,
)
from adapters.eas.dialect import Dialect
from adapters.eas.meeting import MEANINGFUL, People
from adapters.eas.place import Place, PlaceName
from adapters.eas.recurrence import Pattern
from adapters.eas.version import Version
from adapters.wbxml import Element
from adapters.wbxml.codepages import available
from domain.patch import CLEARED


class Omitted(Enum):
    """What a Change up to 14.1 says about a property by leaving it out."""

    KEPT = "kept"
    REMOVED = "removed"


KEPT, REMOVED = Omitted.KEPT, Omitted.REMOVED

V2_5, V14_0, V14_1 = Version.V2_5, Version.V14_0, Version.V14_1
V16_0, V16_1 = Version.V16_0, Version.V16_1


@dataclass(frozen=True)
class Row:
    """One property: our `field`, its element and form, and who may say it when.

    `heard` is the last version whose requests may carry it, None for never. `excepted` is the
    first version in which an exception has it. `ghostable` ones of those that omission removes
    are kept if the device's Supported list does not name them. `added` ones are taken from an
    Add only.
    """

    field: str
    tag: str
    form: Form
    omitted: Omitted = KEPT
    heard: Version | None = V16_1
    excepted: Version | None = None
    ghostable: bool = False
    added: bool = False
    sent: bool = True
    since: Version = V2_5

    def exists(self, dialect: Dialect) -> bool:
        """The version knows this element on an appointment."""
        return dialect.version >= self.since and available(self.tag, dialect.version.text)

    def listens(self, dialect: Dialect, adding: bool) -> bool:
        """A request of this device may say something about the property."""
        return (
            self.heard is not None
            and dialect.version <= self.heard
            and self.exists(dialect)
            and (adding or not self.added)
        )

    def in_exceptions(self, dialect: Dialect) -> bool:
        return (
            self.excepted is not None and dialect.version >= self.excepted and self.exists(dialect)
        )

    def silence(self, dialect: Dialect) -> Any:
        """What it means for the master that a Change leaves this out: CLEARED, or None."""
        whole = dialect.version < Version.V16_0 and self.omitted is REMOVED
        supported = dialect.supported
        ghosted = self.ghostable and supported is not None and self.tag not in supported
        return CLEARED if whole and not ghosted else None

    def write(self, value: Any, dialect: Dialect) -> list[Element]:
        if value is CLEARED:
            return self.form.blank(self.tag, dialect)
        return self.form.write(self.tag, value, dialect)

    def read(self, parent: Element, scope: Scope) -> Any:
        """The value, CLEARED, or None if nothing is said."""
        element = parent.find(self.tag)
        return None if element is None else self.form.read(element, scope)


ROWS = (
    Row("stamp", "calendar:DtStamp", Moment(), heard=V14_1, excepted=V2_5),
    Row("subject", "calendar:Subject", Form(), REMOVED, excepted=V2_5),
    Row("location", "calendar:Location", PlaceName(), REMOVED, excepted=V2_5),
    Row("location", "airsyncbase:Location", Place(), excepted=V16_0),
    Row("uid", "calendar:UID", Form(), heard=V14_1, added=True),
    Row("client_uid", "calendar:ClientUid", Token(), added=True, sent=False),
    Row("organizer_name", "calendar:OrganizerName", Form(), heard=V14_1, added=True),
    Row("organizer_email", "calendar:OrganizerEmail", Form(), heard=V14_1, added=True),
    Row(
        "meeting_status",
        "calendar:MeetingStatus",
        Number(0, 15, mask=MEANINGFUL),
        excepted=V2_5,
    ),
    Row("busy_status", "calendar:BusyStatus", Busy(-1, 4), excepted=V2_5),
    Row(
        "sensitivity",
        "calendar:Sensitivity",
        Number(0, 3),
        REMOVED,
        excepted=Version.V12_0,
    ),
    Row("reminder", "calendar:Reminder", Number(0, 2**32 - 1), REMOVED, excepted=V2_5),
    Row("response_requested", "calendar:ResponseRequested", Flag()),
    Row("response_type", "calendar:ResponseType", Number(0, 5), heard=None, excepted=V14_0),
    Row("reply_time", "calendar:AppointmentReplyTime", Moment(), heard=None, excepted=V14_0),
    Row("disallow_new_time_proposal", "calendar:DisallowNewTimeProposal", Flag()),
    Row("body", "calendar:Body", Words(), excepted=V2_5),
    Row("body", "airsyncbase:Body", Words(), excepted=Version.V12_0),
    Row("attachments", "airsyncbase:Attachments", Files(), excepted=V16_0, since=V16_0),
    Row(
        "online_meeting_conf_link",
        "calendar:OnlineMeetingConfLink",
        Form(),
        heard=None,
        excepted=V14_1,
    ),
    Row(
        "online_meeting_external_link",
        "calendar:OnlineMeetingExternalLink",
        Form(),
        heard=None,
        excepted=V14_1,
    ),
    Row("categories", "calendar:Categories", Categories(), REMOVED, excepted=V2_5),
    Row("attendees", "calendar:Attendees", People(), REMOVED, excepted=V14_0, ghostable=True),
    Row("recurrence", "calendar:Recurrence", Pattern(), REMOVED),
)

DEFAULTS: dict[str, Any] = {
    "subject": "",
    "sensitivity": 0,
    "reminder": CLEARED,
    "disallow_new_time_proposal": False,
    "body": CLEARED,
    "categories": (),
}
"""What a device is told of a property that has no value; of the others it is told nothing."""
