"""The question before everything that has to do with secrets: the login password, then the code.

It stands in one form with what is to be done. Codes by mail are sent when a button asks for one.
"""

from __future__ import annotations

from app.identity import onetime
from app.identity.proof import Proof
from app.web.visit import Visit
from domain.refused import Refused
from projections import accounts


def proof(visit: Visit) -> Proof:
    form = visit.form
    return Proof(form.secret("proof"), form.text("code"), visit.address)


def send_code(visit: Visit) -> Refused | None:
    """A code by mail; why it did not go out, if it did not."""
    site = visit.site
    try:
        onetime.send_code(site.groupware, site.post, visit.person, visit.words.language)
    except Refused as error:
        return error
    return None


def stay_signed_in(visit: Visit) -> None:
    """Where their secrets are others now by their own doing, this session goes on, and all others
    end."""
    with visit.site.groupware.reading() as connection:
        person = accounts.by_id(connection, visit.person.id)
    if person is not None and person.epoch != visit.person.epoch:
        visit.remember(visit.site.sessions.renew(visit.token, person))
        visit.session = visit.site.sessions.find(visit.token)


def why(error: Refused | None, visit: Visit) -> str:
    """What is said of it: the text of its kind, or of what is like it."""
    if error is None:
        return ""
    kinds = (f"refused.{kind.__name__}" for kind in type(error).__mro__)
    return next(key for key in kinds if visit.words.knows(key))


def seconds(error: Refused | None) -> int:
    return round(getattr(error, "retry_after", 0))


def status(error: Refused | None) -> int:
    if error is None:
        return 200
    return 429 if hasattr(error, "retry_after") else 422
