"""The status numbers all commands share, and what they are in HTTP up to 12.1 (MS-ASCMD 2.2.2).

From 14.0 on a failure is a Status in the root element of the command; before, it is an HTTP
code (MS-ASHTTP 2.2.2.1.1). A phone that sees HTTP 500 several times throws its copy away, so
what the papers send as 500 is 503 here.
"""

from __future__ import annotations

from typing import Final

from adapters.eas.version import Version
from adapters.wbxml import E, Element

PAGES: Final = {
    "airsync": "Sync",
    "composemail": "SendMail SmartForward SmartReply",
    "find": "Find",
    "folderhierarchy": "FolderSync FolderCreate FolderDelete FolderUpdate",
    "getitemestimate": "GetItemEstimate",
    "itemoperations": "ItemOperations",
    "meetingresponse": "MeetingResponse",
    "move": "MoveItems",
    "ping": "Ping",
    "provision": "Provision",
    "resolverecipients": "ResolveRecipients",
    "search": "Search",
    "settings": "Settings",
    "validatecert": "ValidateCert",
}
PAGE_OF: Final = {command: page for page, row in PAGES.items() for command in row.split()}
"""The code page of each command's root element and of its Status."""

HTTP: Final = {
    110: 503,
    111: 503,
    112: 403,
    113: 507,
    114: 503,
    115: 507,
    123: 403,
    124: 403,
    **dict.fromkeys(range(125, 133), 403),
    **dict.fromkeys(range(133, 137), 503),
    137: 501,
    139: 403,
    **dict.fromkeys(range(141, 145), 449),
    145: 403,
    177: 403,
}
"""Status to HTTP code up to 12.1; what is not listed is the phone's mistake: 400."""


class Refusal(Exception):
    """The request as a whole is answered with a status all commands share."""

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


def http_status(status: int, *, has_key: bool) -> int:
    """The HTTP code of a status; a pending wipe (140) depends on a policy key being sent."""
    if status == 140:
        return 449 if has_key else 403
    return HTTP.get(status, 400)


def by_status(version: Version | None) -> bool:
    """Whether a client of this version reads failures from a Status element."""
    return version is not None and version >= Version.V14_0


def root_of(command: str) -> str | None:
    """The name of a command's root element; None for commands without one."""
    page = PAGE_OF.get(command)
    return page and f"{page}:{command}"


def failure(command: str, status: int) -> Element | None:
    """The command's root element with nothing but the status."""
    page = PAGE_OF.get(command)
    return E(f"{page}:{command}", E(f"{page}:Status", status)) if page else None
