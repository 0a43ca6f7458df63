"""/my/contacts/…: one contact: to look at, to make, to change, to remove."""

from __future__ import annotations

from typing import Final

from adapters.ids import server_id
from app.http import Http
from app.my import belongings, contact_form
from app.my.contact_form import GROUPS, Typed
from app.web.visit import Visit
from domain.item import Item
from domain.patch import Values
from domain.refused import Unknown
from projections.directory import display_name

KIND: Final = "contacts"
HERE: Final = "/my/contacts"
PICTURES: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}
"""What a browser may be shown, by its first bytes."""


def look(visit: Visit) -> Http:
    item = belongings.own(visit, KIND)
    values = item.values
    return visit.page(
        "my/contact.html",
        item=item,
        name=display_name(values),
        values=values,
        groups=GROUPS,
        text=contact_form.text_of(values),
        pictured=bool(_type(values)),
        birthday=visit.words.birthday(values["birthday"]) if "birthday" in values else "",
    )


def new(visit: Visit) -> Http:
    return _form(visit, contact_form.shown({}), {})


def create(visit: Visit) -> Http:
    typed = contact_form.typed(visit.form)
    patch, wrong = contact_form.patch_of(typed, {})
    if wrong:
        return _form(visit, typed, wrong)
    id = belongings.add(visit, KIND, patch)
    return visit.go(f"{HERE}/{server_id(id)}", said="contact_made")


def edit(visit: Visit) -> Http:
    item = belongings.own(visit, KIND)
    return _form(visit, contact_form.shown(item.values), {}, item)


def change(visit: Visit) -> Http:
    """What was typed, laid over what the form showed, merged with what came in between."""
    base = belongings.base_of(visit, KIND)
    typed = contact_form.typed(visit.form)
    patch, wrong = contact_form.patch_of(typed, base.values)
    if wrong:
        return _form(visit, typed, wrong, base)
    whole = belongings.edit(visit, KIND, base, patch)
    return visit.go(f"{HERE}/{visit.names['id']}", said="saved" if whole else "set_aside")


def remove(visit: Visit) -> Http:
    belongings.remove(visit, KIND)
    return visit.go(HERE, said="contact_removed")


def picture(visit: Visit) -> Http:
    values = belongings.own(visit, KIND).values
    kind = _type(values)
    if not kind:
        raise Unknown("there is no picture")
    return Http(200, values["picture"], kind)


def _type(values: Values) -> str:
    """As what a contact's picture can be shown; empty if it has none, or none we know."""
    data: bytes = values.get("picture", b"")
    return next((kind for start, kind in PICTURES.items() if data.startswith(start)), "")


def _form(visit: Visit, typed: Typed, wrong: Typed, item: Item | None = None) -> Http:
    return visit.page(
        "my/contact_form.html",
        422 if wrong else 200,
        form=typed,
        wrong=wrong,
        item=item,
        groups=GROUPS,
        name=display_name(item.values) if item else "",
    )
