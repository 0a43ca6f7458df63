"""TEL with its TYPEs (RFC 6350 6.4.1, RFC 2426 3.3.1) ↔ the thirteen numbers of Exchange."""

from __future__ import annotations

from collections.abc import Mapping

SLOTS: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = (
    (frozenset({"x-assistant"}), ("assistant_phone",)),
    (frozenset({"x-radio"}), ("radio_phone",)),
    (frozenset({"x-mms"}), ("mms",)),
    (frozenset({"x-main"}), ("company_main_phone",)),
    (frozenset({"main"}), ("company_main_phone",)),
    (frozenset({"fax", "home"}), ("home_fax",)),
    (frozenset({"fax"}), ("business_fax",)),
    (frozenset({"pager"}), ("pager",)),
    (frozenset({"car"}), ("car_phone",)),
    (frozenset({"x-car"}), ("car_phone",)),
    (frozenset({"cell"}), ("mobile_phone",)),
    (frozenset({"iphone"}), ("mobile_phone",)),
    (frozenset({"home"}), ("home_phone", "home2_phone")),
    (frozenset({"work"}), ("business_phone", "business2_phone")),
)
"""The first row whose types a number has names its slots; a number beyond them is foreign."""

UNTYPED = ("mobile_phone", "home_phone", "business_phone")
"""Where a number goes that says of itself nothing that Exchange knows, if it is free."""

TYPES: Mapping[str, tuple[str, ...]] = {
    "business_phone": ("WORK", "VOICE"),
    "business2_phone": ("WORK", "VOICE"),
    "home_phone": ("HOME", "VOICE"),
    "home2_phone": ("HOME", "VOICE"),
    "mobile_phone": ("CELL", "VOICE"),
    "car_phone": ("CAR", "VOICE"),
    "radio_phone": ("X-RADIO",),
    "pager": ("PAGER",),
    "business_fax": ("WORK", "FAX"),
    "home_fax": ("HOME", "FAX"),
    "assistant_phone": ("X-ASSISTANT",),
    "company_main_phone": ("WORK", "X-MAIN"),
    "mms": ("X-MMS",),
}

LABELS = {
    "_$!<mobile>!$_": {"cell"},
    "_$!<home>!$_": {"home"},
    "_$!<work>!$_": {"work"},
    "_$!<main>!$_": {"main"},
    "_$!<homefax>!$_": {"home", "fax"},
    "_$!<workfax>!$_": {"work", "fax"},
    "_$!<pager>!$_": {"pager"},
    "iphone": {"cell"},
    "mobile": {"cell"},
    "home": {"home"},
    "work": {"work"},
}
"""Apple's X-ABLabel of a group, in lower case → the types it stands for."""


def slots(types: set[str]) -> tuple[str, ...]:
    """The fields a number with these types may go to, or none if they tell nothing."""
    return next((names for wanted, names in SLOTS if wanted <= types), ())
