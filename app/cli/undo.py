"""`taccuino undo`: what somebody did in a stretch of time, looked at and taken back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli.device_shown import expect
from app.cli.house import House, in_house
from app.cli.show import moment, table, title, words
from app.cli.types import MOMENT, SERVER_ID
from app.composition import CODEC
from app.log import undo as undoing
from app.log.data import plain
from app.log.undo import Whose
from app.log.undoing import REMOVED, Fate, Undoing, Undone
from domain.when import Instant
from projections import folders

COLUMNS: Final = ("item", "what it is", "what becomes of it", "field by field")


@click.command
@click.option("--device", type=SERVER_ID, help="What this phone did; its id as lists show it.")
@click.option("--person", help="What somebody did on the pages and with any of their phones.")
@click.option("--connector", help="What came through this connector.")
@click.option(
    "--from", "since", type=MOMENT, required=True, help="From when on, on the clocks here."
)
@click.option("--to", "until", type=MOMENT, help="Before when; of a day, its end. Else up to now.")
@click.option("--item", "only", type=SERVER_ID, multiple=True, help="Only in this item.")
@click.option("--dry-run", is_flag=True, help="Only show what would become of each item.")
@click.option("--json", "as_json", is_flag=True, help="Tell it as data.")
@in_house
def undo(
    house: House,
    device: UUID | None,
    person: str | None,
    connector: str | None,
    since: date,
    until: date | None,
    only: tuple[UUID, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Undo what somebody did: bring back, take away, put back.

    What others wrote later stands, and is shown with who wrote it. All phones hear of it.
    """
    whose = _whose(house, device, person, connector)
    end = None if until is None else _end(until)
    editions = undoing.meant(house.groupware, whose, _start(since), end, only)
    found = undoing.review(house.groupware, editions)
    tally = None if dry_run else undoing.undo(house.groupware, house.author, editions)
    if as_json:
        click.echo(json.dumps(_data(found, tally), ensure_ascii=False, indent=2))
    elif tally is None:
        rows = [
            (server_id(each.item), title(each.stands), each.fate, _told(house, each))
            for each in found
        ]
        table(COLUMNS, rows, "there is nothing to undo")
    else:
        click.echo(", ".join(f"{tally[fate]} {fate}" for fate in undoing.DONE))


def _whose(house: House, device: UUID | None, person: str | None, connector: str | None) -> Whose:
    if sum(each is not None for each in (device, person, connector)) != 1:
        raise click.UsageError("say whose: one of --device, --person and --connector")
    if device is not None:
        return undoing.of_phone(expect(house, device))
    if person is not None:
        return undoing.of_person(house.groupware, house.account(person))
    return undoing.of_connector(connector or "")


def _start(moment: date) -> Instant:
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return at.astimezone()


def _end(moment: date) -> Instant:
    """Of a day, where the next one begins."""
    return _start(moment if isinstance(moment, datetime) else moment + timedelta(days=1))


def _told(house: House, each: Undoing) -> str:
    return "\n".join(_lines(house, each))


def _lines(house: House, each: Undoing) -> Iterator[str]:
    for field in each.fields:
        later = f", by {field.later.actor} {moment(field.later.at)}" if field.later else ""
        if field.name == REMOVED:
            stays = "; stays" if field.stays else ""
            yield f"{'deleted' if field.made else 'added'} {moment(field.at)}{stays}{later}"
        else:
            yield _changed(house, each, field) + later


def _changed(house: House, each: Undoing, field: Undone) -> str:
    was, made, now, then = (
        _words(house, value, each) for value in (field.was, field.made, field.now, field.then)
    )
    if field.stays:
        return f"{field.name}: {was} → {made}; {now} stays"
    return f"{field.name}: {was} → {made}; {now} → {then}"


def _words(house: House, value: Any, each: Undoing) -> str:
    if isinstance(value, UUID):
        with house.groupware.reading() as connection:
            folder = folders.folder(connection, CODEC, value)
        return folder.name if folder else server_id(value)
    return "nothing" if value is None else words(value, {**each.without, **each.stands})


def _data(found: list[Undoing], tally: Counter[Fate] | None) -> dict[str, Any]:
    done = {} if tally is None else {"done": {fate: tally[fate] for fate in undoing.DONE}}
    return {"items": [_item(each) for each in found], **done}


def _item(each: Undoing) -> dict[str, Any]:
    return {
        "item": server_id(each.item),
        "kind": each.kind,
        "title": title(each.stands),
        "fate": each.fate,
        "fields": {field.name: _field(field) for field in each.fields},
    }


def _field(field: Undone) -> dict[str, Any]:
    later = field.later
    return {
        **{name: plain(getattr(field, name)) for name in ("at", "was", "made", "now", "then")},
        "later": {"actor": later.actor, "at": plain(later.at)} if later else None,
    }
