"""Plain text from HTML, and the least HTML that shows a plain text.

The scanner passes over its input once: every search either advances or ends the work, so that
no body can hold a worker. (The parser of the standard library takes minutes for 60 KB of
unfinished tags.)
"""

from __future__ import annotations

import re
from html import escape, unescape

BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"),
    )
)
SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6"))
UNSEEN = frozenset(("script", "style", "title", "template"))

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>")
_DECLARATION = re.compile(r"<[!?][^<>]*+>")
_HREF = re.compile(r"""(?i)(?<![\w-])href\s*=\s*("[^"]*"|'[^']*'|[^\s"']+)""")
_KEPT_BLANK = re.compile("^ | (?= )", re.MULTILINE)
_BLANKS = re.compile(r"[ \t\n\r\f]+")


def wrapped(text: str) -> str:
    """The text as the body of an HTML document, for a device that takes nothing else."""
    shown = _KEPT_BLANK.sub("&nbsp;", escape(text, quote=False))
    return "<html><body>" + shown.replace("\n", "<br>\n") + "</body></html>"


def plain(html: str) -> str:
    """What a reader of `html` sees, line by line; links keep their address."""
    page = _Page()
    pos = 0
    while (start := html.find("<", pos)) >= 0:
        page.write(html[pos:start])
        pos = _markup(html, start, page)
    page.write(html[pos:])
    return page.text()


def _markup(html: str, start: int, page: _Page) -> int:
    """Deal with what the "<" at `start` begins; the result is where reading goes on."""
    if html.startswith("<!--", start):
        return _after(html, "-->", start)
    if tag := _TAG.match(html, start):
        closing, name, attributes = tag[1] == "/", tag[2].lower(), tag[3]
        if name in UNSEEN and not closing:
            end = re.compile(f"</{name}", re.IGNORECASE).search(html, tag.end())
            return end.start() if end else len(html)
        (page.close if closing else page.open)(name, attributes)
        return tag.end()
    if declaration := _DECLARATION.match(html, start):
        return declaration.end()
    page.write("<")
    return start + 1


def _after(html: str, mark: str, start: int) -> int:
    """The position after the next `mark`, or the end: what is left open hides the rest."""
    end = html.find(mark, start)
    return len(html) if end < 0 else end + len(mark)


class _Page:
    """The lines seen so far; `gap` asks for an empty line before the next text."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.gap = False
        self.verbatim = 0
        self.link = ""
        self.label: list[str] = []

    def text(self) -> str:
        self.end_block(False)
        return "\n".join(self.lines).strip("\n")

    def write(self, source: str) -> None:
        """Add text as it stands in the source: entities resolved, blanks as HTML takes them."""
        text = _resolved(source)
        if self.verbatim:
            first, *others = text.split("\n")
            self.add(first)
            for other in others:
                self.end_line()
                self.add(other)
            return
        text = _BLANKS.sub(" ", text)
        self.add(text if self.line and self.line[-1][-1] != " " else text.lstrip(" "))

    def add(self, text: str) -> None:
        if not text:
            return
        if self.gap and self.lines and self.lines[-1]:
            self.lines.append("")
        self.gap = False
        self.line.append(text)
        if self.link:
            self.label.append(text)

    def end_line(self) -> None:
        line = "".join(self.line).rstrip(" ").replace("\xa0", " ")
        self.lines.append(line)
        self.line = []

    def end_block(self, spaced: bool) -> None:
        if self.line:
            self.end_line()
        self.gap = self.gap or spaced

    def open(self, name: str, attributes: str) -> None:
        if name in BLOCKS:
            self.end_block(name in SPACED)
        if name == "br":
            self.end_line()
        elif name == "li":
            self.add("- ")
        elif name in ("td", "th") and self.line:
            self.add("\t")
        elif name == "pre":
            self.verbatim += 1
        elif name == "a":
            self.link, self.label = _address(attributes), []

    def close(self, name: str, attributes: str) -> None:
        if name in BLOCKS:
            self.end_block(name in SPACED)
        if name == "pre" and self.verbatim:
            self.verbatim -= 1
        elif name == "a":
            link, self.link = self.link, ""
            if link and "".join(self.label).strip(" /") not in link:
                self.add(f" <{link}>")


def _address(attributes: str) -> str:
    """Where a link leads, "" unless it is an address that a person could follow."""
    found = _HREF.search(attributes)
    address = _resolved(found[1].strip("\"'")).strip() if found else ""
    return address if address.lower().startswith(("http://", "https://", "mailto:")) else ""


def _resolved(source: str) -> str:
    """The text with its entities resolved; one with an absurd number is left as it stands."""
    try:
        return unescape(source)
    except ValueError:
        return source
