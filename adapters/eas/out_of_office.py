"""The automatic reply between phones and people (MS-ASCMD 2.2.3.116)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from adapters.eas.dialect import Unconvertible
from adapters.eas.moments import parse_moment, punctuated
from adapters.wbxml import E, Element
from domain.account import BETWEEN, AutoReply, OutOfOffice
from domain.when import Instant

AUDIENCES: Final = {
    "settings:AppliesToInternal": "internal",
    "settings:AppliesToExternalKnown": "known",
    "settings:AppliesToExternalUnknown": "unknown",
}
TEXT, HTML = "Text", "HTML"
LONGEST: Final = 64 * 1024

PROTOCOL_ERROR, INVALID, CONFLICTING = 2, 5, 6


class BadOof(ValueError):
    """`status` is that of the Oof element in the reply (MS-ASCMD 2.2.3.177.15)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def write(away: OutOfOffice, wish: Element) -> Element:
    """The Get of a reply: all three audiences, also where nothing is set."""
    _html(wish.text_of("settings:BodyType"))
    times = (E("settings:StartTime", _moment(away.start)), E("settings:EndTime", _moment(away.end)))
    return E(
        "settings:Get",
        E("settings:OofState", away.state),
        *(times if away.state == BETWEEN else ()),
        *(_message(name, getattr(away, audience)) for name, audience in AUDIENCES.items()),
    )


def read(given: Element, before: OutOfOffice) -> OutOfOffice:
    """What holds after this Set; what it does not say stays as it was before."""
    state = _state(given, before)
    start, end = _times(given)
    if state != BETWEEN:
        start = end = None
    elif start is None:
        start, end = before.start, before.end
    if state == BETWEEN and (start is None or end is None):
        raise BadOof(PROTOCOL_ERROR)
    if start is not None and end is not None and end <= start:
        raise BadOof(CONFLICTING)
    return replace(before, state=state, start=start, end=end, **_replies(given, before))


def _state(given: Element, before: OutOfOffice) -> int:
    text = given.text_of("settings:OofState", str(before.state)).strip()
    if text not in ("0", "1", "2"):
        raise BadOof(INVALID)
    return int(text)


def _times(given: Element) -> tuple[Instant | None, Instant | None]:
    """Both or none: one alone is Status 2 (MS-ASCMD 2.2.3.61.2)."""
    texts = [given.text_of(f"settings:{name}") for name in ("StartTime", "EndTime")]
    if (texts[0] is None) != (texts[1] is None):
        raise BadOof(PROTOCOL_ERROR)
    try:
        start, end = (None if text is None else parse_moment(text) for text in texts)
    except Unconvertible:
        raise BadOof(INVALID) from None
    return start, end


def _replies(given: Element, before: OutOfOffice) -> dict[str, AutoReply]:
    replies: dict[str, AutoReply] = {}
    for message in given.find_all("settings:OofMessage"):
        named = [AUDIENCES[child.name] for child in message if child.name in AUDIENCES]
        if len(named) != 1:
            raise BadOof(PROTOCOL_ERROR)
        if named[0] in replies:
            raise BadOof(CONFLICTING)
        replies[named[0]] = _reply(message, getattr(before, named[0]))
    return replies


def _reply(message: Element, before: AutoReply) -> AutoReply:
    """An absent text is none that was erased: some clients never send it while it is off."""
    enabled = message.text_of("settings:Enabled", str(int(before.enabled))).strip()
    if enabled not in ("0", "1"):
        raise BadOof(INVALID)
    text = message.text_of("settings:ReplyMessage")
    if text is None:
        return replace(before, enabled=enabled == "1")
    if len(text) > LONGEST:
        raise BadOof(INVALID)
    return AutoReply(enabled == "1", text, _html(message.text_of("settings:BodyType")))


def _html(body_type: str | None) -> bool:
    """Whether a text is HTML; with a text, or to ask for one, its type must be named."""
    if body_type is None or not body_type.strip():
        raise BadOof(PROTOCOL_ERROR)
    if body_type.strip().upper() not in (TEXT.upper(), HTML):
        raise BadOof(INVALID)
    return body_type.strip().upper() == HTML


def _message(name: str, reply: AutoReply) -> Element:
    text = (
        E("settings:ReplyMessage", reply.text),
        E("settings:BodyType", HTML if reply.html else TEXT),
    )
    return E(
        "settings:OofMessage",
        E(name),
        E("settings:Enabled", reply.enabled),
        *(text if reply.text else ()),
    )


def _moment(moment: Instant | None) -> str | None:
    return punctuated(moment) if moment is not None else None
