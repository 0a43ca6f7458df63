"""/my/second-factor: a code beside the login password: chosen, confirmed, and turned off.

No phone can show a code. So whoever turns it on is shown which phones will stop, and says in the
same dialog by which ActiveSync password they come in from then on; whoever cancels has changed
nothing. What is secret (the app's key, recovery codes) stands in answers only, at no address.
"""

from __future__ import annotations

from typing import Final, cast

import segno
from markupsafe import Markup

from app.http import Http
from app.identity import onetime, passwords
from app.identity import secondfactor as use
from app.web import proving
from app.web.visit import Visit
from domain.credentials import Factor
from domain.refused import Refused, Unknown
from projections import codes

HERE: Final = "/my/second-factor"
CHOICES: Final = ("app", "mail")


def look(visit: Visit) -> Http:
    return visit.page("my/second_factor.html", mail=visit.site.post is not None)


def turn_on(visit: Visit) -> Http:
    return _begin(visit, _factor(visit.asked("factor")))


def begin(visit: Visit) -> Http:
    """Whoever proves to be themselves is asked for a first code."""
    factor, site = _factor(visit.form.text("factor")), visit.site
    if visit.form.has("send"):
        error = proving.send_code(visit)
        return _begin(visit, factor, error, sent=error is None)
    try:
        use.begin(
            site.prover,
            visit.author,
            visit.person.id,
            proving.proof(visit),
            factor,
            site.post,
            visit.words.language,
        )
    except Refused as error:
        return _begin(visit, factor, error)
    return _confirm(visit)


def confirm(visit: Visit) -> Http:
    """The first code; and the password for phones, if they need one and have none."""
    form, person = visit.form, visit.person
    chosen = (form.text("password") or passwords.generate()) if _needs_password(visit) else None
    try:
        recovery = use.enrol(
            visit.site.prover,
            visit.author,
            person.id,
            form.text("code"),
            chosen,
            visit.address,
        )
    except Refused as error:
        return _confirm(visit, error)
    proving.stay_signed_in(visit)
    return visit.page("my/second_factor_done.html", codes=recovery, password=chosen)


def codes_anew(visit: Visit) -> Http:
    return _ask(visit, "codes")


def make_codes(visit: Visit) -> Http:
    """Other recovery codes in the place of all there were."""
    if visit.form.has("send"):
        return _ask(visit, "codes", proving.send_code(visit))
    try:
        recovery = use.make_recovery_codes(
            visit.site.prover, visit.author, visit.person.id, proving.proof(visit)
        )
    except Refused as error:
        return _ask(visit, "codes", error)
    return visit.page("my/second_factor_done.html", codes=recovery, password=None)


def turn_off(visit: Visit) -> Http:
    return _ask(visit, "off")


def off(visit: Visit) -> Http:
    """The login password is enough again."""
    if visit.form.has("send"):
        return _ask(visit, "off", proving.send_code(visit))
    try:
        use.turn_off(visit.site.prover, visit.author, visit.person.id, proving.proof(visit))
    except Refused as error:
        return _ask(visit, "off", error)
    proving.stay_signed_in(visit)
    return visit.go(HERE, said="factor_off")


def _begin(visit: Visit, factor: Factor, error: Refused | None = None, sent: bool = False) -> Http:
    with visit.site.groupware.reading() as connection:
        phones = use.phones_that_would_stop(connection, visit.person.id)
    return visit.page(
        "my/second_factor_begin.html",
        proving.status(error),
        factor=factor,
        phones=phones,
        needs=_needs_password(visit),
        sent=sent,
        error=proving.why(error, visit),
        seconds=proving.seconds(error),
    )


def _confirm(visit: Visit, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        begun = codes.enrolment(connection, visit.person.id)
    if begun is None:
        return visit.go(HERE)
    secret = onetime.open_secret(visit.site.groupware, visit.person, begun.sealed)
    return visit.page(
        "my/second_factor_confirm.html",
        proving.status(error),
        factor=begun.factor,
        secret=secret,
        drawn=_drawn(secret, visit.person.mail) if secret else "",
        needs=_needs_password(visit),
        shortest=passwords.SHORTEST,
        chosen=visit.form.text("password"),
        error=proving.why(error, visit),
        seconds=proving.seconds(error),
    )


def _ask(visit: Visit, act: str, error: Refused | None = None) -> Http:
    return visit.page(
        "my/second_factor_act.html",
        proving.status(error),
        act=act,
        error=proving.why(error, visit),
        seconds=proving.seconds(error),
    )


def _needs_password(visit: Visit) -> bool:
    return visit.person.enabled and not visit.person.has_activesync_password


def _factor(text: str) -> Factor:
    if text not in CHOICES:
        raise Unknown("there is no such factor")
    return cast(Factor, text)


def _drawn(secret: str, mail: str) -> Markup:
    """The QR code within the page: the secret stands at no address."""
    code = segno.make(onetime.provisioning_uri(secret, mail), error="m", micro=False)
    return Markup(code.svg_inline(scale=1, border=4, dark="#000", light="#fff", omitsize=True))
