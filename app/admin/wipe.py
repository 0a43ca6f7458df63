"""/admin/devices/…/wipe: everything on a phone is erased, once somebody is sure and names it."""

from __future__ import annotations

from app.admin import device
from app.devices import wiping
from app.devices.wiping import NotMeant
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from domain.refused import Refused, Unknown
from projections.standing import Portrait


class NotSure(Refused):
    """Somebody has not said that they know what they do."""


def look(visit: Visit) -> Http:
    return _page(visit, _erasable(visit))


def act(visit: Visit) -> Http:
    """First they say that they are sure, then they name the phone: or nothing happens."""
    portrait, form = _erasable(visit), visit.form
    groupware, author = visit.site.groupware, visit.as_administrator
    try:
        if not form.has("sure"):
            raise NotSure("everything on the phone would be erased: say that you know")
        wiping.request_wipe(groupware, author, portrait.phone.id, "device", form.text("name"))
    except (NotSure, NotMeant) as error:
        return _page(visit, portrait, error)
    return visit.go(f"{device.HERE}/{visit.names['id']}", said="wipe_asked")


def _erasable(visit: Visit) -> Portrait:
    """The phone; it is as if this page were not there where nobody has allowed it."""
    portrait = device.portrait_of(visit)
    with visit.site.groupware.reading() as connection:
        if not device.erasable(connection, portrait):
            raise Unknown("phones are not erased whole here")
    return portrait


def _page(visit: Visit, portrait: Portrait, error: Refused | None = None) -> Http:
    return visit.page(
        "admin/wipe.html",
        proving.status(error),
        it=portrait,
        model=wiping.model(portrait.phone),
        sure=visit.form.has("sure"),
        unsure=isinstance(error, NotSure),
        error=proving.why(error, visit),
    )
