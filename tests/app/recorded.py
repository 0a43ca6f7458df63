"""A house whose phones come through the whole endpoint, so that they can be recorded."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import falcon
from falcon import testing

from adapters.eas.reply import Answer, Empty, Failure, Reply
from adapters.eas.request import WBXML, Request
from adapters.wbxml import decode, encode
from app.auth import Principal
from app.commands import COMMANDS
from app.devices.admission import admit
from app.eas import STAY, ActiveSync
from app.log.recording import Exchange, Recorder, Told, opened, record
from app.push.stay import Parked, Stay
from domain.partnership import Partnership
from projections import recorded
from tests.app.house import PHONE, House


class Troubled(Exception):
    """The answer was another HTTP status than 200."""


class Studio(House):
    """A request goes in as bytes and comes out as bytes; `raw` are the last, as they went out."""

    def __init__(self, home: Path, **how: Any) -> None:
        super().__init__(home, **how)
        self.raw = Told(0, {}, b"")
        self.headers: dict[str, str] = {}

    @property
    def endpoint(self) -> ActiveSync:
        return ActiveSync(
            groupware=self.groupware,
            hub=self.hub,
            settings=self.settings,
            authenticate=lambda *_: Principal(self.account(self._who)),
            admit=admit,
            commands=COMMANDS,
            recorder=Recorder(self.groupware, looked_every=0),
        )

    def _reply(self, request: Request, name: str) -> Reply:
        self._who = name
        environment, stay = self._environment(request), Stay()
        environment[STAY] = stay
        response = falcon.Response()
        endpoint = self.endpoint
        try:
            while not self._answered(endpoint, falcon.Request(environment), response):
                stay.wait()
        finally:
            stay.end()
        return self._heard(response)

    def _answered(
        self, endpoint: ActiveSync, req: falcon.Request, response: falcon.Response
    ) -> bool:
        try:
            endpoint(req, response)
        except Parked:
            return False
        return True

    def _heard(self, response: falcon.Response) -> Reply:
        status = falcon.http_status_to_code(response.status)
        body = response.data or b""
        self.raw = Told(status, dict(response.headers), body)
        if status != 200:
            raise Troubled(status)
        if not body:
            return Empty()
        root = decode(gzip.decompress(body) if "content-encoding" in response.headers else body)
        said = int(root.text_of(f"{root.name.partition(':')[0]}:Status", "1"))
        return Failure(said) if said > 100 else Answer(root)

    def _environment(self, request: Request) -> dict[str, Any]:
        query = f"Cmd={request.command}&User={quote(request.user)}&DeviceId={request.device_id}"
        headers: Mapping[str, str] = {
            "MS-ASProtocolVersion": request.version.text,
            "User-Agent": request.user_agent,
            **({} if request.policy_key is None else {"X-MS-PolicyKey": str(request.policy_key)}),
            **self.headers,
        }
        body = b"" if request.body is None else encode(request.body)
        made: dict[str, Any] = testing.create_environ(
            "/Microsoft-Server-ActiveSync",
            f"{query}&DeviceType={request.device_type}",
            method="POST",
            headers={**headers, **({"Content-Type": WBXML} if body else {})},
            body=body,
            remote_addr=request.address,
        )
        made["wsgi.input"] = BytesIO(body)
        return made

    def record(self, name: str = "ada", device: str = PHONE, hours: int = 1) -> None:
        """Keep what this phone says from now on, whether or not it was here before."""
        id = Partnership.id_of(self.account(name).id, device)
        record(self.groupware, self.admin, id, timedelta(hours=hours), "it loses things")

    def exchanges(self, name: str = "ada", device: str = PHONE) -> list[Exchange]:
        id = Partnership.id_of(self.account(name).id, device)
        with self.groupware.reading() as connection:
            return [opened(self.groupware, row) for row in recorded.kept(connection, id)]
