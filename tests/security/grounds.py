"""A house that is lived in, and every address of its pages; a new page is there by itself, from the
table of routes, and with something to show once it is in tests/browser/tour.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import falcon
from falcon import inspect

from adapters.ids import server_id
from app import routes
from app.identity import credentials
from app.limits import Rate, Turnstile
from tests.app.house import House
from tests.app.reader import Answer, Reader, pages, with_password
from tests.browser.furniture import furnish
from tests.browser.tour import pages_of

NOBODYS = "a" * 26
"""An id that nothing has."""

ID = re.compile(r"(/[a-z/-]+/)([a-z2-7]{26})")
GETS = [page.address for page in routes.PAGES if page.get]
POSTS = [page.address for page in routes.PAGES if page.post]
PLENTY = Rate(burst=1e9, per_second=0)


class Grounds:
    """The pages over a furnished house; Ada, who administers it, has signed in."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.house = House(home)
        self.house.person()
        with_password(self.house)
        self.made = furnish(self.house.groupware, "ada")
        groupware, admin, ada = self.house.groupware, self.house.admin, self.house.account().id
        credentials.reset_activesync_password(groupware, admin, ada, "for phones only")
        self.app = pages(self.house, turnstile=Turnstile(PLENTY, PLENTY), **settings)
        self.ada = Reader(self.app, headers={"Accept-Language": "en"})
        assert self.ada.sign_in().status == 303
        self.shown = [path for name, path in pages_of(self.made).items() if name != "not-found"]
        self._ids = dict(found.groups() for path in self.shown if (found := ID.match(path)))
        with groupware.reading() as connection:
            (password,) = credentials.credentials.of_account(connection, ada)
        self._ids["/my/passwords/"] = server_id(password.id)

    def stranger(self) -> Reader:
        return Reader(self.app, headers=self.ada.headers)

    def at(self, address: str) -> str:
        """An address of the table, with the name of something that is there."""
        before, id, after = address.partition("{id}")
        return f"{before}{self._ids.get(before, NOBODYS)}{after}" if id else address


def routed() -> dict[str, set[str]]:
    """What the framework itself answers: methods by address."""
    app: Any = falcon.App()
    nothing: Any = SimpleNamespace(static=None)
    routes._add_pages(app, nothing)
    return {
        route.path: {each.method for each in route.methods if not each.internal}
        for route in inspect.inspect_routes(app)
    }


@dataclass
class Tag:
    name: str
    attributes: dict[str, str]


class Parsed(HTMLParser):
    """A page as a browser reads it: its tags, and the texts between them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self.texts: list[str] = []
        self.strange: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(data)

    def unknown_decl(self, data: str) -> None:
        self.strange.append(data)

    def handle_pi(self, data: str) -> None:
        self.strange.append(data)

    @property
    def skeleton(self) -> list[tuple[str, ...]]:
        """What is there beside texts and values."""
        return [(tag.name, *tag.attributes) for tag in self.tags]

    def all(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name]


def parsed(answer: Answer) -> Parsed:
    return Parsed(answer.text)
