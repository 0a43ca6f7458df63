"""Every fact has an author: who acted, through which phone, in which request, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid5

from eventsourcing.domain import Aggregate
from eventsourcing.utils import get_topic

NAMESPACE = UUID("6f1d1e0c-35a5-5d0e-9d53-9f0c1d1f2a77")
"""The root of every id that follows from a name."""


def named_id(kind: str, name: str) -> UUID:
    """The id of the one thing of this kind with this name, so that no index is needed."""
    return uuid5(NAMESPACE, f"{kind}:{name}")


@dataclass(frozen=True)
class Authorship:
    """`actor` is `user:…`, `device:@…`, `admin:…`, `connector:…` or `system`: a phone goes by the
    id of its partnership, since what it calls itself is sealed there. `at` is the instant the act
    is recorded with; `request` leads from an event back to the log line."""

    actor: str
    request: str
    at: datetime
    partnership: UUID | None = None


_authorship: ContextVar[Authorship] = ContextVar("authorship")


@contextmanager
def acting(authorship: Authorship) -> Iterator[None]:
    """Events that come into being inside are by this author."""
    token = _authorship.set(authorship)
    try:
        yield
    finally:
        _authorship.reset(token)


def author() -> Authorship:
    """Who acts now; raises LookupError where nobody has been named."""
    return _authorship.get()


class Event(Aggregate.Event):
    """A fact. `personal` names the fields that are sealed under the key of `subject`."""

    personal: ClassVar[tuple[str, ...]] = ()
    erased: ClassVar[bool] = False
    """True on an event whose subject's key has been destroyed: its personal fields are blank."""

    actor: str = field(default_factory=lambda: author().actor, init=False)
    partnership: UUID | None = field(default_factory=lambda: author().partnership, init=False)
    request: str = field(default_factory=lambda: author().request, init=False)

    @staticmethod
    def create_timestamp() -> datetime:
        return author().at


class Created(Event, Aggregate.Created):
    """The first fact about something."""


def known_as(*classes: Any) -> None:
    """Make the short topics of these classes known to the log."""
    for each in classes:
        get_topic(each)
