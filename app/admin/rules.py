"""/admin/rules: which phones may come in, by what they are; a rule is tried before it is added."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from app.devices import access as use
from app.http import Http
from app.web import proving
from app.web.visit import Visit
from domain.access import ABOUT, ACCESSES, About, Access
from domain.refused import Refused, Unknown
from projections import access, devices

HERE: Final = "/admin/rules"


@dataclass(frozen=True)
class Typed:
    """The rule in the form; `place` is counted from 1, empty for the last."""

    about: About = "model"
    pattern: str = ""
    access: Access = "block"
    place: str = ""

    @property
    def index(self) -> int | None:
        return int(self.place) - 1 if self.place else None


def look(visit: Visit) -> Http:
    return _page(visit, Typed())


def act(visit: Visit) -> Http:
    """What a button says: try a rule, add it, or remove one."""
    name, typed = visit.form.text("act"), _typed(visit)
    groupware, author = visit.site.groupware, visit.as_administrator
    rule = typed.about, typed.pattern, typed.access
    try:
        if name == "try":
            trial = use.try_rule(groupware, *rule, typed.index)
            return visit.page("admin/rule_sure.html", typed=typed, trial=trial)
        if name == "add":
            use.put_rule(groupware, author, *rule, typed.index)
        elif name == "remove":
            use.remove_rule(groupware, author, typed.about, typed.pattern)
        else:
            raise Unknown("nothing is called like this")
    except Unknown:
        raise
    except Refused as error:
        return _page(visit, typed, error)
    return visit.go(HERE, said="saved_only")


def _typed(visit: Visit) -> Typed:
    """What was chosen; what cannot be chosen is not found."""
    form, plain = visit.form, Typed()
    about = next((each for each in ABOUT if each == form.text("about")), None)
    access = next(
        (each for each in ACCESSES if each == (form.text("access") or plain.access)), None
    )
    place = form.text("place")
    good = not place or (place.isascii() and place.isdecimal() and int(place[:4]) > 0)
    if about is None or access is None or not good:
        raise Unknown("there is no such rule")
    return Typed(about, form.text("pattern"), access, place[:4])


def _page(visit: Visit, typed: Typed, error: Refused | None = None) -> Http:
    with visit.site.groupware.reading() as connection:
        rules = access.rules(connection)
        others = access.default(connection)
        decided = Counter(each.access_rule for each in devices.all_devices(connection))
    return visit.page(
        "admin/rules.html",
        proving.status(error),
        rules=[(rule, decided[rule.text]) for rule in rules],
        others=others,
        about=ABOUT,
        accesses=ACCESSES,
        typed=typed,
        error=proving.why(error, visit),
    )
