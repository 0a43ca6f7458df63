"""The properties of a vCard ↔ the fields of a contact.

One row of PROPERTIES for each group of properties that make sense together: how it is read out
of the card into the values, and how it is written in version 3.0. To add a property, add a row.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

from adapters.contentlines import Line, escape, split, text_line, unescape
from adapters.plain import body_lines, is_html
from adapters.vcard.card import Card, bare
from adapters.vcard.dates import date_line, read_date
from adapters.vcard.names import read_names, read_shown, write_names
from adapters.vcard.telephones import TYPES, UNTYPED, slots
from domain.body import Body
from domain.contact import EMAILS, MESSENGERS, PHONES

Values = Mapping[str, Any]
Own = tuple[str, Line]

TEXTS: dict[str, tuple[str, ...]] = {
    "yomi_first_name": ("X-PHONETIC-FIRST-NAME",),
    "yomi_last_name": ("X-PHONETIC-LAST-NAME",),
    "yomi_company_name": ("X-PHONETIC-ORG",),
    "job_title": ("TITLE",),
    "office_location": ("X-EAS-OFFICE", "X-EVOLUTION-OFFICE"),
    "manager_name": ("X-MANAGER", "X-EVOLUTION-MANAGER", "X-MS-MANAGER"),
    "assistant_name": ("X-ASSISTANT", "X-EVOLUTION-ASSISTANT", "X-MS-ASSISTANT"),
    "spouse": ("X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-MS-SPOUSE"),
    "web_page": ("URL",),
    "customer_id": ("X-EAS-CUSTOMERID",),
    "government_id": ("X-EAS-GOVERNMENTID",),
    "account_name": ("X-EAS-ACCOUNTNAME",),
}
"""Field → the property that is written for it, and others that are read as it."""

DATES = {
    "birthday": ("BDAY",),
    "anniversary": ("X-ANNIVERSARY", "ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-MS-ANNIVERSARY"),
}
RELATED = {
    "manager_name": {"x-manager", "_$!<manager>!$_"},
    "assistant_name": {"x-assistant", "agent", "_$!<assistant>!$_"},
    "spouse": {"spouse", "_$!<spouse>!$_"},
    "children": {"child", "_$!<child>!$_", "_$!<son>!$_", "_$!<daughter>!$_"},
}
"""Field → the TYPE of a RELATED or Apple's label of an X-ABRELATEDNAMES that says it."""

CHILDREN = ("X-CHILDREN", "X-MS-CHILD")
HANDLES = ("IMPP", "X-AIM", "X-ICQ", "X-JABBER", "X-MSN", "X-YAHOO", "X-SKYPE", "X-GOOGLE-TALK")
ADDRESS = ("street", "city", "state", "postal_code", "country")
PLACES = {"business": "WORK", "home": "HOME", "other": ""}
IMAGES = {b"\xff\xd8": "JPEG", b"\x89P": "PNG", b"GI": "GIF"}

_NOTHING_SAID = frozenset({"INTERNET", "VOICE", "PREF"})
SLOT = "X-EAS-SLOT"
"""Names the field of a second number or address that has no first."""

_FORM = frozenset({"TYPE", "PREF", "VALUE", SLOT})
_DATA = re.compile(r"data:[^,]*;base64,(.*)", re.DOTALL | re.IGNORECASE)
_URI = re.compile(r"(?!im:)[a-z][a-z0-9+.-]*:[!-~]+", re.ASCII)


@dataclass(frozen=True)
class Property:
    read: Callable[[Card, dict[str, Any]], None]
    write: Callable[[Values], Iterator[Own]]


def _taken(card: Card, own: Own, line: Line) -> None:
    """Keep `line` beside its field if it says more than the line we would write for it."""
    if _says(line) != _says(own[1]):
        card.hold(line, own[0])


def _says(line: Line) -> object:
    types = {part.upper() for each in line.params.get("TYPE", ()) for part in each.split(",")}
    rest = {name: values for name, values in line.params.items() if name not in _FORM}
    return line.name, line.group, types - _NOTHING_SAID, rest


def _read_texts(card: Card, values: dict[str, Any]) -> None:
    for field, names in TEXTS.items():
        if line := card.take(*names, wanted=bare):
            values[field] = bare(line)
            _taken(card, (field, Line(names[0], "")), line)


def _write_texts(values: Values) -> Iterator[Own]:
    for field, names in TEXTS.items():
        if text := values.get(field):
            yield field, text_line(names[0], text)


def _read_dates(card: Card, values: dict[str, Any]) -> None:
    for field, names in DATES.items():
        if line := card.take(*names, wanted=read_date):
            values[field] = read_date(line)
    line = card.take(
        "X-ABDATE", wanted=lambda x: read_date(x) and card.label(x) == "_$!<anniversary>!$_"
    )
    if line:
        values.setdefault("anniversary", read_date(line))
        card.hold(line, "anniversary")


