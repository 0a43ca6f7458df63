"""Who meets whom: organizer, attendees, and what the state of a meeting makes of other fields.

Whether a meeting was received is decided by its organizer, never by what a phone says
(MS-ASCAL 2.2.2.28): an attendee can never become the organizer by editing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from adapters.eas.calendar_forms import Form, Scope, number
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.moments import compact
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from adapters.wbxml.codepages import available
from domain.calendar import Attendee
from domain.patch import CLEARED, Values
from domain.when import Instant

MEETING, RECEIVED, CANCELLED_MEETING = 1, 2, 4
MEANINGFUL = MEETING | RECEIVED | CANCELLED_MEETING
ORGANIZER, TENTATIVE, ACCEPTED, DECLINED, UNANSWERED = 1, 2, 3, 4, 5
ANSWERS = (TENTATIVE, ACCEPTED, DECLINED)

BUSY_BY_RESPONSE = {UNANSWERED: 1, TENTATIVE: 1, ACCEPTED: 2, DECLINED: 0}
"""How a received meeting blocks time as long as nobody said otherwise."""

STATUSES = (0, 2, 3, 4, 5)
KINDS = (1, 2, 3)

OWN = frozenset({"reminder", "busy_status", "categories", "sensitivity", "body", "stamp"})
"""What an attendee may change in the copy of a meeting; the rest is the organizer's."""


def is_user(address: str, dialect: Dialect) -> bool:
    return bool(address) and address.strip().lower() == dialect.address.strip().lower()


def organizer_of(values: Values, dialect: Dialect) -> str:
    """The address of the organizer, spelled as the account spells it if it is the user."""
    given = values.get("organizer_email") or dialect.address
    return dialect.address if is_user(given, dialect) else given


def is_received(values: Values, dialect: Dialect) -> bool:
    """The user is invited: somebody else is the organizer."""
    organizer = values.get("organizer_email", "")
    if not dialect.address:
        return bool(organizer) and bool(values.get("meeting_status", 0) & RECEIVED)
    return bool(organizer) and not is_user(organizer, dialect)


def guests(attendees: Iterable[Attendee], organizer: str) -> tuple[Attendee, ...]:
    """Those whom phones are told: with an address, and without the organizer."""
    host = organizer.lower()
    return tuple(one for one in attendees if one.email and one.email.lower() != host)


def roles(values: Values, dialect: Dialect) -> dict[str, Any]:
    """The fields that follow from who invited whom, as this person's phone has to see them.

    None is what it is not told of. AppointmentReplyTime must be absent while nobody replied
    (MS-ASCAL 3.2.5).
    """
    organizer = organizer_of(values, dialect)
    received = is_received(values, dialect)
    attendees = guests(values.get("attendees", ()), organizer)
    if received and not attendees and dialect.address:
        attendees = (Attendee(dialect.address, dialect.name),)
    response = _response(values, attendees, received, dialect)
    name = values.get("organizer_name") or ("" if received else dialect.name)
    return {
        "organizer_email": organizer or None,
        "organizer_name": name or None,
        "attendees": attendees,
        "meeting_status": _status(values.get("meeting_status", 0), attendees, received),
        "response_type": response,
        "busy_status": _busy(values, received, response),
        "reply_time": values.get("reply_time") if response in ANSWERS else None,
    }


def _status(stored: int, attendees: tuple[Attendee, ...], received: bool) -> int:
    if received:
        return MEETING | RECEIVED | stored & CANCELLED_MEETING
    kept = stored & (MEETING | CANCELLED_MEETING)
    return kept | MEETING if attendees or kept else kept


def _response(
    values: Values, attendees: tuple[Attendee, ...], received: bool, dialect: Dialect
) -> int:
    if not received:
        meeting = attendees or values.get("meeting_status", 0) & MEETING
        return ORGANIZER if meeting else 0
    if values.get("response_type") in ANSWERS:
        return int(values["response_type"])
    own = next((one.status for one in attendees if is_user(one.email, dialect)), 0)
    return own if own in ANSWERS else UNANSWERED


def _busy(values: Values, received: bool, response: int) -> int:
    if values.get("meeting_status", 0) & CANCELLED_MEETING:
        return int(values.get("busy_status", 0))
    return int(values.get("busy_status", BUSY_BY_RESPONSE[response] if received else 2))


def answer(base: Values, heard: Iterable[Attendee], dialect: Dialect, now: Instant) -> Values:
    """The patch of a phone that answers by its own AttendeeStatus, as up to 14.0 it must."""
    status = next((one.status for one in heard if is_user(one.email, dialect)), 0)
    if status not in ANSWERS or status == roles(base, dialect)["response_type"]:
        return {}
    invited = base.get("attendees", ())
    if not any(is_user(one.email, dialect) for one in invited):
        invited = (*invited, Attendee(dialect.address, dialect.name))
    return {
        "attendees": tuple(
            replace(one, status=status) if is_user(one.email, dialect) else one for one in invited
        ),
        "response_type": status,
        "reply_time": now,
    }


class People(Form):
    """Attendees: what a version cannot say of somebody stays as it was."""

    def read(self, element: Element, scope: Scope) -> Any:
        known = {one.email.lower(): one for one in scope.base.get("attendees", ())}
        heard = [_heard(child, known, scope.dialect) for child in element]
        told = guests((one for one in heard if one), scope.organizer)
        hidden = [one for one in known.values() if one not in guests([one], scope.organizer)]
        return (*told, *hidden) or CLEARED

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return [E(tag, *(_attendee(one, dialect) for one in value))]

    def same(self, mine: Any, theirs: Any, scope: Scope) -> bool:
        if mine is CLEARED or theirs is CLEARED:
            return mine is theirs
        return set(mine) == set(theirs)


def _heard(element: Element, known: Mapping[str, Attendee], dialect: Dialect) -> Attendee | None:
    name = element.text_of("calendar:Name", "")
    email = element.text_of("calendar:Email", "").strip() or (name if "@" in name else "")
    if not email:
        return None
    before = known.get(email.lower(), Attendee(email))
    told = name if name.lower() != before.email.lower() else ""
    status = element.text_of("calendar:AttendeeStatus", "")
    kind = element.text_of("calendar:AttendeeType", "")
    return replace(
        before,
        name=told or before.name,
        status=_one_of(STATUSES, status)
        if status and dialect.version < Version.V16_0
        else before.status,
        kind=_one_of(KINDS, kind) if kind else before.kind,
    )


def _one_of(allowed: tuple[int, ...], text: str) -> int:
    found = number(text, allowed[0], allowed[-1])
    if found not in allowed:
        raise Unconvertible(f"{found} is none of {allowed}")
    return found


def _attendee(one: Attendee, dialect: Dialect) -> Element:
    parts = {
        "calendar:Email": one.email,
        "calendar:Name": one.name or one.email,
        "calendar:AttendeeStatus": str(one.status),
        "calendar:AttendeeType": str(one.kind),
    }
    if one.proposed_start and one.proposed_end:
        parts["meetingresponse:ProposedStartTime"] = compact(one.proposed_start)
        parts["meetingresponse:ProposedEndTime"] = compact(one.proposed_end)
    version = dialect.version.text
    return E(
        "calendar:Attendee",
        *(E(tag, text) for tag, text in parts.items() if available(tag, version)),
    )
