"""What a User-Agent tells of the phone behind it: a phone need not say it in any other way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Told:
    """Empty where the agent does not tell."""

    model: str = ""
    os: str = ""


KNOWN: Final = (
    # "Apple-iPhone14C5/2302.1": the model iPhone14,5, and build 23B1
    re.compile(r"Apple-(?P<model>[^/]+)/(?P<apple>\d{1,2})\d\d\."),
    # "Android/14-EAS-2.0": what Android's own mail app says
    re.compile(r"Android/(?P<android>[\d.]+)-EAS"),
    # "SAMSUNG-SM-G991B/101.140000", "Android-SAMSUNG-SM-G991B/…"
    re.compile(r"(?:Android-)?SAMSUNG-(?P<model>[^/]+)/(?P<samsung>\d+)"),
    # "Android-Mail/2024.05.12.…": the Gmail app
    re.compile(r"(?P<gmail>Android)-Mail/"),
)

APPLE_YEARS: Final = 23
"""The first build of the iOS versions that are named after years: build 23 is iOS 26."""


def read(agent: str) -> Told:
    """Model and OS; of an OS only what is sure."""
    for pattern in KNOWN:
        found = pattern.match(agent)
        if found:
            told = found.groupdict()
            return Told(told.get("model") or "", _os(told))
    return Told()


def _os(told: dict[str, str | None]) -> str:
    if build := told.get("apple"):
        number = int(build)
        return f"iOS {number + 3 if number >= APPLE_YEARS else number - 4}"
    if version := told.get("android"):
        return f"Android {version}"
    return "Android"
