"""`taccuino device …`: phones, their state, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli import device_decisions as decisions
from app.cli.device_shown import expect, facts, summary
from app.cli.house import House, in_house
from app.cli.show import table
from app.cli.types import MOMENT, SERVER_ID
from app.devices import quarantine
from app.log import undo as undoing
from domain.refused import Unknown
from projections import accounts, items, lines
from projections.devices import PartnershipRow
from projections.folders import FolderRow
from projections.standing import SUPERSEDED, WORDS, portraits

COLUMNS = ("id", "user", "device", "what it is", "last seen", "version", "policy", "state")


@click.group
def device() -> None:
    """Phones: what they are, whether they may come in, what became of a wipe."""


for decision in decisions.ALL:
    device.add_command(decision)


@device.command("list")
@click.option("--user", "-u", help="Only this person's.")
@click.option("--all", "whole", is_flag=True, help="Also names that phones went by before.")
@click.option("--state", type=click.Choice(tuple(WORDS)), help="Only those in this state.")
@in_house
def list_(house: House, user: str | None, whole: bool, state: str | None) -> None:
    """List phones, the oldest partnership first, with the state that matters most.

    A phone that takes a new name again and again is one line, that of its last.
    """
    account = house.account(user) if user else None
    with house.groupware.reading() as connection:
        found = portraits(connection, house.groupware.clock(), account.id if account else None)
        hidden = set() if whole or state else {SUPERSEDED}
        shown = [each for each in found if each.standing.word not in hidden]
        rows = [summary(each) for each in shown if state in (None, each.standing.word)]
    table(COLUMNS, rows, "no phones yet")


@device.command
@click.argument("id", type=SERVER_ID)
@in_house
def show(house: House, id: UUID) -> None:
    """Show all that is known of a phone, and who decided what about it."""
    table(("", ""), facts(house, expect(house, id)), "")


@device.command
@click.argument("id", type=SERVER_ID)
@click.option("--since", type=MOMENT, required=True, help="From when on, on the clocks here.")
@in_house
def undo(house: House, id: UUID, since: date) -> None:
    """Undo what a phone did: bring back, take away, put back. What others did since stands."""
    phone = expect(house, id)
    start = since if isinstance(since, datetime) else datetime.combine(since, time())
    editions = undoing.meant(house.groupware, undoing.of_phone(phone), start.astimezone())
    tally = undoing.undo(house.groupware, house.author, editions)
    click.echo(", ".join(f"{tally[fate]} {fate}" for fate in undoing.DONE))


@device.command
@click.argument("id", type=SERVER_ID)
@in_house
def held(house: House, id: UUID) -> None:
    """List the items that a phone choked on and is spared, wholly or in part."""
    rows = [
        (server_id(item), folder.name, "sent without its large parts" if part else "not sent")
        for folder, kept in _quarantines(house, expect(house, id))
        for item, part in kept.items()
    ]
    table(("item", "folder", "what the phone gets"), rows, "the phone takes everything")


@device.command
@click.argument("id", type=SERVER_ID)
@click.argument("item", type=SERVER_ID)
@in_house
def release(house: House, id: UUID, item: UUID) -> None:
    """Offer an item that was held back to a phone once more."""
    for folder, kept in _quarantines(house, expect(house, id)):
        if item in kept:
            with house.groupware.acting(house.author) as connection:
                collection = items.collection(connection, folder.id)
                assert collection is not None, "a folder is listed with its collection"
                quarantine.release(house.groupware, connection, id, collection, item)
            click.echo("it will be offered again")
            return
    raise Unknown(f"the phone is not spared the item {server_id(item)}")


def _quarantines(
    house: House, phone: PartnershipRow
) -> Iterator[tuple[FolderRow, dict[UUID, bool]]]:
    """The items held back from a phone by folder, and whether it gets a part of each."""
    with house.groupware.reading() as connection:
        account = accounts.by_id(connection, phone.account)
        assert account is not None, "a phone is somebody's"
        for folder in house.folders(account):
            kept = lines.quarantined(connection, phone.id, folder.id)
            yield folder, {UUID(bytes=item): each.reduced for item, each in kept.items()}
