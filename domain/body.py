"""The free text of an item, as it was written: plain or HTML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Body:
    """`text` has line feeds only; `html` tells in which form it was written."""

    text: str
    html: bool = False
