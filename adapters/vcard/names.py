"""N, FN, NICKNAME and the name a card is filed under ↔ the names of a contact.

FN is what a program shows, and is made of the other names. Only where somebody wrote something
else there it is the contact's FileAs, and is written again as long as that stays (MS-ASCNTC
2.2.2.30); the name `Last, First` of an address book never becomes the name everybody sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.contentlines import Line, escape, held, split, text_line, unescape
from adapters.vcard.card import Card, bare

PARTS = ("last_name", "first_name", "middle_name", "title", "suffix")
FILE_AS = ("X-EAS-FILEAS", "X-EVOLUTION-FILE-AS")
_SHOWN = ("title", "first_name", "middle_name", "last_name", "suffix")
_LISTS = frozenset({"middle_name", "title", "suffix"})
_INSTEAD = ("company_name", "nickname", "email1", "file_as")


def read_names(card: Card, values: dict[str, Any]) -> None:
    if line := card.take("N"):
        values |= _parts(line)
        card.take_all("N")
    _read_nickname(card, values)
    if filed := card.take(*FILE_AS, wanted=bare):
        values["file_as"] = filed.text


def write_names(values: Mapping[str, Any]) -> Iterator[tuple[str, Line]]:
    yield "name", Line("N", ";".join(escape(values.get(part, "")) for part in PARTS))
    yield "file_as", text_line("FN", _filed(values) or _display(values))
    if nickname := values.get("nickname"):
        yield "nickname", text_line("NICKNAME", nickname)
    if file_as := values.get("file_as"):
        yield "filed", text_line(FILE_AS[0], file_as)


def _parts(line: Line) -> dict[str, str]:
    """The parts of N that say something; several additional names are one."""
    found = {}
    for name, raw in zip(PARTS, split(line.value, ";"), strict=False):
        pieces = split(raw, ",") if name in _LISTS else iter([raw])
        texts = [unescape(piece) for piece in pieces]
        found[name] = texts[0] if len(texts) == 1 else " ".join(map(str.strip, texts))
    return {name: text for name, text in found.items() if text.strip()}


def _read_nickname(card: Card, values: dict[str, Any]) -> None:
    """The first of a list; the others stay."""
    line = card.take("NICKNAME", wanted=lambda each: each.texts)
    if line:
        first, *others = line.texts
        values["nickname"] = first
        if others:
            card.lines.append(Line("NICKNAME", ",".join(map(escape, others))))


def read_shown(card: Card, values: dict[str, Any]) -> None:
    """FN: the only name of some cards, a name of its own on others, elsewhere made of the rest.

    What it is made of has been read before it.
    """
    lines = card.take_all("FN")
    text = next(filter(None, (line.text.strip() for line in lines)), "")
    if text in ("", _display(values)):
        return
    if not any(part in values for part in (*PARTS, "company_name")):
        first, _, last = text.rpartition(" ")
        values |= {"first_name": first.strip(), "last_name": last} if first else {"last_name": text}
    elif not _made_of(text, values) and values.setdefault("file_as", text) == text:
        card.hold(Line("FN", escape(text)), "file_as")


def _filed(values: Mapping[str, Any]) -> str:
    """The FN that was kept because somebody wrote it, as long as it is also the FileAs."""
    file_as = values.get("file_as", "")
    kept = held(Line("FN", escape(file_as)), "file_as")
    return file_as if kept in values.get("foreign", ()) else ""


def _made_of(text: str, values: Mapping[str, Any]) -> bool:
    """Whether a shown name holds no word but those of the other names."""
    names = (values.get(name, "") for name in (*PARTS, "company_name", "nickname"))
    words = {word for name in names for word in _words(name)}
    return set(_words(text)) <= words


def _words(text: str) -> list[str]:
    return text.replace(",", " ").casefold().split()


def _display(values: Mapping[str, Any]) -> str:
    """A name to show, which a vCard must have (RFC 2426 3.1.1)."""
    name = " ".join(values[part] for part in _SHOWN if values.get(part))
    return name or next((values[each] for each in _INSTEAD if values.get(each)), "-")
