"""The form of a contact: its fields as a table, and the patch that comes of what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapters.eas.contact import automatic_file_as
from adapters.eas.plain import plain
from app.web.forms import Form
from app.web.words import UNTOLD_YEAR
from domain.body import Body
from domain.patch import CLEARED, Values, apply, difference


@dataclass(frozen=True)
class Entry:
    """A text field: its kind of input, and what a browser may fill in by itself."""

    name: str
    type: str = "text"


GROUPS: Final[dict[str, tuple[Entry, ...]]] = {
    "name": (Entry("first_name"), Entry("last_name"), Entry("nickname")),
    "work": (Entry("company_name"), Entry("job_title")),
    "reach": (
        Entry("mobile_phone", "tel"),
        Entry("home_phone", "tel"),
        Entry("business_phone", "tel"),
        Entry("email1", "email"),
        Entry("email2", "email"),
        Entry("web_page", "url"),
    ),
    "home": (
        Entry("home_street"),
        Entry("home_postal_code"),
        Entry("home_city"),
        Entry("home_country"),
    ),
    "business": (
        Entry("business_street"),
        Entry("business_postal_code"),
        Entry("business_city"),
        Entry("business_country"),
    ),
}
"""The fields a form shows; all others stay as they are."""

TEXTS: Final = tuple(entry.name for entries in GROUPS.values() for entry in entries)
BIRTHDAY: Final = ("birth_day", "birth_month", "birth_year")
LONGEST: Final = 255
LONGEST_TEXT: Final = 100_000

Typed = Mapping[str, str]


def shown(values: Values) -> dict[str, str]:
    """What there is of a contact, by the names of the form's fields."""
    born: date | None = values.get("birthday")
    parts = (born.day, born.month, born.year) if born else ("", "", "")
    told = {name: str(part) for name, part in zip(BIRTHDAY, parts, strict=True)}
    if born and born.year == UNTOLD_YEAR:
        told["birth_year"] = ""
    return {**{name: values.get(name, "") for name in TEXTS}, **told, "text": text_of(values)}


def typed(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in (*TEXTS, *BIRTHDAY, "text")}


def patch_of(form: Typed, before: Values) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form changes about a contact, and what is wrong in it, by field."""
    wrong = {name: "my.contact.wrong.long" for name in TEXTS if len(form[name]) > LONGEST}
    if len(form["text"]) > LONGEST_TEXT:
        wrong["text"] = "my.contact.wrong.long"
    wanted: dict[str, Any] = {name: form[name] or CLEARED for name in TEXTS}
    wanted["birthday"] = _birthday(form, wrong)
    wanted["body"] = _body(form["text"], before)
    if not any(form.values()):
        wrong["first_name"] = "my.contact.wrong.empty"
    after = apply(before, wanted)
    if before.get("file_as", "") == automatic_file_as(before):
        after = apply(after, {"file_as": automatic_file_as(after) or CLEARED})
    return ({}, wrong) if wrong else (difference(before, after), {})


def text_of(values: Values) -> str:
    body: Body | None = values.get("body")
    if body is None:
        return ""
    return (plain(body.text) if body.html else body.text).strip()


def _birthday(form: Typed, wrong: dict[str, str]) -> object:
    """A date; without a year it has the year that stands for none."""
    parts = [form[name] for name in BIRTHDAY]
    if not any(parts):
        return CLEARED
    try:
        day, month = int(parts[0]), int(parts[1])
        year = int(parts[2]) if parts[2] else UNTOLD_YEAR
        found = date(year, month, day)
    except ValueError:
        wrong["birth_day"] = "my.contact.wrong.birthday"
        return CLEARED
    if year < UNTOLD_YEAR:
        wrong["birth_day"] = "my.contact.wrong.birthday"
    return found


def _body(text: str, before: Values) -> object:
    """A text that was not touched stays what it was, HTML too."""
    old: Body | None = before.get("body")
    if old is not None and text == text_of(before):
        return old
    return Body(text) if text else CLEARED
