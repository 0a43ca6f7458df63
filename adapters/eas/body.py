"""The body of an item on the wire, and what one that comes back means (MS-ASAIRS 2.2.2.9).

A device sees a body in one of two forms, plain text or HTML, perhaps cut. What it sends back
is compared with what it was sent, so that neither a cut nor a conversion is taken for an edit;
an edit of a cut body keeps the part the device never saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from operator import eq

from adapters.eas.dialect import BodyPreference, Dialect, Unconvertible
from adapters.eas.plain import plain, wrapped
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.body import Body
from domain.patch import CLEARED, Mark

PLAIN, HTML = 1, 2
"""Values of airsyncbase:Type (MS-ASAIRS 2.2.2.41); RTF and MIME are not for our classes."""

# A device that sends this much of what was hidden from it has fetched the whole text since.
_WITNESS = 32


@dataclass(frozen=True)
class _Sent:
    """What a device gets of a body: its `type`, the `whole` in it, and the `data` it is sent."""

    type: int
    whole: str
    data: str
    preview: str = ""

    @property
    def truncated(self) -> bool:
        return len(self.data) < len(self.whole)


def choose(body: Body, dialect: Dialect, page: str = "calendar") -> list[Element]:
    """The elements that carry `body` in an item of the class whose code page is `page`.

    Truncated is written only as 1: a phone may stop at a 0. A calendar item also says in which
    form its body was written, so that a client may fetch the HTML (MS-ASAIRS 2.2.2.32).
    """
    sent = _sent(body, dialect)
    if dialect.version < Version.V12_0:
        return _legacy(sent, page)
    truncated = E("airsyncbase:Truncated", 1) if sent.truncated else None
    hidden = sent.truncated and not sent.data
    element = E(
        "airsyncbase:Body",
        E("airsyncbase:Type", sent.type),
        E("airsyncbase:EstimatedDataSize", len(sent.whole.encode())),
        truncated,
        None if hidden else E("airsyncbase:Data", sent.data),
        E("airsyncbase:Preview", sent.preview) if sent.preview else None,
    )
    native = E("airsyncbase:NativeBodyType", _native(body))
    return [element, native] if page == "calendar" else [element]


def empty_body(dialect: Dialect, page: str = "calendar") -> list[Element]:
    """The body of an item whose text was removed: a missing one is often read as unchanged."""
    if dialect.version < Version.V12_0:
        return [E(f"{page}:Body")]
    return [
        E(
            "airsyncbase:Body",
            E("airsyncbase:Type", PLAIN),
            E("airsyncbase:EstimatedDataSize", 0),
            E("airsyncbase:Data"),
        )
    ]


def read(element: Element | None, base: Body | None, dialect: Dialect) -> Body | Mark | None:
    """What a body element means for an item whose body was `base`: a Body, CLEARED, or None.

    None is no change: the element is missing or quite empty, or its text is what this device
    was sent for `base`, or all of it in another form. Raises Unconvertible for RTF and MIME.
    """
    received = None if element is None else _received(element)
    if received is None or base is None:
        return None if received is CLEARED else received
    sent = _sent(base, dialect)
    if not isinstance(received, Body):
        return CLEARED if sent.data.strip() else None
    if _unchanged(received.text, sent, base):
        return None
    if sent.truncated and received.html == (sent.type == HTML):
        return Body(_with_hidden_part(received.text, sent), received.html)
    return received


def _sent(body: Body, dialect: Dialect) -> _Sent:
    if dialect.version < Version.V12_0:
        whole = _wire(body, PLAIN)
        return _Sent(PLAIN, whole, whole[: dialect.truncation].removesuffix("\r"))
    return _selected(body, dialect)


def _selected(body: Body, dialect: Dialect) -> _Sent:
    """The form by the device's preferences, the native one first (MS-ASAIRS 2.2.2.3.2)."""
    producible = [wish for wish in dialect.bodies if wish.type in (PLAIN, HTML)]
    wishes = producible or [BodyPreference(PLAIN)]
    wishes.sort(key=lambda wish: wish.type != _native(body))
    for wish in wishes:
        whole = _wire(body, wish.type)
        data = _cut(whole, wish.truncation)
        if data == whole or not wish.all_or_none:
            return _Sent(wish.type, whole, data, _preview(body, wish, data, dialect))
    refused = wishes[0]
    return _Sent(refused.type, _wire(body, refused.type), "", _preview(body, refused, "", dialect))


