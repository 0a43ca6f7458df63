"""Set-up by name and password alone: tells a phone where its server is.

Phones write the path in three spellings and more, some with something before it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import Final

import falcon

from adapters.eas import autodiscover
from adapters.eas.autodiscover import Person, Unanswerable
from adapters.eas.reply import Failure
from adapters.eas.status import http_status
from app import errors, journal
from app.eas import Authenticate
from app.groupware import Clock
from app.http import Http, client_address, public_url, read_body
from app.journal import Fields
from app.settings import Settings

XML_PATH: Final = re.compile(r".*/autodiscover/+autodiscover\.xml/*$", re.IGNORECASE)
JSON_PATH: Final = re.compile(
    r".*/autodiscover/+autodiscover\.json(?:/+v[12](?:\.\d)?(?:/+[^/]+)?)?/*$", re.IGNORECASE
)
XML, JSON = "text/xml; charset=utf-8", "application/json; charset=utf-8"
PRIVATE: Final = {"Cache-Control": "private"}


@dataclass(frozen=True)
class Autodiscover:
    settings: Settings
    authenticate: Authenticate
    clock: Clock

    def xml(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Version 1; whoever has no credentials learns nothing but that they are wanted."""
        with journal.entry() as fields:
            fields["command"] = "Autodiscover"
            try:
                answer = self._answer(req, fields)
            except Exception as error:  # the border of one request
                told = errors.answer(error, fields)
                answer = _plainly(told) if isinstance(told, Failure) else told
            fields.update(status=answer.status, out=len(answer.body))
            replace(answer, headers={**answer.headers, **errors.named(fields)}).put(resp)

    def json(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Version 2; the same for every address, so it tells nobody which of them exist."""
        if req.method not in ("GET", "HEAD"):
            Http(405, headers={"Allow": "GET, HEAD"}).put(resp)
            return
        asked = {name.lower(): value for name, value in req.params.items()}
        protocol = asked.get("protocol")
        if isinstance(protocol, list):
            protocol = protocol[0]
        status, body = autodiscover.located(protocol, public_url(req, self.settings))
        Http(status, body, JSON, PRIVATE).put(resp)

    def _answer(self, req: falcon.Request, fields: Fields) -> Http:
        address = client_address(req, self.settings)
        agent = req.get_header("User-Agent") or ""
        account = self.authenticate(req.get_header("Authorization"), address, "", agent).account
        fields["account"] = str(account.id)[:8]
        if req.method not in ("GET", "POST"):
            return Http(405, headers={"Allow": "GET, POST"})
        try:
            autodiscover.expect_question(read_body(req, autodiscover.LARGEST))
        except Unanswerable as error:
            fields["why"] = str(error)
            number = secrets.randbits(32)
            return Http(200, autodiscover.refusal(error.code, self.clock(), number), XML, PRIVATE)
        person = Person(account.mail, account.full_name)
        url = public_url(req, self.settings)
        return Http(200, autodiscover.settings(person, url), XML, PRIVATE)


def _plainly(reply: Failure) -> Http:
    return Http(http_status(reply.status, has_key=False))
