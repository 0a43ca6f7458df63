"""Guests: with them an appointment is a meeting, and somebody is its host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from domain.calendar import Attendee
from domain.patch import CLEARED, Values

MEETING: Final = 1
"""An own meeting, by its number in MS-ASCAL 2.2.2.29."""


def inviting(
    before: Values, guests: tuple[Attendee, ...], host: str, host_name: str
) -> dict[str, Any]:
    """What having these guests makes of an appointment.

    Who was invited before keeps what is known of them. Whoever had nobody to invite before is the
    host from now on; whoever has nobody left has no meeting.
    """
    known = {each.email.lower(): each for each in before.get("attendees", ())}
    found = {each.email.lower(): _as_known(each, known) for each in guests}
    found.pop(before.get("organizer_email", host).lower(), None)
    if not found:
        own = before.get("meeting_status") == MEETING
        return {"attendees": CLEARED, **({"meeting_status": CLEARED} if own else {})}
    meeting: dict[str, Any] = {"attendees": tuple(found.values())}
    if "organizer_email" in before:
        return {**meeting, "meeting_status": before.get("meeting_status", MEETING)}
    return {
        **meeting,
        "organizer_email": host,
        "organizer_name": host_name,
        "meeting_status": MEETING,
    }


def _as_known(guest: Attendee, known: dict[str, Attendee]) -> Attendee:
    before = known.get(guest.email.lower())
    if before is None:
        return guest
    return replace(before, name=guest.name) if guest.name else before