def _write_dates(values: Values) -> Iterator[Own]:
    for field, names in DATES.items():
        if day := values.get(field):
            yield field, date_line(names[0], day)


def _read_company(card: Card, values: dict[str, Any]) -> None:
    """Company and department; what ORG says beyond them is kept."""
    line = card.take("ORG", wanted=lambda each: any(_units(each)))
    if not line:
        return
    for field, unit in zip(("company_name", "department"), _units(line), strict=False):
        if unit:
            values[field] = unit
    own = next(_write_company(values), ("company_name", Line("ORG", "")))
    if len(_units(line)) > 2 or _says(line) != _says(own[1]):
        card.hold(line, own[0])


def _units(line: Line) -> list[str]:
    return [unescape(part).strip() for part in split(line.value, ";")]


def _write_company(values: Values) -> Iterator[Own]:
    units = [escape(values.get(field, "")) for field in ("company_name", "department")]
    if any(units):
        yield "company_name", Line("ORG", ";".join(units if units[1] else units[:1]))


def _read_related(card: Card, values: dict[str, Any]) -> None:
    """People near the contact, as vCard 4 and Apple name them; then the children."""
    children = [text for line in card.take_all(*CHILDREN) for text in line.texts]
    for field, words in RELATED.items():
        for line in _related(card, words):
            if field == "children":
                children.append(bare(line))
            elif field not in values:
                values[field] = bare(line)
                if line.group:
                    card.hold(line, field)
            else:
                continue
            card.put_out(line)
    if children:
        values["children"] = tuple(dict.fromkeys(children))


def _related(card: Card, words: set[str]) -> list[Line]:
    """Lines that name such a person in words; a link to another card stays as it is."""
    named = [line for line in card.lines if line.name in ("RELATED", "X-ABRELATEDNAMES")]
    return [
        line
        for line in named
        if bare(line) and words & {*card.types(line), card.label(line)}
        if line.name != "RELATED" or line.param("VALUE").lower() == "text"
    ]


def _write_children(values: Values) -> Iterator[Own]:
    if children := values.get("children"):
        yield "children", Line(CHILDREN[0], ",".join(map(escape, children)))


def _slotted(values: Values, fields: tuple[str, ...], field: str, line: Line) -> Own:
    """A line for a numbered field; it names the field where an empty one comes before it."""
    if all(name in values for name in fields[: fields.index(field)]):
        return field, line
    return field, replace(line, params={**line.params, SLOT: (field,)})


def _free(values: Values, fields: tuple[str, ...], line: Line) -> str | None:
    """The field a line names, else the first free one."""
    wanted = (name for name in fields if name == line.param(SLOT))
    return next((name for name in (*wanted, *fields) if name not in values), None)


def _read_emails(card: Card, values: dict[str, Any]) -> None:
    """The preferred one first, then as in the file."""
    found = [line for line in card.lines if line.name == "EMAIL" and bare(line)]
    for line in sorted(found, key=_preference):
        if field := _free(values, EMAILS, line):
            values[field] = bare(line)
            card.put_out(line)
            _taken(card, (field, Line("EMAIL", "")), line)


def _preference(line: Line) -> int:
    if "PREF" in {part.upper() for each in line.params.get("TYPE", ()) for part in each.split(",")}:
        return 1
    return int(line.param("PREF")) if re.fullmatch("[0-9]{1,3}", line.param("PREF")) else 101


def _write_emails(values: Values) -> Iterator[Own]:
    for field in EMAILS:
        if text := values.get(field):
            types = ("INTERNET", "PREF") if field == EMAILS[0] else ("INTERNET",)
            line = Line("EMAIL", escape(text), {"TYPE": types})
            yield _slotted(values, EMAILS, field, line)


def _read_telephones(card: Card, values: dict[str, Any]) -> None:
    """Each number goes to the first free field its types name; those without types come last."""
    numbers = [line for line in card.lines if line.name == "TEL" and bare(line)]
    for line in sorted(numbers, key=lambda each: not slots(card.types(each))):
        fields = slots(card.types(line)) or UNTYPED
        if field := _free(values, fields, line):
            values[field] = bare(line)
            card.put_out(line)
            _taken(card, (field, Line("TEL", "", {"TYPE": TYPES[field]})), line)


def _write_telephones(values: Values) -> Iterator[Own]:
    for field in PHONES:
        if text := values.get(field):
            line = Line("TEL", escape(text), {"TYPE": TYPES[field]})
            yield _slotted(values, slots({each.lower() for each in TYPES[field]}), field, line)


