"""WBXML, the binary XML that phones and server speak (MS-ASWBXML)."""

from adapters.wbxml.codec import Limits, decode, encode, encode_fragment
from adapters.wbxml.tree import E, Element, Fragment, Malformed

__all__ = [
    "E",
    "Element",
    "Fragment",
    "Limits",
    "Malformed",
    "decode",
    "encode",
    "encode_fragment",
]
