"""One request to a page: who looks, in which language, with what form; and how it is answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from uuid import UUID

import falcon

from adapters.ids import uuid_of
from app import i18n
from app.http import Http, client_address, public_url
from app.journal import Fields
from app.web import forms
from app.web.forms import Form
from app.web.sessions import Session
from app.web.words import Words
from domain.base import Authorship
from domain.refused import Unknown
from domain.when import Instant
from domain.zone import UTC_ZONE, Zone
from projections.accounts import AccountRow

if TYPE_CHECKING:
    from app.web.site import Site

HTML: Final = "text/html; charset=utf-8"
THEMES: Final = ("auto", "light", "dark")
THEME: Final = "theme"
OWN_PATH: Final = re.compile(r"/(?![/\\])[\w\-./~%?=&+,:@]*", re.ASCII)
YEAR: Final = 365 * 24 * 3600
NOWHERE: Final = "/"
TOO_MANY: Final = 429


@dataclass
class Visit:
    """`names` are the parts of the address that vary. `cookie` is set with the answer."""

    site: Site
    req: falcon.Request
    session: Session | None
    token: str
    names: Mapping[str, str]
    fields: Fields
    cookie: str = ""
    form: Form = field(default_factory=Form)

    # Who looks

    @property
    def person(self) -> AccountRow:
        """Whoever is signed in; a page that is for anybody does not ask."""
        assert self.session is not None, "the page is for who is signed in"
        return self.session.person

    @property
    def signed_in(self) -> bool:
        return self.session is not None and self.session.whole

    @property
    def author(self) -> Authorship:
        """Whose act comes of this request."""
        return self.site.groupware.author(f"user:{self.person.name}", self.fields["request"])

    @property
    def as_administrator(self) -> Authorship:
        """Whose act it is, where somebody decides about others."""
        return self.site.groupware.author(f"admin:{self.person.name}", self.fields["request"])

    @property
    def address(self) -> str:
        return client_address(self.req, self.site.settings)

    @property
    def url(self) -> str:
        """Under which address this server is reached, without a path."""
        return public_url(self.req, self.site.settings)

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return own_path(self.req.relative_uri) if self.req.method == "GET" else NOWHERE

    @property
    def now(self) -> Instant:
        return self.site.groupware.clock()

    @cached_property
    def words(self) -> Words:
        person = self.session.person if self.session else None
        chosen = [person.language] if person and person.language else []
        asked = (self.req.get_header("Accept-Language") or "").split(",")
        wishes = [each.partition(";")[0].strip() for each in asked]
        zone = Zone(person.zone) if person else UTC_ZONE
        return Words(i18n.spoken(*chosen, *wishes), zone)

    @property
    def theme(self) -> str:
        chosen = _cookies(self.req).get(THEME, "")
        return chosen if chosen in THEMES else THEMES[0]

    # What they ask

    @property
    def id(self) -> UUID:
        """The id in the address; Unknown if it can be none."""
        found = uuid_of(self.names["id"])
        if found is None:
            raise Unknown("there is nothing of this name")
        return found

    def asked(self, name: str) -> str:
        """A word of the query; empty if it is not there, or there twice."""
        values = self.req.params.get(name, "")
        return values.strip() if isinstance(values, str) else ""

    def asked_all(self, name: str) -> list[str]:
        """Each word of this name in the query."""
        return [each for each in self.req.get_param_as_list(name) or [] if each]

    def read_form(self) -> None:
        """What was sent, from a page of ours; BadForm, Forged or TooLarge."""
        self.form = forms.read(self.req)
        forms.expect_ours(self.req, self.token, self.form)

    # What they are told

    def page(self, template: str, status: int = 200, **facts: Any) -> Http:
        """A page, by the name of its template. Who has to wait is told so by a header as well."""
        seconds = facts.get("seconds", 0) if status == TOO_MANY else 0
        wait = {"Retry-After": str(seconds)} if seconds else {}
        return Http(status, self.site.pages.render(template, self, facts).encode(), HTML, wait)

    def go(self, path: str, said: str = "") -> Http:
        """On to another page of ours, which says that it is done: `said` is a key below `said`."""
        target = own_path(path)
        if said:
            target += ("&" if "?" in target else "?") + f"said={quote(said)}"
        return Http(303, headers={"Location": target})

    def remember(self, token: str) -> None:
        """The browser comes with this token from now on."""
        self.token = token
        self.cookie = self.site.cookie(self, token)


def own_path(path: str) -> str:
    """`path` if it is one of ours, whatever somebody wrote into a link; else the first page."""
    return path if OWN_PATH.fullmatch(path) else NOWHERE


def _cookies(req: falcon.Request) -> Mapping[str, str]:
    """What the browser brought; a name that is there twice is nobody's."""
    return {
        name: values[0]
        for name in req.cookies
        if len(values := req.get_cookie_values(name) or []) == 1
    }


def cookie_of(req: falcon.Request, name: str) -> str:
    return _cookies(req).get(name, "")