def _read_messengers(card: Card, values: dict[str, Any]) -> None:
    """An IMPP keeps its scheme, but for `im:`, which is written before what has none.

    Apple says each of them twice, as IMPP and as X-JABBER and the like: one of them is enough.
    """
    seen: dict[str, str] = {}
    for line in [line for line in card.lines if line.name in HANDLES and handle(line)]:
        text = handle(line)
        field = _free(values, MESSENGERS, line)
        if field and seen.setdefault(text.rpartition(":")[2], line.name) == line.name:
            values[field] = text
            card.put_out(line)
            _taken(card, (field, Line("IMPP", "")), line)


def handle(line: Line) -> str:
    text = line.text.strip() if line.name == "IMPP" else line.text
    return unquote(text[3:]) if line.name == "IMPP" and text[:3].lower() == "im:" else text


def _write_messengers(values: Values) -> Iterator[Own]:
    for field in MESSENGERS:
        if text := values.get(field):
            uri = text if _URI.fullmatch(text) else f"im:{quote(text)}"
            yield _slotted(values, MESSENGERS, field, Line("IMPP", escape(uri)))


def address(line: Line) -> dict[str, str]:
    """The parts of an ADR that say something; post-office box and extension lead the street."""
    parts = [unescape(part) for part in split(line.value, ";")]
    box, extension, street, *rest = (*parts, *[""] * 7)[:7]
    lines = "\n".join(filter(None, (box, extension, street)))
    return {name: part for name, part in zip(ADDRESS, (lines, *rest), strict=True) if part}


def _read_addresses(card: Card, values: dict[str, Any]) -> None:
    taken: set[str] = set()
    for line in [line for line in card.lines if line.name == "ADR" and address(line)]:
        types = card.types(line)
        place = "business" if "work" in types else "home" if "home" in types else "other"
        if place in taken:
            continue
        taken.add(place)
        values |= {f"{place}_{name}": part for name, part in address(line).items()}
        card.put_out(line)
        own = next(line for field, line in _write_addresses(values) if field == f"{place}_street")
        if line.value != own.value or _says(line) != _says(own):
            card.hold(line, f"{place}_street")


def _write_addresses(values: Values) -> Iterator[Own]:
    for place, kind in PLACES.items():
        parts = [escape(values.get(f"{place}_{name}", "")) for name in ADDRESS]
        if any(parts):
            params = {"TYPE": (kind,)} if kind else {}
            yield f"{place}_street", Line("ADR", ";".join(("", "", *parts)), params)


def _read_categories(card: Card, values: dict[str, Any]) -> None:
    texts = [text for line in card.take_all("CATEGORIES") for text in line.texts]
    if texts:
        values["categories"] = tuple(dict.fromkeys(texts))


def _write_categories(values: Values) -> Iterator[Own]:
    if categories := values.get("categories"):
        yield "categories", Line("CATEGORIES", ",".join(map(escape, categories)))


def _picture(line: Line) -> bytes:
    """The image in a PHOTO; an address of one somewhere is none."""
    inline = _DATA.fullmatch(line.value.strip())
    if not inline and line.param("ENCODING") != "b":
        return b""
    try:
        return base64.b64decode(
            "".join((inline[1] if inline else line.value).split()), validate=True
        )
    except ValueError:
        return b""


def _read_picture(card: Card, values: dict[str, Any]) -> None:
    if line := card.take("PHOTO", wanted=_picture):
        values["picture"] = _picture(line)


def _write_picture(values: Values) -> Iterator[Own]:
    if picture := values.get("picture"):
        kind = IMAGES.get(picture[:2])
        params = {"ENCODING": ("b",)} | ({"TYPE": (kind,)} if kind else {})
        yield "picture", Line("PHOTO", base64.b64encode(picture).decode(), params)


def _read_note(card: Card, values: dict[str, Any]) -> None:
    note, html = card.take("NOTE", wanted=lambda x: x.text), card.take("X-ALT-DESC", wanted=is_html)
    if html:
        values["body"] = Body(html.text, html=True)
    elif note:
        values["body"] = Body(note.text)


def _write_note(values: Values) -> Iterator[Own]:
    if body := values.get("body"):
        yield from (("body", line) for line in body_lines("NOTE", body))


PROPERTIES = (
    Property(_read_company, _write_company),
    Property(read_names, write_names),
    Property(_read_texts, _write_texts),
    Property(_read_related, _write_children),
    Property(_read_emails, _write_emails),
    Property(_read_telephones, _write_telephones),
    Property(_read_messengers, _write_messengers),
    Property(_read_addresses, _write_addresses),
    Property(_read_dates, _write_dates),
    Property(_read_categories, _write_categories),
    Property(_read_picture, _write_picture),
    Property(_read_note, _write_note),
    Property(read_shown, lambda values: iter(())),
)


def meaning(line: Line) -> object:
    """What a line says in our terms, to tell whether a held line still says the same."""
    if line.name == "ADR":
        return address(line)
    if line.name == "ORG":
        return (*_units(line), "", "")[:2]
    if day := read_date(line):
        return day
    return handle(line) if line.name in HANDLES else bare(line)
