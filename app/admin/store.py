"""/admin/store: whether the store is what its log says, and what to keep elsewhere to show it."""

from __future__ import annotations

from typing import Final

from app import backup
from app.http import Http
from app.log import checkpoints, faults, proofs
from app.log.checkpoints import Compared, NoCheckpoint
from app.web import proving
from app.web.visit import Visit
from domain.refused import Unknown
from projections import logbook

HERE: Final = "/admin/store"
SHOWN: Final = 10
"""So many faults are told; the command tells all."""


def look(visit: Visit) -> Http:
    return _page(visit)


def act(visit: Visit) -> Http:
    """Begin to prove it, or hold checkpoints against it."""
    name = visit.form.text("act")
    if name == "prove":
        proofs.begin(visit.site.settings)
        return visit.go(HERE, said="store_proving")
    if name == "compare":
        home, lines = visit.site.settings.home, visit.form.text("lines")
        try:
            return _page(visit, checkpoints.compare(visit.site.groupware, home, lines))
        except NoCheckpoint as error:
            return _page(visit, error=error)
    raise Unknown("nothing is called like this")


def _page(
    visit: Visit, compared: Compared | None = None, error: NoCheckpoint | None = None
) -> Http:
    site, settings = visit.site, visit.site.settings
    proof, words = proofs.last(settings), visit.words
    found = proof.report.faults if proof else ()
    with site.groupware.reading() as connection:
        length = logbook.last(connection)
        shown = [
            (faults.sentence(each, words), list(faults.places(connection, each, words)))
            for each in found[:SHOWN]
        ]
    return visit.page(
        "admin/store.html",
        proving.status(error),
        length=length,
        proof=proof,
        found=found,
        shown=shown,
        steps=faults.steps(found, words),
        running=proofs.is_running(settings.home),
        backup=backup.last(settings),
        line=checkpoints.sign(site.groupware, settings.home),
        signer=checkpoints.signer(settings.home),
        compared=compared,
        verdict=checkpoints.sentence(compared, words) if compared else "",
        error=proving.why(error, visit),
    )
