"""Events to stored bytes and back, with what is personal sealed under its subject's key.

An event class names its personal fields in `personal`, and its events have a `subject`. Such an
event is stored as it will look once the subject is erased, its personal fields blank, and beside
that the box with their values. Reading opens the box; where the key is gone the blanks
stay, and the event says so: `erased` is true.

Who acted is personal, too. Where it was a person (`user:…`, `admin:…`) with an account here, the
name is sealed under that account's key, whatever the event is about, and in the clear stands the
id alone; with the key gone, that is all that is left of the author. A phone acts by its id anyway.

Older events are brought up to date in two steps, since the clear part can be read without the key:
the library's `upcast_vN_vM(state)` for the clear part (blanks included), then, where a class has
it, `upcast_personal_vN_vM(personal)` for what was in the box. Both alter the map they are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent, Transcoder

from adapters.ids import by_id, id_in
from adapters.store.keyring import Erased, Keyring
from adapters.store.transcoder import MsgpackTranscoder
from domain.account import Account

BOX: Final = "sealed"
SIGNED: Final = "signed"
"""The box with the name of the person who acted."""

PEOPLE: Final = frozenset({"user", "admin"})
VERSION: Final = "class_version"
BLANKS: Final[Mapping[type, Any]] = {
    str: "",
    bytes: b"",
    tuple: (),
    list: [],
    dict: {},
    frozenset: frozenset(),
}
"""What is left of a personal field. A value of any other kind leaves None."""


class SealingMapper(Mapper[UUID]):
    """The mapper of the log; `keyring` has the keys of the subjects."""

    def __init__(self, keyring: Keyring, transcoder: Transcoder | None = None) -> None:
        super().__init__(transcoder or MsgpackTranscoder())
        self._keyring = keyring

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event as bytes. Erased if it is about a subject that is gone."""
        names, signed = _personal(domain_event), self._signed(domain_event)
        if not (names or signed):
            return super().to_stored_event(domain_event)
        state = {**vars(domain_event), **signed}
        if not names:
            return super().to_stored_event(_event(type(domain_event), state))
        personal = {name: state[name] for name in names}
        blanks = {name: BLANKS.get(type(value)) for name, value in personal.items()}
        box = self._seal(domain_event, personal)
        return super().to_stored_event(_event(type(domain_event), {**state, **blanks, BOX: box}))

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """The event as the code of today knows it."""
        domain_event = super().to_domain_event(stored_event)
        state = vars(domain_event)
        if (signed := state.pop(SIGNED, None)) is not None:
            state["actor"] = self._author(domain_event, state["actor"], signed)
        box = state.pop(BOX, None)
        if box is not None:
            try:
                state.update(self._open(domain_event, box))
            except Erased:
                state["erased"] = True
        return domain_event

    def _signed(self, event: DomainEventProtocol[UUID]) -> Mapping[str, Any]:
        """What is stored of an author who is somebody here; nothing for all others."""
        kind, _, name = getattr(event, "actor", "").partition(":")
        if kind not in PEOPLE:
            return {}
        person = Account.id_of(name)
        if not self._keyring.holds(person):
            return {}
        box = self._keyring.seal(person, _place(event) + SIGNED.encode(), name.encode())
        return {"actor": by_id(kind, person), SIGNED: box}

    def _author(self, event: DomainEventProtocol[UUID], stored: str, box: bytes) -> str:
        """By name, or, once they are erased, by id."""
        person = id_in(stored)
        try:
            if person is None:
                raise ValueError(f"{stored} is nobody's id")
            name = self._keyring.open(person, _place(event) + SIGNED.encode(), box)
            return f"{stored.partition(':')[0]}:{name.decode()}"
        except Erased:
            return stored
        except ValueError as error:
            raise _unreadable(event, "author", error) from error

    def _seal(self, event: DomainEventProtocol[UUID], personal: dict[str, Any]) -> bytes:
        plain = self.transcoder.encode({VERSION: _version(event), **personal})
        return self._keyring.seal(_subject(event), _place(event), plain)

    def _open(self, event: DomainEventProtocol[UUID], box: bytes) -> dict[str, Any]:
        try:
            plain = self._keyring.open(_subject(event), _place(event), box)
            personal: dict[str, Any] = self.transcoder.decode(plain)
        except ValueError as error:
            raise _unreadable(event, "personal part", error) from error
        for version in range(personal.pop(VERSION), _version(event)):
            upcast = getattr(type(event), f"upcast_personal_v{version}_v{version + 1}", None)
            if upcast is not None:
                upcast(personal)
        return personal


def _unreadable(
    event: DomainEventProtocol[UUID], part: str, error: Exception
) -> MapperDeserialisationError:
    return MapperDeserialisationError(
        f"the {part} of {event.originator_id}, version {event.originator_version}, cannot be"
        f" read: {error}"
    )


def _personal(event: DomainEventProtocol[UUID]) -> tuple[str, ...]:
    return getattr(type(event), "personal", ())


def _version(event: DomainEventProtocol[UUID]) -> int:
    return getattr(type(event), VERSION, 1)


def _subject(event: DomainEventProtocol[UUID]) -> UUID:
    subject = getattr(event, "subject", None)
    if not isinstance(subject, UUID):
        raise TypeError(f"{type(event).__name__} has personal fields but no subject to own them")
    return subject


def _place(event: DomainEventProtocol[UUID]) -> bytes:
    """Where in the log the box belongs, so that it opens nowhere else."""
    return event.originator_id.bytes + event.originator_version.to_bytes(8, "big")


def _event(kind: type, state: Mapping[str, Any]) -> DomainEventProtocol[UUID]:
    event: Any = object.__new__(kind)
    event.__dict__.update(state)
    return cast(DomainEventProtocol[UUID], event)
