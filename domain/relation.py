"""That an appointment belongs to a contact is a fact of its own: no edit can break it."""

from __future__ import annotations

from uuid import UUID, uuid5

from eventsourcing.domain import Aggregate

from domain.base import Created, Event, known_as


class ContactLinked(Event):
    """`by` says how the link came about: `address` of an attendee, or by `hand`."""

    TOPIC = "contact.linked"

    by: str

    def apply(self, relation: Relation) -> None:
        relation.linked = True


class RelationBegun(Created):
    """The first link between these two."""

    TOPIC = "relation.begun"

    appointment: UUID
    contact: UUID
    by: str


class ContactUnlinked(Event):
    """Somebody said explicitly that the two have nothing to do with each other."""

    TOPIC = "contact.unlinked"

    def apply(self, relation: Relation) -> None:
        relation.linked = False


class Relation(Aggregate):
    """The link between one appointment and one contact."""

    def __init__(self, appointment: UUID, contact: UUID) -> None:
        self.appointment = appointment
        self.contact = contact
        self.linked = True

    @staticmethod
    def id_of(appointment: UUID, contact: UUID) -> UUID:
        return uuid5(appointment, f"contact:{contact}")

    @classmethod
    def begin(cls, appointment: UUID, contact: UUID, by: str) -> Relation:
        return cls._create(
            RelationBegun,
            id=cls.id_of(appointment, contact),
            appointment=appointment,
            contact=contact,
            by=by,
        )

    def link(self, by: str) -> None:
        self.trigger_event(ContactLinked, by=by)

    def unlink(self) -> None:
        self.trigger_event(ContactUnlinked)


known_as(RelationBegun, ContactLinked, ContactUnlinked)
