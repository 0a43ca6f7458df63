"""How a projection keeps values it does not look into: whoever composes the parts says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Codec(NamedTuple):
    """`encode` and `decode` turn the values of an item into bytes and back."""

    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
