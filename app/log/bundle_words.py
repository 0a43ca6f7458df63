"""Words in the place of words, so that a text can be shown to everybody and is still that text.

Each word becomes another of the same length and kind (letters of either case, digits, letters of
another script), and what stands between the words stays. The same word becomes the same everywhere
in one bundle, whatever its case; in a text of many words it depends on all of them, or how often
each occurs would tell which it was. What a word becomes follows from a secret that is kept nowhere.
"""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b, shake_256
from string import ascii_lowercase, digits
from typing import Final

from domain.account import name_key

WORD: Final = re.compile(r"(?:[0-9A-Za-z]|[^\x00-\x7f\s])+")
HEX: Final = re.compile(r"(?=.*\d)(?:[0-9A-F]{8,}|[0-9a-f]{8,})")
FEW: Final = 8
"""A text of more words than these is prose, of which no word is shown alone."""

TWO_BYTES: Final = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüý"
THREE_BYTES, FOUR_BYTES = range(0x4E00, 0x9F00), range(0x20000, 0x2A600)
"""Letters that stand for those beyond ASCII, by their length in UTF-8: accented ones, and
ideographs."""

TAGS: Final = (
    "a|b|blockquote|body|br|center|div|em|font|h[1-6]|head|hr|html|i|img|li|meta|ol|p|pre|script"
    "|span|strong|style|table|tbody|td|th|thead|title|tr|u|ul"
)
MARKUP: Final = re.compile(
    rf"</?(?:{TAGS})(?=[\s/>])|&(?:amp|lt|gt|quot|nbsp|apos);|(?P<word>{WORD.pattern})",
    re.IGNORECASE,
)
"""In a text with markup the names of tags and signs stay; all else are words, attributes too."""

PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How a picture begins, which stays."""


class Words:
    """What stands for what in one bundle."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def text(self, text: str, markup: bool = False) -> str:
        """Another text of the same shape."""
        found = WORD.findall(text)
        around = name_key(" ".join(found)) if len(found) > FEW else ""
        if not markup:
            return WORD.sub(lambda each: self._word(each[0], around), text)
        return MARKUP.sub(
            lambda each: self._word(each[0], around) if each["word"] else each[0], text
        )

    def data(self, content: bytes) -> bytes:
        """Other bytes, as many; a picture still begins like one."""
        head = next((magic for magic in PICTURES if content.startswith(magic)), b"")
        return head + self.bytes(content)[len(head) :]

    def bytes(self, content: bytes) -> bytes:
        return shake_256(self._secret + content).digest(len(content))

    def number(self, value: float) -> float:
        """Another number, as one of a place on earth could be."""
        drawn = int.from_bytes(self._draw(repr(float(value)), 4), "big")
        return drawn % 8900 / 100

    def _word(self, word: str, around: str) -> str:
        drawn = shake_256(self._draw(f"{around}\0{name_key(word)}", 32)).digest(4 * len(word))
        numbers = (int.from_bytes(drawn[i : i + 4], "big") for i in range(0, len(drawn), 4))
        letters = ascii_lowercase[:6] if HEX.fullmatch(word) else ascii_lowercase
        return "".join(_letter(old, n, letters) for old, n in zip(word, numbers, strict=True))

    def _draw(self, text: str, size: int) -> bytes:
        return blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=size
        ).digest()


def _letter(old: str, number: int, letters: str) -> str:
    """A letter of the same kind as the old one, and never that itself."""
    lower, size = old.lower(), len(old.encode("utf-8", "surrogatepass"))
    if old in digits:
        return digits[(int(old) + 1 + number % 9) % 10]
    if size == 1:
        new = letters[(letters.index(lower) + 1 + number % (len(letters) - 1)) % len(letters)]
    elif size == 2:
        new = TWO_BYTES[number % len(TWO_BYTES)]
        new = new if new != lower else TWO_BYTES[(number + 1) % len(TWO_BYTES)]
    else:
        pool = THREE_BYTES if size == 3 else FOUR_BYTES
        return chr(pool[number % len(pool)])
    return new.upper() if old.isupper() else new