def _native(body: Body) -> int:
    return HTML if body.html else PLAIN


def _wire(body: Body, form: int) -> str:
    """The whole body in one form, its lines ended as on the wire."""
    if form == _native(body):
        text = body.text
    else:
        text = wrapped(body.text) if form == HTML else plain(body.text)
    return _lines(text).replace("\n", "\r\n")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cut(text: str, size: int | None) -> str:
    """At most `size` bytes of UTF-8, whole characters and whole line ends only."""
    if size is None:
        return text
    data = text.encode()
    if len(data) <= size:
        return text
    return data[:size].decode(errors="ignore").removesuffix("\r")


def _preview(body: Body, wish: BodyPreference, data: str, dialect: Dialect) -> str:
    """The first characters of the plain text in one line, none beside a plain text.

    MS-ASAIRS 2.2.2.35.1.
    """
    readable = wish.type == PLAIN and data
    if not wish.preview or readable or dialect.version < Version.V14_0:
        return ""
    return " ".join(_wire(body, PLAIN).split())[: wish.preview]


def _legacy(sent: _Sent, page: str) -> list[Element]:
    """Version 2.5: the text itself, for contacts with its full size."""
    return [
        E(f"{page}:Body", sent.data),
        *([E(f"{page}:BodySize", len(sent.whole.encode()))] if page != "calendar" else []),
        *([E(f"{page}:BodyTruncated", 1)] if sent.truncated else []),
    ]


def _received(element: Element) -> Body | Mark | None:
    """What the element says by itself: a text, CLEARED, or None when it says nothing.

    In 2.5 the element is the text, and an empty one is how a phone removes a note.
    """
    if element.name != "airsyncbase:Body":
        return Body(_clean(element.value)) if element.value else CLEARED
    if not element.children:
        return None
    form = element.text_of("airsyncbase:Type", str(PLAIN))
    if form not in (str(PLAIN), str(HTML)):
        raise Unconvertible(f"a body of type {form!r} is not for this class")
    text = _clean(element.text_of("airsyncbase:Data", ""))
    return Body(text, html=form == str(HTML)) if text else CLEARED


def _clean(text: str) -> str:
    return _lines(text).replace("\0", "")


def _unchanged(text: str, sent: _Sent, base: Body) -> bool:
    """Whether `text` is what the device has, or the whole in either form.

    Line ends at the end do not count, and at a cut no blanks do: phones trim and add them.
    """
    if sent.truncated and text.rstrip() == _lines(sent.data).rstrip():
        return True
    text = text.rstrip("\n")
    if text == _lines(sent.whole).rstrip("\n"):
        return True
    other = HTML if sent.type == PLAIN else PLAIN
    return text == _lines(_wire(base, other)).rstrip("\n")


def _with_hidden_part(text: str, sent: _Sent) -> str:
    """An edit of the visible part of a cut text, made in the whole text.

    What is added at the cut goes to the end, on a line of its own. A text that shows knowledge
    of the hidden part was written by a device that had fetched the whole: it stays as it is.
    """
    whole, seen = _lines(sent.whole), _lines(sent.data)
    hidden = whole[len(seen) :]
    if text.startswith(seen + hidden[:_WITNESS]) or text.endswith(hidden[-_WITNESS:]):
        return text
    if text.startswith(seen):
        return whole.removesuffix("\n") + "\n" + text[len(seen) :].removeprefix("\n")
    if not text[-1].isspace():
        text += seen[len(seen.rstrip()) :]
    start = _alike(seen, text)
    end = _alike(seen[start:][::-1], text[start:][::-1])
    return whole[:start] + text[start : len(text) - end] + whole[len(seen) - end :]


def _alike(one: str, other: str) -> int:
    """How many characters the two have in common at their beginning."""
    return sum(1 for _ in takewhile(bool, map(eq, one, other)))
