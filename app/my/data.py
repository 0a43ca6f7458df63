"""/my/settings/data: everything that is held on the reader, as one file."""

from __future__ import annotations

from app.holdings import Holdings
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from app.web.zipped import as_zip
from domain.refused import Refused


def look(visit: Visit) -> Http:
    return _ask(visit)


def take(visit: Visit) -> Http:
    """The file itself; or ask again, and say what was wrong."""
    if visit.form.has("send"):
        error = proving.send_code(visit)
        return _ask(visit, error, sent=error is None)
    site, person = visit.site, visit.person
    try:
        site.prover.expect(visit.author, person.id, proving.proof(visit))
        with site.groupware.reading() as connection:
            held = Holdings(site.groupware, connection, visit.words)
            return as_zip("taccuino", held.of_person(person.id))
    except Refused as error:
        return _ask(visit, error)


def _ask(visit: Visit, error: Refused | None = None, sent: bool = False) -> Http:
    return visit.page(
        "my/data.html",
        proving.status(error),
        sent=sent,
        error=proving.why(error, visit),
        seconds=proving.seconds(error),
    )
