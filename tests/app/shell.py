"""The HTTP shell on an empty store, with the people and commands a test chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from falcon import testing

from adapters.eas.reply import Reply
from adapters.eas.request import WBXML, Request
from adapters.wbxml import Element, decode, encode
from app.auth import Principal, Unauthorized
from app.composition import open_groupware
from app.context import Command, Context
from app.eas import ActiveSync
from app.limits import Pace
from app.push.wake import WakeHub
from app.routes import create_app
from app.settings import Settings
from domain.account import OutOfOffice
from projections.accounts import AccountRow
from projections.devices import PartnershipRow

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ACCOUNT = AccountRow(
    id=UUID(int=1),
    name="anna",
    mail="anna@example.org",
    full_name="Anna & Co <Ltd>",
    zone="Europe/Rome",
    administrator=False,
    enabled=True,
    login_hash="",
    policy="",
    out_of_office=OutOfOffice.of({}),
    epoch=1,
)
RIGHT = "Basic YW5uYTpzZWNyZXQ="


def a_phone(**facts: Any) -> PartnershipRow:
    plain: dict[str, Any] = dict.fromkeys(PartnershipRow.__dataclass_fields__)
    return PartnershipRow(**{**plain, "id": UUID(int=2), "account": ACCOUNT.id, **facts})


def authenticate(header: str | None, address: str, device: str, agent: str) -> Principal:
    if header != RIGHT:
        raise Unauthorized
    return Principal(ACCOUNT)


def welcome(groupware: object, account: object, request: Request, *_: object) -> PartnershipRow:
    return a_phone(device=request.device_id)


@dataclass
class Response:
    """What came back. Header names are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return {key.lower(): value for key, value in self.headers.items()}.get(name.lower())

    @property
    def root(self) -> Element:
        return decode(self.body)


@dataclass
class Shell:
    home: Path
    commands: Mapping[str, Command] = field(default_factory=dict)
    authenticate: Callable[..., Principal] = authenticate
    admit: Callable[..., PartnershipRow | None] = welcome
    settings: dict[str, Any] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        settings = Settings(home=self.home, **self.settings)
        self.hub = WakeHub(settings.sockets)
        self.groupware = open_groupware(self.home, lambda: NOW, self.hub.ring)
        self.app = create_app(
            ActiveSync(
                self.groupware,
                self.hub,
                settings,
                self.authenticate,
                self.admit,
                self.commands,
                self.pace,
            )
        )

    def close(self) -> None:
        self.hub.close()
        self.groupware.pool.close()

    def ask(
        self,
        method: str = "GET",
        path: str = "/Microsoft-Server-ActiveSync",
        query: str = "",
        body: bytes = b"",
        **headers: str,
    ) -> Response:
        """One request; `headers` are spelt with underscores."""
        spelt = {name.replace("_", "-"): value for name, value in headers.items()}
        environ = testing.create_environ(
            path, query_string=query, body=body, method=method, headers=spelt
        )
        answered: list[Any] = []
        chunks = self.app(environ, lambda status, fields, *_: answered.extend((status, fields)))
        status, fields = answered
        names = [name.lower() for name, _ in fields]
        assert len(names) == len(set(names)), "a field is there once"
        return Response(int(status[:3]), dict(fields), b"".join(chunks))

    def post(
        self,
        command: str,
        version: str = "14.1",
        body: Element | bytes | None = None,
        query: str = "",
        **headers: str,
    ) -> Response:
        """A command of a phone that knows the password."""
        line = f"Cmd={command}&User=anna&DeviceId=PHONE1&DeviceType=iPhone"
        data = encode(body) if isinstance(body, Element) else body or b""
        given = {"Authorization": RIGHT, "MS_ASProtocolVersion": version}
        if data:
            given["Content_Type"] = WBXML
        return self.ask("POST", query=query or line, body=data, **{**given, **headers})


def answering(reply: Reply | Exception, **facts: Any) -> Command:
    """A command that always answers the same, or fails the same way."""

    def handle(context: Context, request: Request) -> Reply:
        if isinstance(reply, Exception):
            raise reply
        return reply

    return Command(handle, **facts)
