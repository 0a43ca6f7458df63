"""WBXML bytes to tree and back (WAP-192 5, MS-ASWBXML 2.1, MS-ASDTYPE).

Theory of operation. A tag byte carries a token of the code page in force (bits 0-5), whether
content follows (0x40) and whether attributes follow (0x80). Tokens 0 to 4 are the same on every
page: switch page, end, character, inline string, literal; with the upper bits set they are
string reference (83) and opaque data (C3). The page in force survives the end of an element.

Reading is strict where strangers could hurt us and lenient where phones differ: sizes are
checked before anything is allocated, every byte is looked at a bounded number of times, and
what is not a document raises Malformed and nothing else. Writing is exact: inline strings for
text, opaque for bytes, a page switch only where the page changes.
"""

from adapters.wbxml.reader import DEFAULT, Limits, decode, decode_fragment
from adapters.wbxml.writer import encode, encode_fragment

__all__ = ["DEFAULT", "Limits", "decode", "decode_fragment", "encode", "encode_fragment"]
