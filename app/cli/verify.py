"""`taccuino verify`: whether the store is what its log says."""

from __future__ import annotations

from typing import IO

import click

from adapters.store.chain import verify_chain
from adapters.store.checkpoint import (
    Forged,
    disagreement,
    public_key,
    read_checkpoints,
    signing_key,
)
from app.cli.house import House, in_house
from app.cli.progress import progress
from app.composition import CODEC, master_key
from projections import schema
from projections import verify as projection


@click.command
@click.option(
    "--checkpoint",
    "kept",
    type=click.File("r"),
    help="Lines of `taccuino checkpoint` that were kept elsewhere: the log must agree with them.",
)
@click.option(
    "--public-key", "signer", help="Who signed them, in 64 digits; if not given, this house."
)
@in_house
def verify(house: House, kept: IO[str] | None, signer: str | None) -> None:
    """Check that the log is as it was written, and that every row is what the log says.

    Phones can go on meanwhile. Somebody who can write the file can write a whole new chain as
    well: only checkpoints kept where he cannot write show that.
    """
    with house.groupware.reading() as connection:
        length = house.groupware.recorder.max_notification_id() or 0
        with progress("folding the log once more", length) as tick:
            report = projection.verify(
                house.groupware, connection, verify_chain, schema.create,
                schema.projectors(CODEC), tick,
            )  # fmt: skip
        rewritten = _against(house, kept, signer) if kept else None
    for sentence in (*report.sentences(), *filter(None, [rewritten])):
        click.echo(sentence)
    if rewritten or not report.sound:
        raise click.ClickException(
            "the store is not sound; if only rows are wrong, `taccuino rebuild` mends it,"
            " else bring back a copy"
        )


def _against(house: House, kept: IO[str], key: str | None) -> str | None:
    """What is wrong by the checkpoints; says it if nothing is."""
    own = signing_key(master_key(house.settings.home)).public_key()
    try:
        checkpoints = read_checkpoints(kept, public_key(key) if key else own)
    except (Forged, ValueError) as error:
        return f"{error}.".capitalize()
    with house.groupware.reading() as connection:
        wrong = disagreement(connection, checkpoints)
    if wrong is None:
        click.echo(f"The log agrees with all of {len(checkpoints)} checkpoints.")
    return wrong
