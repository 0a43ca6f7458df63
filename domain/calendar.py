"""An appointment: its fields, and the facts that can become of it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.body import Body
from domain.fields import NUMBER, TEXT, Field, Fields, texts
from domain.recurrence import Recurrence
from domain.when import AllDay, Instant, Timed


@dataclass(frozen=True)
class Attendee:
    """One invited person; `status` and `kind` are numbered as in MS-ASCAL 2.2.2.5 and 2.2.2.6."""

    email: str
    name: str = ""
    status: int = 0
    kind: int = 1
    proposed_start: Instant | None = None
    proposed_end: Instant | None = None


@dataclass(frozen=True)
class Location:
    """A place: older phones see only its `name` (MS-ASAIRS 2.2.2.28)."""

    name: str = ""
    annotation: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    altitude: float | None = None
    altitude_accuracy: float | None = None
    uri: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file on an appointment; `reference` is its name for life."""

    reference: str
    name: str
    content: bytes
    content_type: str = ""
    content_id: str = ""
    content_location: str = ""
    inline: bool = False


FIELDS: Fields = {
    "uid": TEXT,
    "subject": TEXT,
    "when": Field((AllDay, Timed)),
    "location": Field(Location),
    "body": Field(Body),
    "busy_status": NUMBER,
    "sensitivity": NUMBER,
    "reminder": NUMBER,
    "categories": texts(),
    "organizer_name": TEXT,
    "organizer_email": TEXT,
    "meeting_status": NUMBER,
    "attendees": Field(tuple, key=lambda attendee: attendee.email.lower()),
    "response_requested": Field(bool),
    "response_type": NUMBER,
    "reply_time": Field(Instant),
    "disallow_new_time_proposal": Field(bool),
    "online_meeting_conf_link": TEXT,
    "online_meeting_external_link": TEXT,
    "attachments": Field(tuple, key=lambda attachment: attachment.reference),
    "recurrence": Field(Recurrence),
    "occurrences": Field(dict),
    "stamp": Field(Instant, latest=True),
    "client_uid": TEXT,
    "foreign": texts(),
}
"""`reminder` is minutes before the start. `stamp` is DtStamp as last sent. `foreign` holds
iCalendar lines without a counterpart, so that an export gives back what an import brought."""

OVERRIDABLE = frozenset(
    {
        "subject",
        "when",
        "location",
        "body",
        "busy_status",
        "sensitivity",
        "reminder",
        "categories",
        "meeting_status",
        "attendees",
        "response_type",
        "reply_time",
        "online_meeting_conf_link",
        "online_meeting_external_link",
        "attachments",
        "stamp",
    }
)
"""What one occurrence may have for itself (MS-ASCAL 2.2.2.21)."""
