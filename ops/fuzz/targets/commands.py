"""A command's document means something to its reader, or is refused by the reader's own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

from adapters.eas import device_information, estimate, operations, out_of_office, ping, provision
from adapters.eas import sync as wire
from adapters.eas.device_information import BadInformation
from adapters.eas.gal import BadOption, read_picture, read_range
from adapters.eas.out_of_office import BadOof
from adapters.eas.provision import NotProvision
from adapters.eas.version import Version
from adapters.ids import uuid_of
from adapters.wbxml import E, Element, Malformed, decode, encode
from domain.account import OutOfOffice
from projections.synckey import SyncKey
from tests.fixtures.wbxml import VECTORS

VERSIONS: Final = tuple(Version)


def seeds() -> Iterator[bytes]:
    """The first byte is the version."""
    for vector in VECTORS:
        if vector.direction == "client":
            yield bytes((VERSIONS.index(Version.parse(vector.version)),)) + vector.wbxml


def run(data: bytes) -> None:
    if not data:
        return
    try:
        root = decode(data[1:])
    except Malformed:
        return
    READERS.get(root.name.partition(":")[0], _nobody)(root, VERSIONS[data[0] % len(VERSIONS)])


def _nobody(root: Element, version: Version) -> None:
    """A command without a reader of its own."""


def _sync(root: Element, version: Version) -> None:
    with suppress(wire.Broken):
        for asked in wire.read(root, version).collections:
            assert asked.problem or 0 < asked.window <= wire.LARGEST_WINDOW
            assert max(len(asked.id), len(asked.key)) <= wire.LONGEST_NAME
            SyncKey.parse(asked.key)
            uuid_of(asked.id)
            assert all(len(command.digest) == 16 for command in asked.commands)


def _ping(root: Element, version: Version) -> None:
    with suppress(ping.Broken):
        asked = ping.read(root)
        for id in asked.folders or ():
            uuid_of(id)
        encode(ping.write(ping.CHANGES, asked.folders or ()))


def _estimate(root: Element, version: Version) -> None:
    for asked in estimate.read(root) or ():
        SyncKey.parse(asked.key)
        uuid_of(asked.id)


def _operations(root: Element, version: Version) -> None:
    for each in operations.read(root, version) or ():
        if isinstance(each, operations.Fetch):
            encode(operations.fetched(each, operations.SUCCESS))
        elif isinstance(each, operations.Empty):
            encode(operations.emptied(each, operations.SUCCESS))
        else:
            encode(operations.conversation_moved(each, operations.SUCCESS))


def _provision(root: Element, version: Version) -> None:
    with suppress(NotProvision):
        provision.read(root)


def _settings(root: Element, version: Version) -> None:
    nobody = OutOfOffice.of({})
    with suppress(BadInformation):
        about = device_information.read(root.find("settings:DeviceInformation") or E("x"), {})
        assert all(about.values())
    oof = root.find("settings:Oof") or E("settings:Oof")
    with suppress(BadOof):
        out_of_office.read(oof.find("settings:Set") or oof, nobody)
    with suppress(BadOof):
        encode(out_of_office.write(nobody, oof.find("settings:Get") or oof))


def _look_up(page: str) -> Callable[[Element, Version], None]:
    def read(root: Element, version: Version) -> None:
        for inner in (root, *root, *(below for child in root for below in child)):
            options = inner.find(f"{page}:Options")
            with suppress(BadOption):
                start, end = read_range(options, page)
                assert 0 <= start <= end
            with suppress(BadOption):
                read_picture(options, page)

    return read


READERS: Final[dict[str, Callable[[Element, Version], Any]]] = {
    "airsync": _sync,
    "ping": _ping,
    "getitemestimate": _estimate,
    "itemoperations": _operations,
    "provision": _provision,
    "settings": _settings,
    "search": _look_up("search"),
    "find": _look_up("find"),
}
