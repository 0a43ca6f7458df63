"""/admin/undo: whose edits and when, reviewed field by field, and undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from adapters.ids import uuid_of
from app.http import Http
from app.log import undo as use
from app.log.undo import Whose
from app.my.undo_shown import Stretch, meant, review
from app.web.visit import Visit
from domain.refused import Unknown
from projections import accounts, devices
from projections.accounts import AccountRow
from projections.devices import PartnershipRow

HERE: Final = "/admin/undo"
FIELDS: Final = ("person", "phone", "connector", "from", "to")


@dataclass(frozen=True)
class Asked:
    """What stands in the form; `phone` is the id of one of the person's, empty for all they did."""

    person: str
    phone: str
    connector: str
    since: str
    until: str

    @classmethod
    def of(cls, words: list[str]) -> Asked:
        return cls(*(word[:100] for word in words))

    @property
    def query(self) -> str:
        words = (self.person, self.phone, self.connector, self.since, self.until)
        return urlencode({name: word for name, word in zip(FIELDS, words, strict=True) if word})


@dataclass(frozen=True)
class Meant:
    """Who that is. `wrong` says that nobody is called so."""

    whose: Whose | None
    person: AccountRow | None
    phones: list[PartnershipRow]
    wrong: bool = False


def look(visit: Visit) -> Http:
    asked = Asked.of([visit.asked(name) for name in FIELDS])
    who = _who(visit, asked)
    stretch = Stretch.asked(visit, asked.since, asked.until)
    found = None
    if who.whose and stretch.complete:
        found = review(visit, who.whose, stretch, *FIELDS)
    return visit.page("admin/undo.html", asked=asked, who=who, stretch=stretch, review=found)


def act(visit: Visit) -> Http:
    """What was reviewed is undone; what is left of it is shown."""
    form = visit.form
    asked = Asked.of([form.text(name) for name in FIELDS])
    who = _who(visit, asked)
    if who.whose is None:
        raise Unknown("it is not said whose edits are meant")
    editions = meant(visit, who.whose, asked.since, form.text("upto"))
    use.undo(visit.site.groupware, visit.as_administrator, editions)
    return visit.go(f"{HERE}?{asked.query}", said="undone")


def _who(visit: Visit, asked: Asked) -> Meant:
    """A phone that is linked to brings its person along."""
    if asked.connector:
        return Meant(use.of_connector(asked.connector), None, [])
    with visit.site.groupware.reading() as connection:
        id = uuid_of(asked.phone)
        phone = devices.by_id(connection, id) if id else None
        person = accounts.find(connection, asked.person) or accounts.by_mail(
            connection, asked.person
        )
        if phone is not None and person is None:
            person = accounts.by_id(connection, phone.account)
        phones = devices.of_account(connection, person.id) if person else []
    if person is None or (asked.phone and phone not in phones):
        return Meant(None, person, phones, bool(asked.person or asked.phone))
    whose = use.of_phone(phone) if phone else use.of_person(visit.site.groupware, person)
    return Meant(whose, person, phones)
