"""/my/phones: one's own phones, how they are, and the end of one's partnership."""

from __future__ import annotations

from typing import Final

from app.devices import phones as use
from app.http import Http
from app.my.states import Phone, shown_phones
from app.web.visit import Visit
from domain.refused import Unknown

HERE: Final = "/my/phones"


def look(visit: Visit) -> Http:
    return visit.page("my/phones.html", phones=shown_phones(visit), now=visit.now)


def one(visit: Visit) -> Http:
    return visit.page("my/phone.html", phone=expect_phone(visit), now=visit.now)


def rename(visit: Visit) -> Http:
    """The name its person gives it; without one it goes by its own."""
    phone = expect_phone(visit)
    use.call_it(visit.site.groupware, visit.author, phone.row.id, visit.form.text("label"))
    return visit.go(f"{HERE}/{visit.names['id']}", said="phone_renamed")


def remove(visit: Visit) -> Http:
    """It is forgotten; should it come again, it is a new one."""
    use.forget(visit.site.groupware, visit.author, expect_phone(visit).row.id)
    return visit.go(HERE, said="phone_removed")


def expect_phone(visit: Visit) -> Phone:
    """The one in the address; Unknown if it is not the reader's."""
    id = visit.id
    for phone in shown_phones(visit):
        if phone.row.id == id:
            return phone
    raise Unknown("you have no such phone")
