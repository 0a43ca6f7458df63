"""/admin/devices/…/ceiling: the newest version that is spoken with one phone."""

from __future__ import annotations

from app.admin.user_edit import VERSIONS
from app.devices import phones
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from domain.refused import Refused, Unknown
from projections import devices
from projections.devices import PartnershipRow


def look(visit: Visit) -> Http:
    phone = _phone(visit)
    return _form(visit, phone, phone.ceiling)


def save(visit: Visit) -> Http:
    phone, version = _phone(visit), visit.form.text("ceiling")
    try:
        phones.set_ceiling(visit.site.groupware, visit.as_administrator, phone.id, version)
    except Refused as error:
        return _form(visit, phone, version, error)
    return visit.go(f"/admin/devices/{visit.names['id']}", said="saved_only")


def _form(visit: Visit, phone: PartnershipRow, ceiling: str, error: Refused | None = None) -> Http:
    return visit.page(
        "admin/device_ceiling.html",
        proving.status(error),
        phone=phone,
        ceiling=ceiling,
        versions=VERSIONS,
        error=proving.why(error, visit),
    )


def _phone(visit: Visit) -> PartnershipRow:
    with visit.site.groupware.reading() as connection:
        found = devices.by_id(connection, visit.id)
    if found is None:
        raise Unknown("there is no such phone")
    return found
