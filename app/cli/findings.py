"""`taccuino findings`: what an administrator should know and would not look for."""

from __future__ import annotations

import sqlite3
from typing import Final
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli.house import House, in_house
from app.cli.show import moment, table
from app.log.naming import Names
from app.web.words import Words
from domain.zone import UTC_ZONE
from projections import accounts
from projections import findings as projection
from projections.findings import KINDS, Finding

ENGLISH: Final = Words("en", UTC_ZONE)
"""As all findings are told."""


@click.command
@in_house
def findings(house: House) -> None:
    """List what is odd: phones, items and zones that want a look, the newest first.

    Nothing here is urgent: phones go on. What has not happened for a month is left out.
    """
    with house.groupware.reading() as connection:
        found = projection.findings(connection, house.groupware.clock())
        rows = [_row(connection, each) for each in found]
    columns = ("what", "whose", "about", "since", "last", "times", "in words")
    table(columns, rows, "nothing is odd")


def _row(connection: sqlite3.Connection, finding: Finding) -> tuple[str, ...]:
    owner = projection.whose(connection, finding)
    account = accounts.by_id(connection, owner) if owner else None
    name = account.name if account else "somebody"
    kind, about, detail = KINDS[finding.kind], server_id(finding.about), finding.detail
    if kind.detail == "item":
        detail = server_id(UUID(detail))
    elif kind.detail == "author":
        detail = Names(connection, ENGLISH).actor(detail, None)
    said = kind.words.format(whose=name, about=about, detail=detail, times=finding.times)
    when = (moment(finding.since), moment(finding.last))
    return finding.kind, name, about, *when, str(finding.times), said
