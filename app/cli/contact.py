"""`taccuino contact …`: the address book, edited as a phone would edit it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

import click

from adapters.eas.contact import automatic_file_as
from adapters.ids import server_id
from app.cli import items
from app.cli.house import House, in_house
from app.cli.show import table
from app.cli.types import DAY, SERVER_ID, SETTING, folder_option, user_option
from domain.body import Body
from domain.contact import EMAILS, FIELDS, TEXTS
from domain.patch import CLEARED, Values

F = TypeVar("F", bound=Callable[..., Any])

KIND = "contacts"
OPTIONS: Final = {
    "first": ("first_name", "First name."),
    "last": ("last_name", "Last name."),
    "company": ("company_name", "Where they work."),
    "job": ("job_title", "As what they work."),
    "phone": ("mobile_phone", "Mobile number."),
    "home-phone": ("home_phone", "Number at home."),
    "work-phone": ("business_phone", "Number at work."),
    "web": ("web_page", "Address of their web page."),
}
"""The options for single texts: of each its field and its help."""


def contact_options(command: F) -> F:
    """What can be said about a contact."""
    options = [
        click.option(f"--{name}", field, help=help) for name, (field, help) in OPTIONS.items()
    ]
    options += [
        click.option("--email", multiple=True, help="Mail address; again for up to three."),
        click.option("--birthday", type=DAY, help="Year 1604 for a birthday without a year."),
        click.option("--text", help="Notes."),
        click.option("--category", multiple=True, help="Again for more."),
        click.option(
            "--set", "others", type=SETTING, multiple=True, help="Any text field `item show` knows."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def patch_of(
    email: tuple[str, ...],
    birthday: date | None,
    text: str | None,
    category: tuple[str, ...],
    others: tuple[tuple[str, str], ...],
    **texts: str | None,
) -> dict[str, Any]:
    """What the options change about a contact. The addresses replace all there were."""
    if len(email) > len(EMAILS):
        raise click.UsageError(f"a contact has up to {len(EMAILS)} addresses")
    unknown = next((name for name, _ in others if name not in TEXTS), None)
    if unknown is not None:
        raise click.UsageError(f"there is no text field {unknown}; there are {', '.join(TEXTS)}")
    addresses = dict(zip(EMAILS, (*email, CLEARED, CLEARED), strict=False)) if email else {}
    patch = {
        **texts,
        **dict(others),
        "birthday": birthday,
        "body": None if text is None else Body(text),
        "categories": category or None,
        **addresses,
    }
    return {name: value for name, value in patch.items() if value is not None}


@click.group
def contact() -> None:
    """Contacts: add, edit, remove, list."""


@contact.command
@user_option
@folder_option
@contact_options
@in_house
def add(house: House, user: str, folder: str | None, **said: Any) -> None:
    """Add a contact to a person's address book; prints its id."""
    values = {name: value for name, value in patch_of(**said).items() if value is not CLEARED}
    if not values:
        raise click.UsageError("say something about the contact")
    items.add(house, house.folder(house.account(user), folder, KIND), values)


@contact.command
@click.argument("id", type=SERVER_ID)
@contact_options
@click.option("--clear", multiple=True, help="Empty a field; again for more.")
@in_house
def edit(house: House, id: UUID, clear: tuple[str, ...], **said: Any) -> None:
    """Change a contact; what is not said stays as it is."""
    names = {**{name: field for name, (field, _) in OPTIONS.items()}, "text": "body"}
    fields = tuple(names.get(name, name) for name in clear)
    unknown = next((name for name in fields if name not in FIELDS or name == "uid"), None)
    if unknown:
        raise click.UsageError(f"there is no field {unknown} to clear")
    items.revise(house, id, KIND, patch_of(**said), fields)


@contact.command
@click.argument("id", type=SERVER_ID)
@in_house
def remove(house: House, id: UUID) -> None:
    """Remove a contact."""
    items.remove(house, id, KIND)


@contact.command("list")
@user_option
@folder_option
@in_house
def list_(house: House, user: str, folder: str | None) -> None:
    """List an address book by name."""
    found = items.live(house, house.folder(house.account(user), folder, KIND))
    rows = sorted(((server_id(id), *_row(values)) for id, values in found), key=_name)
    table(("id", "name", "mail", "phone", "company"), rows, "no contacts")


def _row(values: Values) -> tuple[str, str, str, str]:
    phones = ("mobile_phone", "home_phone", "business_phone")
    phone = next((values[name] for name in phones if name in values), "")
    name = values.get("file_as") or automatic_file_as(values)
    return name, values.get("email1", ""), phone, values.get("company_name", "")


def _name(row: tuple[str, ...]) -> str:
    return row[1].casefold()
