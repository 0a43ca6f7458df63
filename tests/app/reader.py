"""Somebody at the pages without a browser: cookies are kept, forms carry their mark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import urlencode

from falcon import testing

from app import people
from app.auth import Authenticator, Unauthorized
from app.eas import ActiveSync
from app.identity.judging import LoginCheck
from app.identity.logins import logins
from app.identity.proof import Prover
from app.limits import Turnstile
from app.push.following import Followers
from app.routes import create_app
from app.settings import Settings
from app.web.sessions import Sessions
from app.web.site import Site
from tests.app.house import House
from tests.app.shell import authenticate, welcome
from tests.app.test_auth import basic
from tests.leaks import secret

PASSWORD = "correct horse battery"


@dataclass
class Answer:
    """What came back. Cookies are as they were set, with their flags."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def cookies(self) -> dict[str, str]:
        set_ = (value for key, value in self.headers if key.lower() == "set-cookie")
        return {each.partition("=")[0]: each.partition("=")[2] for each in set_}

    @property
    def mark(self) -> str:
        found = re.search(r'name="mark" value="(\w+)"', self.text)
        return found[1] if found else ""

    def field(self, name: str) -> str:
        """What stands in a field of the form."""
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', self.text)
        assert found, f"there is no field {name}"
        return unescape(found[1])


@dataclass
class Reader:
    """A browser of its own at this house's pages. `host` and `scheme` are of its address line."""

    app: Any
    host: str = "localhost"
    scheme: str = "http"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    last: Answer | None = None

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        path, _, query = target.partition("?")
        given = {"Host": self.host, "Accept": "text/html", **self.headers}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        environ = testing.create_environ(
            path,
            query_string=query,
            method=method,
            body=body,
            headers=given,
            scheme=self.scheme,
            host=self.host,
        )
        told: list[Any] = []
        chunks = self.app(environ, lambda status, fields, *_: told.extend((status, fields)))
        answer = Answer(int(told[0][:3]), told[1], b"".join(chunks))
        for name, value in answer.cookies.items():
            value, _, flags = value.partition(";")
            if "Max-Age=0" in flags:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        for value in (answer.mark, *self.cookies.values()):
            secret(value)
        if answer.mark:
            self.last = answer
        return answer

    def get(self, target: str, **headers: str) -> Answer:
        return self.ask("GET", target, **headers)

    def post(self, target: str, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        """The form, with the mark of the page seen last unless it brings one of its own."""
        fields = {"mark": self.last.mark if self.last else "", **(form or {})}
        given = {"Content_Type": "application/x-www-form-urlencoded", **headers}
        return self.ask("POST", target, urlencode(fields, doseq=True).encode(), **given)

    def sign_in(self, name: str = "ada", password: str = PASSWORD, back: str = "") -> Answer:
        page = self.get(f"/sign-in?{urlencode({'back': back})}" if back else "/sign-in")
        form = {"name": name, "password": password, "back": page.field("back")}
        return self.post("/sign-in", form)


def pages(
    house: House,
    post: Any = None,
    turnstile: Turnstile | None = None,
    login: LoginCheck | None = None,
    **settings: Any,
) -> Any:
    """The application over a house, as `wsgi.start` has it."""
    chosen = Settings(home=house.settings.home, **settings)
    prover = Prover(house.groupware, login or logins(chosen, house.groupware))
    sessions, followers = Sessions(house.groupware), Followers(house.hub)
    site = Site(house.groupware, chosen, prover, sessions, post, followers=followers)
    site = replace(site, turnstile=turnstile) if turnstile else site
    phones = ActiveSync(house.groupware, house.hub, chosen, authenticate, welcome, {})
    return create_app(phones, site)


def with_password(house: House, name: str = "ada") -> None:
    people.set_password(house.groupware, house.admin, house.account(name).id, PASSWORD)


def in_rome(house: House) -> House:
    """Ada has a password, and lives there."""
    with_password(house)
    people.choose_zone(house.groupware, house.admin, house.account().id, "Europe/Rome")
    return house


def with_administrator(house: House) -> None:
    """Root, who decides about others."""
    people.open_account(
        house.groupware, house.admin, "root", "root@example.org", administrator=True
    )
    with_password(house, "root")


def signed_in(house: House, name: str = "ada", post: Any = None, **settings: Any) -> Reader:
    """Somebody at the pages."""
    reader = Reader(pages(house, post, **settings))
    reader.sign_in(name)
    reader.get("/my")
    return reader


def administrator(house: House, post: Any = None, **settings: Any) -> Reader:
    """Root at the pages, signed in."""
    return signed_in(house, "root", post, **settings)


def let_in(house: House, secret: str) -> bool:
    """Whether a phone of the reader comes in by this secret."""
    try:
        Authenticator(house.groupware).principal(basic(f"ada:{secret}"), "192.0.2.7")
    except Unauthorized:
        return False
    return True
