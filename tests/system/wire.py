"""How a simulated phone speaks: real HTTP over a kept connection, WBXML in both directions."""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Final
from urllib.parse import urlencode

from adapters.wbxml import E, Element, decode, encode
from tests.leaks import secret

ENDPOINT: Final = "/Microsoft-Server-ActiveSync"
WBXML: Final = "application/vnd.ms-sync.wbxml"
POLICY: Final = "MS-EAS-Provisioning-WBXML"


class Unanswered(Exception):
    """The request or its reply was lost, or the server was busy: the phone asks again."""


class Later(Unanswered):
    """The server put the phone off (503), and said for how many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the server is busy for {seconds} s")
        self.seconds = seconds


class Denied(Exception):
    """The server said no, and would say it again."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


@dataclass
class Wire:
    """One phone's connection; `port` may be that of a network in between."""

    host: str
    port: int
    user: str
    password: str
    device: str
    version: str = "16.1"
    kind: str = "iPhone"
    agent: str = "Apple-iPhone14C5/2302.1"
    policy_key: str = "0"
    timeout: float = 30.0
    asked: int = field(default=0, init=False, repr=False)
    unanswered: int = field(default=0, init=False, repr=False)
    _connection: HTTPConnection | None = field(default=None, init=False, repr=False)

    def options(self) -> Mapping[str, str]:
        """What the server says it serves."""
        return dict(self._request("OPTIONS", ENDPOINT, b"").headers)

    def ask(self, command: str, body: Element | None = None) -> Element | None:
        """The reply's document, None if it has none; Unanswered, or Denied."""
        reply = self._request("POST", self._target(command), b"" if body is None else encode(body))
        return decode(reply.content) if reply.content else None

    def begin(self, command: str, body: Element) -> socket.socket:
        """Ask, and do not wait for the reply, which will come out of this socket."""
        ours = self.connect()
        assert self._connection is not None
        self._connection.request("POST", self._target(command), encode(body), self._headers())
        return ours

    def finish(self) -> Element:
        """The reply to what was begun."""
        assert self._connection is not None
        reply = _Reply(self._connection.getresponse())
        assert reply.status == 200, reply.status
        return decode(reply.content)

    def _target(self, command: str) -> str:
        query = urlencode(
            {
                "Cmd": command,
                "User": self.user,
                "DeviceId": self.device,
                "DeviceType": self.kind,
            }
        )
        return f"{ENDPOINT}?{query}"

    def connect(self) -> socket.socket:
        """The socket to the server, opened if it is not."""
        if self._connection is None:
            self._connection = HTTPConnection(self.host, self.port, timeout=self.timeout)
        if self._connection.sock is None:
            self._connection.connect()
        return self._connection.sock

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _request(self, method: str, target: str, data: bytes) -> _Reply:
        self.asked += 1
        try:
            self.connect()
            assert self._connection is not None
            self._connection.request(method, target, data, self._headers())
            response = self._connection.getresponse()
            reply = _Reply(response)
        except (HTTPException, OSError) as error:
            self.close()
            self.unanswered += 1
            raise Unanswered(str(error)) from error
        if reply.status == 503:
            raise Later(int(reply.headers["retry-after"]))
        if reply.status != 200:
            raise Denied(reply.status, reply.headers)
        return reply

    def _headers(self) -> dict[str, str]:
        proof = b64encode(f"{self.user}:{secret(self.password)}".encode()).decode()
        return {
            "Authorization": f"Basic {secret(proof)}",
            "Content-Type": WBXML,
            "MS-ASProtocolVersion": self.version,
            "X-MS-PolicyKey": self.policy_key,
            "User-Agent": self.agent,
        }

    # What every phone does first

    def provision(self) -> None:
        """Both phases (MS-ASPROV 3.1.5.1)."""
        first = self._policy(E("provision:PolicyType", POLICY))
        second = self._policy(
            E("provision:PolicyType", POLICY),
            E("provision:PolicyKey", first),
            E("provision:Status", 1),
        )
        self.policy_key = second

    def _policy(self, *about: Element) -> str:
        self.policy_key = "0"
        asked = E("provision:Policies", E("provision:Policy", *about))
        about_me = E("settings:DeviceInformation", E("settings:Set", E("settings:Model", "Test")))
        introduced = about_me if len(about) == 1 else None
        reply = self.ask("Provision", E("provision:Provision", introduced, asked))
        policies = reply.find("provision:Policies") if reply else None
        policy = policies.find("provision:Policy") if policies else None
        assert policy is not None, reply
        assert policy.text_of("provision:Status") == "1", reply
        return policy.text_of("provision:PolicyKey", "")

    def folders(self) -> dict[str, str]:
        """ServerId by folder type, of the whole hierarchy (MS-ASCMD 2.2.1.5)."""
        body = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
        reply = self.ask("FolderSync", body)
        changes = reply.find("folderhierarchy:Changes") if reply else None
        assert changes is not None, reply
        return {
            each.text_of("folderhierarchy:Type", ""): each.text_of("folderhierarchy:ServerId", "")
            for each in changes.find_all("folderhierarchy:Add")
        }

    def ping(self, folders: list[str], seconds: int) -> tuple[str, list[str]]:
        """Status, and the folders that have news (MS-ASCMD 2.2.1.13)."""
        reply = self.ask("Ping", pinging(folders, seconds))
        assert reply is not None
        named = reply.find("ping:Folders")
        return reply.text_of("ping:Status", ""), [each.value for each in named or ()]


def pinging(folders: list[str], seconds: int) -> Element:
    """What a Ping says (MS-ASCMD 2.2.1.13)."""
    listed = [E("ping:Folder", E("ping:Id", id), E("ping:Class", "Calendar")) for id in folders]
    return E("ping:Ping", E("ping:HeartbeatInterval", seconds), E("ping:Folders", *listed))


class _Reply:
    """Read to its end, so that the connection can be used again."""

    def __init__(self, response: HTTPResponse) -> None:
        with response:  # also one that was cut off lets go of its socket
            self.content = response.read()
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        if self.headers.get("content-length") != str(len(self.content)):
            raise HTTPException("cut off within the headers")
