"""A text as a file has it: plain, and as HTML beside where it is HTML."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.contentlines import Line, text_line
from adapters.eas.plain import plain
from domain.body import Body


def body_lines(name: str, body: Body) -> Iterator[Line]:
    """A text as the property `name`, and as Outlook's X-ALT-DESC too where it is HTML: alone, where
    it has no words."""
    words = plain(body.text) if body.html else body.text
    if words:
        yield text_line(name, words)
    if body.html:
        yield text_line("X-ALT-DESC", body.text, FMTTYPE="text/html")


def is_html(line: Line) -> bool:
    return line.param("FMTTYPE").lower() == "text/html" and bool(line.text)
