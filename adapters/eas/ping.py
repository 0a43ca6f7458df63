"""The Ping command's document (MS-ASCMD 2.2.1.13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.wbxml import E, Element

EXPIRED, CHANGES, INCOMPLETE, SYNTAX, INTERVAL, TOO_MANY, HIERARCHY, SERVER = range(1, 9)
"""Status of a Ping (MS-ASCMD 2.2.3.177.12)."""


LONGEST_ID = 64
"""Characters of a folder's id; none of ours is longer."""


class Broken(ValueError):
    """The document is not what the protocol allows: Status 4."""


@dataclass(frozen=True)
class PingRequest:
    """What the phone wants to hear about and for how long; None is for "as before"."""

    interval: int | None = None
    folders: tuple[str, ...] | None = None


def read(root: Element | None) -> PingRequest:
    if root is None:
        return PingRequest()
    if root.name != "ping:Ping":
        raise Broken("not a Ping")
    interval, listed = root.text_of("ping:HeartbeatInterval"), root.find("ping:Folders")
    if interval is not None and not (interval.strip().isascii() and interval.strip().isdigit()):
        raise Broken("a HeartbeatInterval that is not a number")
    folders = None if listed is None else tuple(dict.fromkeys(map(_id, _folders(listed))))
    return PingRequest(None if interval is None else int(interval.strip()[:9]), folders)


def write(
    status: int,
    folders: Sequence[str] = (),
    interval: int | None = None,
    most: int | None = None,
) -> Element:
    """Status first, then its detail, the folders last: some phones stop at the first of these."""
    return E(
        "ping:Ping",
        E("ping:Status", status),
        None if interval is None else E("ping:HeartbeatInterval", interval),
        None if most is None else E("ping:MaxFolders", most),
        E("ping:Folders", *(E("ping:Folder", id) for id in folders)) if folders else None,
    )


def _folders(listed: Element) -> list[Element]:
    return listed.find_all("ping:Folder")


def _id(folder: Element) -> str:
    id = folder.text_of("ping:Id")
    if not id or len(id) > LONGEST_ID:
        raise Broken("a folder without an id that can be one")
    return id
