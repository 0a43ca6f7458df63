"""`taccuino link` and `unlink`: that an event belongs to a contact."""

from __future__ import annotations

from uuid import UUID

import click

from app import links
from app.cli import items
from app.cli.house import House, in_house
from app.cli.types import SERVER_ID
from domain.refused import Refused
from domain.relation import Relation
from projections import relations


@click.command
@click.argument("event", type=SERVER_ID)
@click.argument("contact", type=SERVER_ID)
@in_house
def link(house: House, event: UUID, contact: UUID) -> None:
    """Link an event to a contact of the same person; no phone can undo it."""
    with house.groupware.acting(house.author):
        owner = items.load(house, event, "calendar").owner
        if items.load(house, contact, "contacts").owner != owner:
            raise Refused("the event and the contact belong to different people")
        links.link(house.groupware, event, contact)
    click.echo("linked")


@click.command
@click.argument("event", type=SERVER_ID)
@click.argument("contact", type=SERVER_ID)
@in_house
def unlink(house: House, event: UUID, contact: UUID) -> None:
    """Say that an event and a contact have nothing to do with each other."""
    with house.groupware.acting(house.author) as connection:
        if not relations.linked(connection, Relation.id_of(event, contact)):
            raise Refused("the two are not linked")
        links.unlink(house.groupware, event, contact)
    click.echo("unlinked")
