"""The words of an HTML text, for places that show plain text only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from adapters.contentlines import Line, text_line
from domain.body import Body

_SILENT = frozenset({"script", "style", "title", "head"})
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "ul", "ol", "blockquote", "hr", "pre"}
    | {f"h{level}" for level in range(1, 7)}
)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        if tag in _BLOCKS and tag != "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(re.sub(r"\s+", " ", data))


def plain(html: str) -> str:
    """Text of `html`, one line for each block, without empty lines at its ends."""
    words = _Words()
    words.feed(html)
    words.close()
    text = re.sub(r" *\n *", "\n", "".join(words.words))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def body_lines(name: str, body: Body) -> Iterator[Line]:
    """A text as the property `name`, and as Outlook's X-ALT-DESC too where it is HTML."""
    yield text_line(name, plain(body.text) if body.html else body.text)
    if body.html:
        yield text_line("X-ALT-DESC", body.text, FMTTYPE="text/html")


def is_html(line: Line) -> bool:
    return line.param("FMTTYPE").lower() == "text/html" and bool(line.text)
