"""/my/phones/…/undo: what one's own phone did in a stretch of time, looked at and taken back."""

from __future__ import annotations

from urllib.parse import urlencode

from app.http import Http
from app.log import undo as use
from app.my.phones import HERE, expect_phone
from app.my.undo_shown import Stretch, meant, review
from app.web.visit import Visit


def look(visit: Visit) -> Http:
    phone = expect_phone(visit)
    stretch = Stretch.asked(visit, visit.asked("from"), visit.asked("to"))
    found = None
    if stretch.complete:
        found = review(visit, use.of_phone(phone.row), stretch, "from", "to")
    return visit.page(
        "my/undo.html",
        phone=phone,
        place=f"{HERE}/{visit.names['id']}/undo",
        stretch=stretch,
        review=found,
    )


def act(visit: Visit) -> Http:
    """What was reviewed is undone, as if its owner put it right by hand."""
    phone, form = expect_phone(visit), visit.form
    editions = meant(visit, use.of_phone(phone.row), form.text("from"), form.text("upto"))
    use.undo(visit.site.groupware, visit.author, editions)
    asked = urlencode({"from": form.text("from"), "to": form.text("to")})
    return visit.go(f"{HERE}/{visit.names['id']}/undo?{asked}", said="undone")
