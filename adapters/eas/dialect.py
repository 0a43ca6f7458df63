"""How one device wants to be spoken to, for one collection."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.eas.quirks import ORDINARY, Quirks
from adapters.eas.version import Version
from domain.zone import UTC_ZONE, Zone


class Unconvertible(ValueError):
    """An item that means nothing: the device is told Status 6 for it (MS-ASCMD 2.2.3.177.18)."""


@dataclass(frozen=True)
class BodyPreference:
    """One airsyncbase:BodyPreference: the body type wanted and how much of it, in UTF-8 bytes."""

    type: int
    truncation: int | None = None
    all_or_none: bool = False
    preview: int | None = None


@dataclass(frozen=True)
class Dialect:
    """Version, body wishes and habits of a device, with what it knows of its person.

    `supported` is the Supported list of the first Sync: None when there was none, else the
    element names in it. `truncation` is the number of characters of the Truncation option of
    version 2.5, None for no limit. `zone` is the zone of the person or of the device's last
    blob; all-day events up to 14.1 are written in it.
    """

    version: Version = Version.V16_1
    bodies: tuple[BodyPreference, ...] = ()
    truncation: int | None = None
    supported: frozenset[str] | None = None
    zone: Zone = field(default=UTC_ZONE)
    address: str = ""
    name: str = ""
    quirks: Quirks = ORDINARY
