"""One module for each target: `run` takes an input and raises if the law does not hold; `seeds`
are sound inputs to begin with."""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "wbxml",
    "query",
    "request",
    "authorization",
    "autodiscover",
    "zone",
    "commands",
    "calendar",
    "contact",
    "ics",
    "vcf",
    "door",
)
