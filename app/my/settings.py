"""/my/settings: language, time zone, and where one is signed in."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from app import i18n, people
from app.http import Http
from app.web.visit import Visit
from projections import sessions

HERE: Final = "/my/settings"


def look(visit: Visit) -> Http:
    with visit.site.groupware.reading() as connection:
        signed_in = sessions.count(connection, visit.person.id)
    names = sorted(zone for zone in people.zones() if "/" in zone and not zone.startswith("Etc/"))
    regions = [(region, list(zones)) for region, zones in groupby(names, lambda z: z.split("/")[0])]
    return visit.page(
        "my/settings.html", languages=i18n.LANGUAGES, regions=regions, signed_in=signed_in
    )


def save(visit: Visit) -> Http:
    """Language and zone; whatever is as it was stays untouched."""
    person, form, groupware = visit.person, visit.form, visit.site.groupware
    language, zone = form.text("language"), form.text("zone")
    if zone != person.zone:
        people.choose_zone(groupware, visit.author, person.id, zone)
    if language != person.language:
        people.choose_language(groupware, visit.author, person.id, language)
    return visit.go(HERE, said="saved")
