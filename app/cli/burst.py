"""`taccuino burst …`: what phones deleted or rewrote very much of at once, until you decide."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import click

from adapters.ids import server_id
from app import bursts
from app import items as use
from app.cli.house import House, in_house
from app.cli.show import moment, table, title, words
from app.cli.types import SERVER_ID
from app.composition import CODEC
from domain.brake import BUILT_IN, Limits
from domain.house import HOUSE
from domain.item import HeldEdit, Item
from domain.patch import apply
from domain.refused import Unknown
from projections import accounts, brakes, devices, folders, holds
from projections.accounts import AccountRow
from projections.holds import Burst


@click.group
def burst() -> None:
    """Deletions and edits held because they were so many at once: list, show, release, discard."""


@burst.command("list")
@click.option("--user", "-u", help="Only this person's.")
@in_house
def list_(house: House, user: str | None) -> None:
    """List what waits for a decision, the oldest first."""
    account = house.account(user) if user else None
    with house.groupware.reading() as connection:
        found = holds.bursts(connection, account.id if account else None)
        people = {each.id: each.name for each in accounts.all_accounts(connection)} if found else {}
    rows = [
        (
            server_id(each.id),
            *_where(house, each),
            moment(each.begun),
            moment(each.last),
            str(each.deleted),
            str(each.edited),
            people[each.owner],
        )
        for each in found
    ]
    columns = ("id", "folder", "phone", "began", "last", "deleted", "edited", "whose")
    table(columns, rows, "nothing waits")


def _where(house: House, found: Burst) -> tuple[str, str]:
    with house.groupware.reading() as connection:
        folder = folders.folder(connection, CODEC, found.collection)
        phone = devices.by_id(connection, found.partnership)
    return (
        folder.name if folder else "(a folder that is gone)",
        phone.device if phone else server_id(found.partnership),
    )


@burst.command
@click.argument("id", type=SERVER_ID)
@in_house
def show(house: House, id: UUID) -> None:
    """Show what a phone did, item by item."""
    with house.groupware.reading() as connection:
        waiting = list(holds.waiting(connection, id))
        if not waiting:
            raise Unknown(f"nothing of the burst {server_id(id)} waits for a decision")
        found = [use.load(house.groupware, connection, each.item) for each in waiting]
    rows = (
        (server_id(each.id), title(each.values), "\n".join(_did(house, each, each.held[id])))
        for each in found
    )
    table(("item", "what it is", "what the phone did"), rows, "nothing waits")


def _did(house: House, item: Item, edit: HeldEdit) -> Iterator[str]:
    if edit.patch is None:
        yield "deleted it"
        return
    before = house.groupware.load(type(item), item.id, edit.base).values
    after = apply(before, edit.patch)
    for name in sorted(edit.patch):
        told = [words(each[name], each) if name in each else "nothing" for each in (before, after)]
        yield f"{name}: {told[0]} → {told[1]}"


@burst.command
@click.argument("id", type=SERVER_ID)
@in_house
def release(house: House, id: UUID) -> None:
    """It was meant: do it now, on what stands; all phones hear of it."""
    count = bursts.release(house.groupware, house.author, id)
    click.echo(f"{count} edits are in force")


@burst.command
@click.argument("id", type=SERVER_ID)
@in_house
def discard(house: House, id: UUID) -> None:
    """It was not meant: the phone gets its items back as they stand."""
    count = bursts.discard(house.groupware, house.author, id)
    click.echo(f"{count} edits are discarded; the phone gets its items back")


@burst.command
@click.option("--user", "-u", help="For this person's phones; else for everybody's.")
@click.option("--deletions", type=int, help="More than so many are held.")
@click.option("--edits", type=int, help="More than so many are held.")
@click.option("--share", type=int, help="Of a folder, in percent; then a fifth of those is enough.")
@click.option("--default", is_flag=True, help="Let hold for the person what holds for everybody.")
@in_house
def limits(
    house: House,
    user: str | None,
    deletions: int | None,
    edits: int | None,
    share: int | None,
    default: bool,
) -> None:
    """Show from how much within ten minutes on a phone is not believed at once, or set it."""
    account = house.account(user) if user else None
    said = (deletions, edits, share)
    if default and (account is None or any(each is not None for each in said)):
        raise click.UsageError("--default is for a --user, and stands alone")
    before = _limits(house, account)
    wanted = Limits(
        *(new if new is not None else old for new, old in zip(said, before, strict=True))
    )
    if account is None:
        if wanted != before:
            bursts.set_house_limits(house.groupware, house.author, wanted)
    elif default or wanted != before:
        own = None if default else wanted
        bursts.set_limits(house.groupware, house.author, account.id, own)
    rows = [(name, str(each)) for name, each in _limits(house, account)._asdict().items()]
    table(("what", "more than"), rows, "")


def _limits(house: House, account: AccountRow | None) -> Limits:
    with house.groupware.reading() as connection:
        about = account.id if account else HOUSE
        return brakes.limits(connection, about) or BUILT_IN
