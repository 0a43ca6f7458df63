"""The GetItemEstimate command's document (MS-ASCMD 2.2.1.9).

Up to 12.1 key and FilterType stand beside the CollectionId, from 14.0 on the FilterType is an
option; both forms are read from every version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from adapters.eas.version import Version
from adapters.wbxml import E, Element

SUCCESS, NO_FOLDER, NOT_PRIMED, BAD_KEY = 1, 2, 3, 4
"""Status of a collection (MS-ASCMD 2.2.3.177.7)."""


@dataclass(frozen=True)
class Asked:
    """One collection; `filter_type` is None where the options in force count."""

    id: str
    key: str
    filter_type: int | None = None
    conversations: bool = False


@dataclass(frozen=True)
class Estimate:
    """What is told of one collection; only a success has a `kind` and a `count`."""

    id: str
    status: int
    kind: str = ""
    count: int = 0


def read(root: Element | None) -> list[Asked] | None:
    """What is asked, None where the document is not what the protocol allows."""
    listed = root.find("getitemestimate:Collections") if root is not None else None
    if listed is None:
        return None
    asked = [_asked(each) for each in listed.find_all("getitemestimate:Collection")]
    return None if None in asked else [each for each in asked if each]


def write(estimates: Iterable[Estimate], version: Version) -> Element:
    return E("getitemestimate:GetItemEstimate", *(_response(each, version) for each in estimates))


def _asked(element: Element) -> Asked | None:
    id = element.text_of("getitemestimate:CollectionId")
    key = element.text_of("airsync:SyncKey")
    options = element.find("airsync:Options") or element
    filter_type = options.text_of("airsync:FilterType")
    if not id or not key or (filter_type and not _is_number(filter_type)):
        return None
    mode = element.find("airsync:ConversationMode")
    conversations = mode is not None and mode.value.strip() != "0"
    return Asked(id, key, int(filter_type) if filter_type else None, conversations)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _response(estimate: Estimate, version: Version) -> Element:
    if estimate.status != SUCCESS:
        return E("getitemestimate:Response", E("getitemestimate:Status", estimate.status))
    named = version < Version.V14_0
    return E(
        "getitemestimate:Response",
        E("getitemestimate:Status", SUCCESS),
        E(
            "getitemestimate:Collection",
            E("getitemestimate:Class", estimate.kind) if named else None,
            E("getitemestimate:CollectionId", estimate.id),
            E("getitemestimate:Estimate", estimate.count),
        ),
    )
