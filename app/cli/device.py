"""`taccuino device …`: phones, and whether they may come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import cast
from uuid import UUID

import click

from adapters.eas.ids import server_id
from app import phones, quarantine
from app import undo as undoing
from app.cli.house import House, in_house
from app.cli.show import moment, table
from app.cli.types import MOMENT, SERVER_ID
from domain.partnership import WipeKind
from domain.refused import Unknown
from projections import accounts, devices, items, lines
from projections.devices import PartnershipRow
from projections.folders import FolderRow
from projections.successors import successors

WIPED = {1: "wiped", 2: "wipe failed"}


@click.group
def device() -> None:
    """Phones: list, block, unblock, wipe, spare, forget, undo, held, release."""


@device.command("list")
@click.option("--user", "-u", help="Only this person's.")
@click.option("--all", "whole", is_flag=True, help="Also names that phones went by before.")
@in_house
def list_(house: House, user: str | None, whole: bool) -> None:
    """List phones, the oldest partnership first.

    A phone that takes a new name again and again is one line, that of its last.
    """
    account = house.account(user) if user else None
    with house.groupware.reading() as connection:
        found = (
            devices.of_account(connection, account.id)
            if account
            else devices.all_devices(connection)
        )
        after = {
            older: newer
            for owner in {each.account for each in found}
            for older, newer in successors(connection, owner).items()
        }
        names = Counter(after.values())
        rows = [
            (*_row(house, each), _state(each, each.id in after, names[each.id]))
            for each in found
            if whole or each.id not in after
        ]
    columns = ("id", "user", "device", "what it is", "last seen", "version", "policy", "state")
    table(columns, rows, "no phones yet")


def _row(house: House, phone: PartnershipRow) -> tuple[str, ...]:
    with house.groupware.reading() as connection:
        account = accounts.by_id(connection, phone.account)
        seen = devices.seen(connection, phone.id)
    return (
        server_id(phone.id),
        account.name if account else "",
        phone.device,
        phone.about.get("FriendlyName") or phone.about.get("Model") or phone.device_type,
        moment(seen.last_seen) if seen else "",
        seen.version if seen else "",
        f"{phone.policy} {phone.edition}" if phone.policy else "",
    )


def _state(phone: PartnershipRow, superseded: bool, before: int) -> str:
    """`before` are the names that the phone went by before this one."""
    if phone.wipe:
        return f"to be wiped ({phone.wipe})"
    if superseded:
        return "goes by a newer name"
    if state := WIPED.get(phone.wiped) or (phone.blocked and f"blocked: {phone.blocked}"):
        return state
    if phone.shared:
        return "welcome (two phones by one name)"
    return f"welcome (other names before: {before})" if before else "welcome"


@device.command
@click.argument("id", type=SERVER_ID)
@click.option("--reason", default="", help="Why; shown in lists.")
@in_house
def block(house: House, id: UUID, reason: str) -> None:
    """Keep a phone out, from now on."""
    _expect(house, id)
    phones.block(house.groupware, house.author, id, reason)
    click.echo("blocked")


@device.command
@click.argument("id", type=SERVER_ID)
@in_house
def unblock(house: House, id: UUID) -> None:
    """Let a phone in again."""
    _expect(house, id)
    phones.unblock(house.groupware, house.author, id)
    click.echo("unblocked")


@device.command
@click.argument("id", type=SERVER_ID)
@click.option(
    "--kind",
    type=click.Choice(["account", "device"]),
    default="account",
    show_default=True,
    help="What came from here, or everything there is on it.",
)
@click.option("--yes", is_flag=True, help="Do not ask before everything is erased.")
@in_house
def wipe(house: House, id: UUID, kind: str, yes: bool) -> None:
    """Have a phone erase its copy when it comes next; it is blocked afterwards."""
    phone = _expect(house, id)
    if kind == "device" and not yes:
        click.confirm(f"Erase EVERYTHING on {phone.device}, private things too?", abort=True)
    phones.request_wipe(house.groupware, house.author, id, cast(WipeKind, kind), sure=True)
    click.echo("it will be wiped when it comes next")


@device.command
@click.argument("id", type=SERVER_ID)
@in_house
def spare(house: House, id: UUID) -> None:
    """Take back a wipe that the phone has not heard of yet."""
    _expect(house, id)
    phones.cancel_wipe(house.groupware, house.author, id)
    click.echo("it will not be wiped")


@device.command
@click.argument("id", type=SERVER_ID)
@in_house
def forget(house: House, id: UUID) -> None:
    """End a partnership; if the phone comes again, it is a new one."""
    _expect(house, id)
    phones.forget(house.groupware, house.author, id)
    click.echo("forgotten")


@device.command
@click.argument("id", type=SERVER_ID)
@click.option("--since", type=MOMENT, required=True, help="From when on, on the clocks here.")
@in_house
def undo(house: House, id: UUID, since: date) -> None:
    """Undo what a phone did: bring back, take away, put back. What others did since stands."""
    phone = _expect(house, id)
    start = since if isinstance(since, datetime) else datetime.combine(since, time())
    tally = undoing.undo(house.groupware, house.author, phone, start.astimezone())
    words = ("brought back", "taken away", "put back")
    click.echo(", ".join(f"{tally[word]} {word}" for word in words))


@device.command
@click.argument("id", type=SERVER_ID)
@in_house
def held(house: House, id: UUID) -> None:
    """List the items that a phone choked on and is spared, wholly or in part."""
    rows = [
        (server_id(item), folder.name, "sent without its large parts" if part else "not sent")
        for folder, kept in _quarantines(house, _expect(house, id))
        for item, part in kept.items()
    ]
    table(("item", "folder", "what the phone gets"), rows, "the phone takes everything")


@device.command
@click.argument("id", type=SERVER_ID)
@click.argument("item", type=SERVER_ID)
@in_house
def release(house: House, id: UUID, item: UUID) -> None:
    """Offer an item that was held back to a phone once more."""
    for folder, kept in _quarantines(house, _expect(house, id)):
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


def _expect(house: House, id: UUID) -> PartnershipRow:
    with house.groupware.reading() as connection:
        phone = devices.by_id(connection, id)
    if phone is None:
        raise Unknown(f"there is no phone {server_id(id)}; `taccuino device list` shows them")
    return phone
