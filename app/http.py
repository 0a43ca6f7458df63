"""An HTTP answer as a value, and what the server adds to each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from falcon import Request, Response
from gunicorn.http.errors import ParseException

from adapters.eas.request import CONTENT, TooLarge
from adapters.eas.status import Refusal
from app.settings import Settings

PLAIN: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Http:
    """A body goes with a content type; an empty one has neither type nor encoding. A `stream` goes
    out piece by piece as it comes, in the place of a body."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterator[bytes] | None = None

    def put(self, resp: Response) -> None:
        resp.status = self.status
        if self.stream is None:
            resp.data = self.body
        else:
            resp.stream = self.stream
        resp.set_headers(dict(self.headers))
        if self.body or self.stream is not None:
            resp.content_type = self.content_type


def words(status: int, text: str, **headers: str) -> Http:
    """A sentence for whoever looks with a browser."""
    return Http(status, f"{text}\n".encode(), PLAIN, headers)


def client_address(req: Request, settings: Settings) -> str:
    """Who asks: the peer, or whom our own proxies name; others' claims count for nothing."""
    address = req.remote_addr
    claims = (req.get_header("X-Forwarded-For") or "").split(",")
    while settings.trusts(address) and claims:
        claimed = claims.pop().strip()
        if not claimed:
            break
        address = claimed
    return address


def public_url(req: Request, settings: Settings) -> str:
    """Under which address this server is reached, without a path."""
    if settings.public_url:
        return settings.public_url
    scheme, host = req.scheme, req.get_header("Host") or ""
    if settings.trusts(req.remote_addr):
        scheme = req.get_header("X-Forwarded-Proto") or scheme
        host = req.get_header("X-Forwarded-Host") or host
    return f"{scheme.lower()}://{host or req.netloc}"


def read_body(req: Request, most: int) -> bytes:
    """The whole body, whether its length was announced or it comes in chunks; TooLarge, or
    Refusal if it was cut off on the way. It can be read again: a request that waits will be."""
    announced = req.env.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and int(announced) > most:
        raise TooLarge
    try:
        data: bytes = req.env["wsgi.input"].read(most + 1)
    except (OSError, ParseException):
        raise Refusal(CONTENT, "the body was cut off or its chunks are wrong") from None
    if len(data) > most:
        raise TooLarge
    if announced.isdecimal() and len(data) < int(announced):
        raise Refusal(CONTENT, "the body was cut off")
    req.env["wsgi.input"] = BytesIO(data)
    return data
