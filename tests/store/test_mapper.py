"""Personal fields are sealed, the rest can be read, and an erased event keeps its shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import MapperDeserialisationError
from eventsourcing.utils import get_topic

from adapters.ids import server_id
from adapters.store.keyring import Erased, Keyring
from adapters.store.mapper import BOX, SealingMapper
from adapters.store.transcoder import decode
from domain.account import Account
from domain.base import Authorship, Event, acting
from domain.body import Body
from domain.house import HOUSE, RuleChanged
from projections import schema  # noqa: F401 (all events are known once it is)
from tests.store.journal import Note

ADA = UUID(int=1)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Everything(DomainEvent):
    """A personal field of each kind."""

    TOPIC = "test.everything"
    personal: ClassVar[tuple[str, ...]] = ("text", "raw", "some", "values", "body", "day")
    subject: UUID | None
    text: str
    raw: bytes
    some: tuple[str, ...]
    values: dict[str, Any]
    body: Body
    day: date


class Folded(DomainEvent):
    """An event that owns itself."""

    TOPIC = "test.folded"
    personal: ClassVar[tuple[str, ...]] = ("text",)
    text: str

    @property
    def subject(self) -> UUID:
        return self.originator_id


for event_class in (Everything, Folded):
    get_topic(event_class)


@pytest.fixture
def mapper(keyring: Keyring) -> SealingMapper:
    return SealingMapper(keyring)


def _everything(subject: UUID | None = ADA) -> Everything:
    return Everything(
        originator_id=uuid4(),
        originator_version=3,
        timestamp=NOW,
        subject=subject,
        text="Grace",
        raw=b"Grace",
        some=("Grace",),
        values={"first_name": "Grace"},
        body=Body("Grace"),
        day=date(1906, 12, 9),
    )


def test_an_event_comes_back_as_it_was(mapper: SealingMapper) -> None:
    event = _everything()
    assert mapper.to_domain_event(mapper.to_stored_event(event)) == event


def test_nothing_personal_is_in_the_stored_bytes_and_the_rest_is(mapper: SealingMapper) -> None:
    state = mapper.to_stored_event(_everything()).state
    assert b"Grace" not in state
    assert decode(state)["subject"] == ADA
    assert decode(state)["timestamp"] == NOW


def test_an_event_without_personal_fields_is_not_sealed(mapper: SealingMapper) -> None:
    event = Note.Recoloured(
        originator_id=uuid4(), originator_version=2, timestamp=NOW, subject=ADA, colour="blue"
    )
    stored = mapper.to_stored_event(event)
    assert decode(stored.state) == {"timestamp": NOW, "subject": ADA, "colour": "blue"}
    assert mapper.to_domain_event(stored) == event


def test_an_event_may_own_itself(mapper: SealingMapper, keyring: Keyring) -> None:
    event = Folded(originator_id=ADA, originator_version=1, timestamp=NOW, text="Grace")
    stored = mapper.to_stored_event(event)
    assert mapper.to_domain_event(stored) == event
    keyring.erase(ADA)
    assert mapper.to_domain_event(stored) == replace(event, text="")


def test_personal_fields_without_an_owner_are_never_stored(mapper: SealingMapper) -> None:
    with pytest.raises(TypeError, match="no subject"):
        mapper.to_stored_event(_everything(subject=None))


def test_of_an_erased_subject_the_shape_is_left(mapper: SealingMapper, keyring: Keyring) -> None:
    event = _everything()
    stored = mapper.to_stored_event(event)
    keyring.erase(ADA)
    left = mapper.to_domain_event(stored)
    assert left == replace(event, text="", raw=b"", some=(), values={}, body=None, day=None)
    assert vars(left)["erased"] is True


def test_a_readable_event_does_not_claim_to_be_erased(mapper: SealingMapper) -> None:
    assert "erased" not in vars(mapper.to_domain_event(mapper.to_stored_event(_everything())))


def test_nothing_is_stored_about_an_erased_subject(mapper: SealingMapper, keyring: Keyring) -> None:
    keyring.erase(ADA)
    with pytest.raises(Erased):
        mapper.to_stored_event(_everything())


@pytest.mark.parametrize(
    "moved", [{"originator_id": UUID(int=9)}, {"originator_version": 4}], ids=str
)
def test_a_box_moved_to_another_event_does_not_open(
    mapper: SealingMapper, moved: dict[str, Any]
) -> None:
    stored = mapper.to_stored_event(_everything())
    with pytest.raises(MapperDeserialisationError, match="cannot be read"):
        mapper.to_domain_event(replace(stored, **moved))


def test_damaged_bytes_are_named_with_their_place(mapper: SealingMapper) -> None:
    stored = mapper.to_stored_event(_everything())
    with pytest.raises(MapperDeserialisationError, match=str(stored.originator_id)):
        mapper.to_domain_event(replace(stored, state=stored.state[:-1]))


def test_no_event_has_a_field_in_the_place_of_the_box() -> None:
    """Such a field would be taken for what is sealed, and lost."""
    kinds, found = [Event], []
    while kinds:
        found.append(kinds.pop())
        kinds += found[-1].__subclasses__()
    assert len(found) > 30
    assert [kind for kind in found if BOX in kind.__dataclass_fields__] == []


# Who acted


def _decided(actor: str) -> RuleChanged:
    with acting(Authorship(actor, "r", NOW)):
        return RuleChanged(
            originator_id=HOUSE, originator_version=2, timestamp=NOW, rule="r", holds=True
        )


@pytest.fixture
def grace(keyring: Keyring) -> UUID:
    """Somebody with an account of this name."""
    id = Account.id_of("Grace")
    keyring.seal(id, b"", b"")
    return id


def test_a_person_who_acted_is_stored_by_id_and_comes_back_by_name(
    mapper: SealingMapper, grace: UUID
) -> None:
    event = _decided("admin:Grace")
    stored = mapper.to_stored_event(event)
    assert b"Grace" not in stored.state
    assert mapper.to_domain_event(stored) == event


def test_an_author_who_was_erased_is_an_id(
    mapper: SealingMapper, keyring: Keyring, grace: UUID
) -> None:
    stored = mapper.to_stored_event(_decided("user:Grace"))
    keyring.erase(grace)
    left: Any = mapper.to_domain_event(stored)
    assert left.actor == f"user:@{server_id(grace)}"
    assert not left.erased, "what was done can still be read"


@pytest.mark.parametrize("actor", ["user:Grace", "admin:root", "device:PHONE", "system"])
def test_who_is_nobody_here_is_stored_as_it_is(mapper: SealingMapper, actor: str) -> None:
    assert decode(mapper.to_stored_event(_decided(actor)).state)["actor"] == actor


def test_an_author_put_into_the_place_of_another_does_not_open(
    mapper: SealingMapper, grace: UUID
) -> None:
    stored = mapper.to_stored_event(_decided("user:Grace"))
    with pytest.raises(MapperDeserialisationError, match="author"):
        mapper.to_domain_event(replace(stored, originator_version=3))
