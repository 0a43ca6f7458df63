"""What a directory tells of somebody, or that it tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody in the directory; a name or an address it does not tell is empty."""

    dn: str
    full_name: str
    mail: str


class DirectoryDown(Exception):
    """No server of the directory answered in time, or as it should: `reason` says what each did."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the directory does not answer: {reason}")
        self.reason = reason


Verify = Callable[[str, str], Person | None]
"""Whoever has this name and this password; None if nobody has, or DirectoryDown."""
