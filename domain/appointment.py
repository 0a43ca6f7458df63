"""An appointment's life, in the words of the person who keeps the calendar."""

from __future__ import annotations

from domain.base import known_as
from domain.item import (
    Begun,
    EditDiscarded,
    EditHeld,
    EditReleased,
    EditRestored,
    EditSetAside,
    Item,
    ItemReoffered,
    Moved,
    Removed,
    Restored,
    Revised,
)
from domain.patch import CANCELLED, OCCURRENCES, Patch


class AppointmentScheduled(Begun):
    TOPIC = "appointment.scheduled"


class AppointmentRevised(Revised):
    TOPIC = "appointment.revised"


class OccurrenceChanged(Revised):
    """Only occurrences of the series differ, the series itself does not."""

    TOPIC = "occurrence.changed"


class OccurrenceCancelled(Revised):
    """Occurrences no longer take place."""

    TOPIC = "occurrence.cancelled"


class AppointmentCancelled(Removed):
    TOPIC = "appointment.cancelled"


class AppointmentRestored(Restored):
    TOPIC = "appointment.restored"


class AppointmentMoved(Moved):
    TOPIC = "appointment.moved"


class Appointment(Item):
    """One appointment or series, sealed under its owner's key."""

    begun = AppointmentScheduled
    revised = AppointmentRevised
    removed_ = AppointmentCancelled
    restored = AppointmentRestored
    moved = AppointmentMoved

    def revision(self, patch: Patch) -> type[Revised]:
        occurrences = patch.get(OCCURRENCES)
        if patch.keys() != {OCCURRENCES} or not isinstance(occurrences, dict):
            return AppointmentRevised
        if all(state is CANCELLED for state in occurrences.values()):
            return OccurrenceCancelled
        return OccurrenceChanged


known_as(
    AppointmentScheduled,
    AppointmentRevised,
    OccurrenceChanged,
    OccurrenceCancelled,
    AppointmentCancelled,
    AppointmentRestored,
    AppointmentMoved,
    EditSetAside,
    EditRestored,
    EditHeld,
    EditReleased,
    EditDiscarded,
    ItemReoffered,
)
