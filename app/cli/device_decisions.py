"""`taccuino device …`: what is decided about a phone."""

from __future__ import annotations

from typing import Final, cast
from uuid import UUID

import click

from adapters.ids import server_id
from app.cli.device_shown import expect
from app.cli.house import House, in_house
from app.cli.types import SERVER_ID
from app.devices import phones, wiping
from app.devices.wiping import Ordered
from domain.partnership import WipeKind
from domain.refused import Refused
from projections.devices import PartnershipRow

phone_id = click.argument("id", type=SERVER_ID)


@click.command
@phone_id
@in_house
def approve(house: House, id: UUID) -> None:
    """Let a phone in, whatever holds for phones of its kind; one that waits goes on at once."""
    expect(house, id)
    phones.approve(house.groupware, house.author, id)
    click.echo("approved")


@click.command
@phone_id
@click.option("--reason", default="", help="Why; shown in lists.")
@in_house
def block(house: House, id: UUID, reason: str) -> None:
    """Keep a phone out, from now on."""
    expect(house, id)
    phones.block(house.groupware, house.author, id, reason)
    click.echo("blocked")


@click.command
@phone_id
@in_house
def unblock(house: House, id: UUID) -> None:
    """Take back a block; what holds for phones of its kind counts again."""
    phone = expect(house, id)
    if not phone.blocked:
        approve = f"`taccuino device approve {server_id(id)}`"
        raise Refused(f"nobody blocked this phone; to let it in whatever the rules say: {approve}")
    phones.unblock(house.groupware, house.author, id)
    click.echo("unblocked")


@click.command("except")
@phone_id
@click.option("--end", is_flag=True, help="Take the exception back.")
@in_house
def except_(house: House, id: UUID, end: bool) -> None:
    """Let a phone in although it does not keep its policy."""
    expect(house, id)
    act = phones.end_exception if end else phones.except_from_policy
    act(house.groupware, house.author, id)
    click.echo("it has to keep its policy again" if end else "it is let in without its policy")


@click.command
@phone_id
@click.argument("name", default="")
@in_house
def rename(house: House, id: UUID, name: str) -> None:
    """Give a phone a name; without one, it goes by what it calls itself."""
    expect(house, id)
    phones.call_it(house.groupware, house.author, id, name)
    click.echo(f"it is called {expect(house, id).name}")


@click.command
@phone_id
@click.argument("version", default="")
@in_house
def ceiling(house: House, id: UUID, version: str) -> None:
    """Set the newest VERSION of the protocol that is spoken with a phone; without one, any.

    It has effect when the phone asks anew what there is: some do so every day, others only when
    the account is set up again.
    """
    phone = expect(house, id)
    phones.set_ceiling(house.groupware, house.author, id, version)
    click.echo(f"{phone.name} may speak {f'up to {version}' if version else 'any version'}")


@click.command
@phone_id
@click.option(
    "--kind",
    type=click.Choice(["account", "device"]),
    default="account",
    show_default=True,
    help="What came from here, or everything there is on it.",
)
@click.option("--name", "named", help="The phone's name, to confirm that everything is erased.")
@in_house
def wipe(house: House, id: UUID, kind: str, named: str | None) -> None:
    """Have a phone erase its copy when it comes next; it is blocked afterwards.

    One that speaks a version below 16.1 cannot erase one account: it is shut out instead.
    """
    phone = expect(house, id)
    if kind == "device" and named is None:
        click.echo(f"This erases EVERYTHING on {phone.name}, private things too.", err=True)
        named = click.prompt("Type the name of the phone to go on", err=True)
    asked = cast(WipeKind, kind)
    ordered = wiping.request_wipe(house.groupware, house.author, id, asked, named or "")
    click.echo(_told(phone, ordered))


def _told(phone: PartnershipRow, ordered: Ordered) -> str:
    if ordered.erases:
        return "it will be wiped when it comes next"
    said = f"{phone.name} speaks {ordered.version} and cannot erase one account: it is blocked"
    if ordered.shared:
        return f"{said}. It still knows a password that is not its alone: have that changed"
    labels = ", ".join(label or "the first" for label in ordered.withdrawn)
    return f"{said}, and its password is gone: {labels}"


@click.command
@phone_id
@in_house
def spare(house: House, id: UUID) -> None:
    """Take back a wipe that the phone has not heard of yet."""
    expect(house, id)
    wiping.cancel_wipe(house.groupware, house.author, id)
    click.echo("it will not be wiped")


@click.command
@phone_id
@in_house
def forget(house: House, id: UUID) -> None:
    """End a partnership; if the phone comes again, it is a new one."""
    expect(house, id)
    phones.forget(house.groupware, house.author, id)
    click.echo("forgotten")


ALL: Final = (approve, block, unblock, except_, rename, ceiling, wipe, spare, forget)
