"""`taccuino verify`: whether the store is what its log says."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO, Any

import click

from adapters.store.chain import verify_chain
from app.cli.house import House, in_house
from app.cli.progress import progress
from app.cli.reader import reader
from app.composition import CODEC
from app.log import checkpoints, faults, proofs
from app.log.checkpoints import Compared
from app.web.words import Words
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
    words = reader()
    if as_json:
        click.echo(json.dumps(document(report, compared, words)))
    else:
        _tell(report, compared, words)
    if not report.sound:
        raise click.ClickException(" ".join(faults.steps(report.faults, words)))
    if compared and compared.wrong:
        raise click.ClickException(words.text("store.next.log"))


def _compared(house: House, lines: str, signer: str | None) -> Compared:
    return checkpoints.compare(house.groupware, house.settings.home, lines, signer)


def document(report: Report, compared: Compared | None, words: Words) -> dict[str, Any]:
    found = [faults.told(each, words) for each in report.faults]
    told = {"sound": report.sound, **asdict(report), "faults": found}
    if compared is None:
        return told
    return {**told, "checkpoints": checkpoints.told(compared, words)}


def _tell(report: Report, compared: Compared | None, words: Words) -> None:
    for sentence in faults.sentences(report, words):
        click.echo(sentence)
    if compared is not None:
        click.echo(checkpoints.sentence(compared, words))
