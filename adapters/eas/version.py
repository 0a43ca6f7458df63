"""Protocol versions, numbered as in the base64 query line (MS-ASHTTP 2.2.1.1.1.1)."""

from __future__ import annotations

from enum import IntEnum


class Version(IntEnum):
    """One protocol version; they compare in order of age."""

    V2_5 = 25
    V12_0 = 120
    V12_1 = 121
    V14_0 = 140
    V14_1 = 141
    V16_0 = 160
    V16_1 = 161

    @property
    def text(self) -> str:
        """As the MS-ASProtocolVersion header spells it."""
        return f"{int(self) // 10}.{int(self) % 10}"

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version of a header; raises ValueError for one that is not served."""
        for version in cls:
            if version.text == text.strip():
                return version
        raise ValueError(f"protocol version {text!r} is not served")
