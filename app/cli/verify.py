"""`taccuino verify`: whether the store is what its log says."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO, Any

import click

from adapters.store.chain import verify_chain
from app.cli.house import House, in_house
from app.cli.progress import progress
from app.composition import CODEC
from app.log import checkpoints, proofs
from app.log.checkpoints import Compared
from projections import schema
from projections import verify as projection
from projections.verify import Report


@click.command
@click.option(
    "--checkpoint",
    "kept",
    type=click.File("r"),
    help="Lines of `taccuino checkpoint` that were kept elsewhere: the log must agree with them.",
)
@click.option("--public-key", "signer", help="Who signed them, in 64 digits; else, this house.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for other programs.")
@in_house
def verify(house: House, kept: IO[str] | None, signer: str | None, as_json: bool) -> None:
    """Check that the log is as it was written, and that every row is what the log says.

    Phones can go on meanwhile. Somebody who can write the file can write a whole new chain as
    well: only checkpoints kept where he cannot write show that.
    """
    groupware = house.groupware
    compared = _compared(house, kept.read(), signer) if kept else None
    with proofs.at_it(house.settings.home), groupware.reading() as connection:
        length = groupware.recorder.max_notification_id() or 0
        with progress("folding the log once more", length) as tick:
            report = projection.verify(
                groupware,
                connection,
                verify_chain,
                schema.create,
                schema.projectors(CODEC),
                tick,
            )
        proofs.note(house.settings, groupware.clock(), report)
    if as_json:
        click.echo(json.dumps(document(report, compared)))
    else:
        _tell(report, compared)
    if not report.sound or (compared and compared.wrong):
        raise click.ClickException(
            "the store is not sound; if only rows are wrong, `taccuino rebuild` mends it,"
            " else bring back a copy"
        )


def _compared(house: House, lines: str, signer: str | None) -> Compared:
    return checkpoints.compare(house.groupware, house.settings.home, lines, signer)


def document(report: Report, compared: Compared | None) -> dict[str, Any]:
    told = {"sound": report.sound, **asdict(report)}
    if compared is None:
        return told
    wrong = compared.wrong and compared.wrong.sentence
    return {**told, "checkpoints": {"number": compared.number, "wrong": wrong}}


def _tell(report: Report, compared: Compared | None) -> None:
    for sentence in report.sentences():
        click.echo(sentence)
    if compared is not None:
        agrees = f"The log agrees with all of {compared.number} checkpoints."
        click.echo(compared.wrong.sentence if compared.wrong else agrees)
