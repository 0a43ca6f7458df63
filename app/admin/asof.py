"""/admin/users/…/as-of: somebody's calendars and address books as they were, and what is different
since; and any item in each of its versions."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from adapters.ids import server_id
from app.admin import user
from app.groupware import Groupware
from app.http import Http
from app.log import asof
from app.log.asof import Content, Difference
from app.log.naming import Names
from app.my import versions
from app.my.versions import expect_file
from app.web.files import forms
from app.web.moments import in_form, moment_of
from app.web.paging import PER_PAGE, paging
from app.web.values import field_name, shown
from app.web.visit import Visit
from domain.patch import Values
from domain.refused import Unknown
from domain.when import Instant
from projections import logbook
from projections.accounts import AccountRow
from projections.folders import FolderRow

ITEM: Final = "/admin/items"
FIELDS: Final = ("at", "and", "folder")


@dataclass(frozen=True)
class Row:
    """An item then: what it was, when it takes place, and how it differs at the other moment."""

    id: UUID
    title: str
    when: str
    fate: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    """Which moments, as instants; `wrong` if what was typed in is none."""

    at: Instant
    other: Instant | None
    wrong: bool

    @classmethod
    def of(cls, visit: Visit) -> Asked:
        at, other = (moment_of(visit.asked(name), visit.words) for name in ("at", "and"))
        wrong = any(
            bool(visit.asked(name)) and found is None
            for name, found in (("at", at), ("and", other))
        )
        return cls(at or visit.now, other, wrong)


def look(visit: Visit) -> Http:
    """One folder at a moment, or how it differs at another one; as a file, if one is asked for."""
    person, asked = user.expect_person(visit), Asked.of(visit)
    groupware = visit.site.groupware
    with groupware.reading() as connection:
        at = logbook.upto(connection, asked.at)
        there = at if asked.other is None else logbook.upto(connection, asked.other)
        had = _folders(groupware, connection, person, at, there)
        folder = _chosen(visit, had)
        content = asof.content(groupware, connection, folder.id, at) if folder else {}
        if form := visit.asked("form"):
            return _file(form, asked, folder, content)
        rows = _rows(visit, connection, folder, content)
        if asked.other is not None and folder:
            after = asof.content(groupware, connection, folder.id, there)
            rows = _differences(visit, connection, folder, content, after)
    return _page(visit, person, asked, had, folder, rows)


def item(visit: Visit) -> Http:
    """/admin/items/…/as-of"""
    return versions.look(visit, "admin/item_as_of.html")


def restore(visit: Visit) -> Http:
    """A removed item is brought back; all phones of its person hear of it."""
    versions.restore(visit, visit.as_administrator)
    return visit.go(f"{ITEM}/{visit.names['id']}/as-of", said="brought_back")


def _page(
    visit: Visit,
    person: AccountRow,
    asked: Asked,
    had: list[FolderRow],
    folder: FolderRow | None,
    rows: list[Row],
) -> Http:
    pages = replace(paging(visit, *FIELDS), total=len(rows))
    return visit.page(
        "admin/as_of.html",
        it=person,
        asked=asked,
        at=in_form(asked.at, visit.words),
        other=in_form(asked.other, visit.words) if asked.other else "",
        folders=had,
        folder=folder,
        rows=rows[pages.start : pages.start + PER_PAGE],
        paging=pages,
        forms=forms(folder.kind) if folder else (),
    )


def _folders(
    groupware: Groupware, connection: sqlite3.Connection, person: AccountRow, *moments: int
) -> list[FolderRow]:
    """Those for events and contacts that there were at one of these, each by its first name."""
    found: dict[UUID, FolderRow] = {}
    for at in moments:
        for each in asof.folders(groupware, connection, person.id, at):
            if each.kind:
                found.setdefault(each.id, each)
    return list(found.values())


def _chosen(visit: Visit, had: list[FolderRow]) -> FolderRow | None:
    """The folder that is asked for, else the first; None if there was none yet."""
    asked = visit.asked("folder")
    for each in had:
        if asked in ("", server_id(each.id)):
            return each
    return had[0] if had else None


def _file(form: str, asked: Asked, folder: FolderRow | None, content: Content) -> Http:
    if folder is None:
        raise Unknown("there was no folder then")
    return expect_file(form, folder.kind, f"{folder.kind}-{asked.at:%Y-%m-%dT%H%M%SZ}", content)


def _rows(
    visit: Visit, connection: sqlite3.Connection, folder: FolderRow | None, content: Content
) -> list[Row]:
    names = Names(connection, visit.words)
    kind = folder.kind if folder else ""
    found = [
        (_order(values), _row(visit, names, kind, id, values)) for id, values in content.items()
    ]
    return [row for _, row in sorted(found, key=lambda each: (each[0], each[1].title))]


def _order(values: Values) -> str:
    when = values.get("when")
    return when.start.isoformat() if when else ""


def _row(visit: Visit, names: Names, kind: str, id: UUID, values: Values) -> Row:
    when = visit.words.span(values["when"]) if "when" in values else ""
    return Row(id, names.title(kind, values), when)


def _differences(
    visit: Visit,
    connection: sqlite3.Connection,
    folder: FolderRow,
    before: Content,
    after: Content,
) -> list[Row]:
    names = Names(connection, visit.words)
    found = asof.differences(before, after)
    ordered = sorted(found, key=lambda each: _order(each.becomes or each.was or {}))
    return [_difference(visit, names, folder.kind, each) for each in ordered]


def _difference(visit: Visit, names: Names, kind: str, each: Difference) -> Row:
    words = visit.words
    row = _row(visit, names, kind, each.item, each.becomes or each.was or {})
    if each.was is None or each.becomes is None:
        return replace(row, fate="came" if each.was is None else "went")
    told = [
        (
            field_name(name, words),
            shown(name, was, each.was, words),
            shown(name, becomes, each.becomes, words),
        )
        for name, (was, becomes) in each.changed.items()
    ]
    return replace(row, fate="changed", changes=tuple(told))
