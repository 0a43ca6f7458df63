"""The pages as a whole: what they have in common, and the way of each request through it.

A page is a function of the visit; who may look, the form's mark, the headers and what becomes of
errors are seen to here, so that no page can forget them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from urllib.parse import quote, urlsplit

import falcon

from app import errors, journal
from app.groupware import Groupware
from app.http import Http, public_url
from app.identity.guesses import network
from app.identity.onetime import Post
from app.identity.proof import Prover, TooManyGuesses
from app.journal import Fields
from app.limits import TooMany, TooManyPages, Turnstile
from app.push.following import Followers
from app.settings import Settings
from app.web.forms import BadForm, Forged
from app.web.rendering import Pages
from app.web.sessions import Sessions, digest, new_token
from app.web.static import Static
from app.web.visit import Visit, cookie_of
from domain.refused import Refused, Unknown

Look = Callable[[Visit], Http]
Who = Literal["anybody", "halfway", "person", "administrator"]
"""`halfway` is who has said the password, and not the code yet."""

SIGN_IN: Final = "/sign-in"
CODE: Final = "/sign-in/code"

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SCRIPTED: Final = f"{POLICY}; script-src 'self'"
"""Of the pages that a script of ours makes handier."""

LIVE: Final = f"{SCRIPTED}; connect-src 'self'"
"""Of the pages that are told what is new while they are open: the script may ask for it."""

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
TRANSPORT: Final = {"Strict-Transport-Security": "max-age=31536000"}

TROUBLE: Final[dict[type[Exception], int]] = {
    Unknown: 404,
    Forged: 403,
    BadForm: 400,
    TooManyGuesses: 429,
    TooManyPages: 429,
    Refused: 409,
}
"""What may become of a request that is right with us; all else is as for phones."""

KNOWN: Final = (400, 403, 404, 409, 413, 429, 503)


class NotAllowed(Exception):
    """Signed in, but this is not theirs to see."""


class Insecure(Exception):
    """A password would travel unencrypted."""


@dataclass(frozen=True)
class Page:
    """An address, and what is there: `get` shows it, `post` does what its forms ask."""

    address: str
    get: Look | None = None
    post: Look | None = None
    who: Who = "person"


@dataclass(frozen=True)
class Site:
    """What every page needs."""

    groupware: Groupware
    settings: Settings
    prover: Prover
    sessions: Sessions
    post: Post | None = None
    static: Static = field(default_factory=Static.read)
    turnstile: Turnstile = field(default_factory=Turnstile)
    followers: Followers = field(kw_only=True)

    @property
    def pages(self) -> Pages:
        return Pages(self.static)

    def answer(self, page: Page, look: Look, req: falcon.Request, names: dict[str, str]) -> Http:
        """Whatever happens, a page."""
        with journal.entry() as fields:
            fields["command"] = f"{req.method} {page.address}"
            visit = self._visit(req, names, fields)
            try:
                answer = self._answered(page, look, visit)
            except Exception as error:  # the border of one request: whatever happens stays in it
                answer = self._told(error, visit)
            answer = replace(answer, headers=self._headers(visit, answer))
            fields.update(status=answer.status, out=len(answer.body))
        return answer

    def cookie(self, visit: Visit, token: str) -> str:
        """As a browser is told it; with no token it is told to forget."""
        secure = "; Secure" if self.is_secure(visit.req) else ""
        ends = "" if token else "; Max-Age=0"
        name = self._cookie_name(visit.req)
        return f"{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}"

    def is_secure(self, req: falcon.Request) -> bool:
        return public_url(req, self.settings).startswith("https:")

    def _cookie_name(self, req: falcon.Request) -> str:
        return "__Host-taccuino" if self.is_secure(req) else "taccuino"

    def _visit(self, req: falcon.Request, names: dict[str, str], fields: Fields) -> Visit:
        token = cookie_of(req, self._cookie_name(req))
        return Visit(self, req, None, token, names, fields)

    def _answered(self, page: Page, look: Look, visit: Visit) -> Http:
        browser = digest(visit.token) if visit.token else None
        self.turnstile.expect_pace(browser, network(visit.address))
        if visit.token:
            visit.session = self.sessions.find(visit.token)
        if visit.session is not None:
            visit.fields["account"] = str(visit.person.id)[:8]
        elsewhere = self._elsewhere(page.who, visit)
        if elsewhere:
            return Http(303, headers={"Location": elsewhere})
        if not visit.token:
            visit.remember(new_token())
        if visit.req.method == "POST":
            visit.read_form()
        return look(visit)

    def _elsewhere(self, who: Who, visit: Visit) -> str:
        """Where somebody has to go first; empty if the page is for them."""
        if not (self.is_secure(visit.req) or _is_here(public_url(visit.req, self.settings))):
            raise Insecure
        if who == "anybody":
            return ""
        if visit.session is None:
            back = visit.req.relative_uri if visit.req.method == "GET" else ""
            return f"{SIGN_IN}?back={quote(back)}" if len(back) > 1 else SIGN_IN
        if not visit.signed_in and who != "halfway":
            return CODE
        if who == "administrator" and not visit.person.administrator:
            raise NotAllowed
        return ""

    def _told(self, error: Exception, visit: Visit) -> Http:
        """A page that says what went wrong, and what to do next."""
        status, told = self._status(error, visit.fields)
        why = f"refused.{type(error).__name__}"
        if not visit.words.knows(why):
            why = f"error.{status}.text"
        incident = str(visit.fields.get("incident", ""))
        seconds = getattr(error, "retry_after", 0)
        page = visit.page(
            "error.html", status, code=status, why=why, incident=incident, seconds=seconds
        )
        kept = {name: value for name, value in told.items() if name == "Retry-After"}
        return replace(page, headers={**page.headers, **kept})

    def _status(self, error: Exception, fields: Fields) -> tuple[int, dict[str, str]]:
        if isinstance(error, NotAllowed | Insecure):
            fields["why"] = type(error).__name__
            return 403, {}
        for kind in type(error).__mro__:
            if kind in TROUBLE:
                fields["why"] = type(error).__name__
                if isinstance(error, TooMany):
                    fields["times"] = error.times
                return TROUBLE[kind], {}
        told = errors.answer(error, fields)
        if not isinstance(told, Http):
            return 400, {}
        return (told.status if told.status in KNOWN else 503), dict(told.headers)

    def _headers(self, visit: Visit, answer: Http) -> dict[str, str]:
        headers = {**HEADERS, **answer.headers, **errors.named(visit.fields)}
        if self.is_secure(visit.req):
            headers |= TRANSPORT
        return headers | ({"Set-Cookie": visit.cookie} if visit.cookie else {})


def _is_here(url: str) -> bool:
    """Whether the server is on the reader's own machine, where nobody listens in between."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
