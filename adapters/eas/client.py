"""A small ActiveSync client: what a phone says, in the order a phone says it (MS-ASHTTP 2.2.1).

It keeps the keys it is given (policy, hierarchy, one for each collection) and nothing else, and
believes what it is told. `doctor` looks at a server from outside with it, and so do our tests.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from adapters.eas.provision import policy_type
from adapters.eas.version import Version
from adapters.eas.wire import Reply, Wire
from adapters.wbxml import E, Element, decode, encode

WBXML: Final = "application/vnd.ms-sync.wbxml"
OK: Final = 1
CLASSES: Final = {"calendar": "Calendar", "contacts": "Contacts"}
HOLDS: Final = {8: "calendar", 13: "calendar", 9: "contacts", 14: "contacts"}
"""What a folder of this type holds (MS-ASCMD 2.2.3.186.3)."""


class HttpRefusal(Exception):
    """The server answered with an HTTP code that is no success."""

    def __init__(self, command: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"{command}: HTTP {status}")
        self.command = command
        self.status = status
        self.headers = headers


class StatusRefusal(Exception):
    """The server understood the command, and its Status says no."""

    def __init__(self, command: str, status: int) -> None:
        super().__init__(f"{command}: Status {status}")
        self.command = command
        self.status = status


class NotActiveSync(Exception):
    """Something answers, but it does not speak the protocol."""


@dataclass(frozen=True)
class Offer:
    """What OPTIONS says (MS-ASHTTP 2.2.3)."""

    versions: tuple[str, ...]
    commands: tuple[str, ...]

    @property
    def best(self) -> Version | None:
        """The newest version that both sides know."""
        known = [version for version in Version if version.text in self.versions]
        return max(known, default=None)


@dataclass(frozen=True)
class RemoteFolder:
    """A folder as the server lists it; `kind` is empty for one that holds neither class."""

    id: str
    name: str
    type: int
    parent: str

    @property
    def kind(self) -> str:
        return HOLDS.get(self.type, "")


@dataclass(frozen=True)
class Synced:
    """One round of one collection: what came, and what became of what was sent."""

    status: int
    key: str
    more: bool = False
    commands: tuple[Element, ...] = ()
    responses: tuple[Element, ...] = ()


@dataclass
class Client:
    """One phone of one user. The keys are open to whoever wants to play an unruly phone."""

    wire: Wire
    user: str
    password: str
    device_id: str = "TACCUINOCLIENT01"
    device_type: str = "Taccuino"
    version: Version = Version.V16_1
    agent: str = "Taccuino/1.0"
    policy_key: int = 0
    folder_key: str = "0"
    keys: dict[str, str] = field(default_factory=dict)

    def options(self) -> Offer:
        """What the server offers; from now on the client speaks the best of it."""
        reply = self._send("OPTIONS", self.wire.path, {}, b"", None)
        versions = _listed(reply.headers.get("ms-asprotocolversions", ""))
        if not versions:
            raise NotActiveSync("it answers OPTIONS without protocol versions")
        return Offer(versions, _listed(reply.headers.get("ms-asprotocolcommands", "")))

    def post(
        self,
        command: str,
        body: Element | bytes | None = None,
        *,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Any command; HttpRefusal unless the answer is 200."""
        query = {
            "Cmd": command,
            "User": self.user,
            "DeviceId": self.device_id,
            "DeviceType": self.device_type,
        }
        sent = {"MS-ASProtocolVersion": self.version.text, "Accept-Encoding": "gzip"}
        if command != "Ping":
            sent["X-MS-PolicyKey"] = str(self.policy_key)
        data = encode(body) if isinstance(body, Element) else body or b""
        if data:
            sent["Content-Type"] = WBXML
        target = f"{self.wire.path}?{urlencode(query, quote_via=quote)}"
        return self._send("POST", target, {**sent, **(headers or {})}, data, timeout, command)

    def ask(
        self, command: str, body: Element | None = None, *, timeout: float | None = None
    ) -> Element | None:
        """Any command as a document; None where the server has nothing to say."""
        reply = self.post(command, body, timeout=timeout)
        return decode(reply.body) if reply.body else None

    def provision(self, about: Mapping[str, str] | None = None) -> int:
        """Both phases (MS-ASPROV 3.1.5.1): take the policy, acknowledge it, keep the key."""
        told = {"Model": "Taccuino", "FriendlyName": self.agent, **(about or {})}
        information = E(
            "settings:DeviceInformation",
            E("settings:Set", *(E(f"settings:{name}", value) for name, value in told.items())),
        )
        first = [information] if self.version >= Version.V14_1 else []
        self.policy_key = self._policy(self._provision(*first, self._acknowledged()))
        acknowledged = self._acknowledged(
            E("provision:PolicyKey", self.policy_key), E("provision:Status", OK)
        )
        self.policy_key = self._policy(self._provision(acknowledged))
        return self.policy_key

    def folder_sync(self) -> list[RemoteFolder]:
        """The folders that are new since the last time; all of them at first."""
        body = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", self.folder_key))
        root = _expect("FolderSync", self.ask("FolderSync", body), "folderhierarchy:Status")
        self.folder_key = root.text_of("folderhierarchy:SyncKey", "0")
        changes = root.find("folderhierarchy:Changes")
        added = changes.find_all("folderhierarchy:Add") if changes else []
        return [_folder(each) for each in added]

    def sync(
        self,
        collection: str,
        kind: str,
        commands: Sequence[Element] = (),
        *,
        window: int = 100,
        get_changes: bool = True,
    ) -> Synced:
        """One round with the key at hand; a first one only asks for a key. StatusRefusal if the
        whole request or this collection is refused; the key stays what it was."""
        key = self.keys.get(collection, "0")
        asked = self._collection(collection, kind, key, commands, window, get_changes)
        root = self.ask("Sync", E("airsync:Sync", E("airsync:Collections", asked)))
        if root is None:
            return Synced(OK, key)
        answered = root.find("airsync:Collections")
        found = answered.find("airsync:Collection") if answered else None
        if found is None:
            raise StatusRefusal("Sync", _status(root, "airsync:Status"))
        synced = _synced(found)
        if synced.status != OK:
            raise StatusRefusal("Sync", synced.status)
        self.keys[collection] = synced.key
        return synced

    def sync_all(self, collection: str, kind: str) -> list[Element]:
        """Everything that is new in a collection, in as many rounds as it takes."""
        if self.keys.get(collection, "0") == "0":
            self.sync(collection, kind)
        told: list[Element] = []
        more = True
        while more:
            synced = self.sync(collection, kind)
            told += synced.commands
            more = synced.more
        return told

    def ping(self, collections: Iterable[tuple[str, str]], seconds: int) -> Element:
        """Wait for news in these collections (id, kind); the root of the answer."""
        folders = (
            E("ping:Folder", E("ping:Id", id), E("ping:Class", CLASSES[kind]))
            for id, kind in collections
        )
        body = E("ping:Ping", E("ping:HeartbeatInterval", seconds), E("ping:Folders", *folders))
        root = self.ask("Ping", body, timeout=seconds + 30.0)
        if root is None:
            raise NotActiveSync("it answers Ping with nothing")
        return root

    def close(self) -> None:
        self.wire.close()

    def _send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float | None,
        command: str = "OPTIONS",
    ) -> Reply:
        secret = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        sent = {"Authorization": f"Basic {secret}", "User-Agent": self.agent, **headers}
        reply = self.wire.request(method, target, sent, body, timeout)
        if reply.status != 200:
            raise HttpRefusal(command, reply.status, reply.headers)
        return reply

    def _provision(self, *content: Element) -> Element:
        root = self.ask("Provision", E("provision:Provision", *content))
        return _expect("Provision", root, "provision:Status")

    def _acknowledged(self, *content: Element) -> Element:
        """What is said about the one policy there is."""
        kind = E("provision:PolicyType", policy_type(self.version))
        return E("provision:Policies", E("provision:Policy", kind, *content))

    def _policy(self, root: Element) -> int:
        """The key of the policy in an answer; a wipe is not for us to carry out."""
        policies = root.find("provision:Policies")
        policy = policies.find("provision:Policy") if policies else None
        if policy is None:
            raise StatusRefusal("Provision", _status(root, "provision:Status"))
        _expect("Provision", policy, "provision:Status")
        return int(policy.text_of("provision:PolicyKey", "0") or 0)

    def _collection(
        self,
        collection: str,
        kind: str,
        key: str,
        commands: Sequence[Element],
        window: int,
        get_changes: bool,
    ) -> Element:
        """In the order that MS-ASCMD 2.2.3.29.2 wants; up to 12.0 its class comes first."""
        old = self.version <= Version.V12_0
        named = E("airsync:Class", CLASSES[kind]) if old else None
        head = (named, E("airsync:SyncKey", key), E("airsync:CollectionId", collection))
        if key == "0":
            return E("airsync:Collection", *head)
        return E(
            "airsync:Collection",
            *head,
            E("airsync:GetChanges", int(get_changes)),
            E("airsync:WindowSize", window),
            self._options(kind),
            E("airsync:Commands", *commands) if commands else None,
        )

    def _options(self, kind: str) -> Element:
        plain = E("airsyncbase:BodyPreference", E("airsyncbase:Type", 1))
        return E(
            "airsync:Options",
            E("airsync:FilterType", 0) if kind == "calendar" else None,
            plain if self.version >= Version.V12_0 else None,
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _status(root: Element, name: str) -> int:
    text = root.text_of(name, "")
    return int(text) if text.isdigit() else 0


def _expect(command: str, root: Element | None, name: str) -> Element:
    """The root, if its status is a success."""
    if root is None:
        raise NotActiveSync(f"it answers {command} with nothing")
    if (status := _status(root, name)) != OK:
        raise StatusRefusal(command, status)
    return root


def _folder(added: Element) -> RemoteFolder:
    def said(name: str) -> str:
        return added.text_of(f"folderhierarchy:{name}", "")

    return RemoteFolder(
        said("ServerId"), said("DisplayName"), int(said("Type") or 0), said("ParentId")
    )


def _synced(collection: Element) -> Synced:
    commands = collection.find("airsync:Commands")
    responses = collection.find("airsync:Responses")
    return Synced(
        _status(collection, "airsync:Status"),
        collection.text_of("airsync:SyncKey", "0"),
        collection.find("airsync:MoreAvailable") is not None,
        tuple(commands or ()),
        tuple(responses or ()),
    )
