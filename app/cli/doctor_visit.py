"""The visit of the doctor: an account set up as a phone would, and why it stops where it does."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

import click

from adapters.eas.client import (
    Client,
    HttpRefusal,
    NotActiveSync,
    RemoteFolder,
    StatusRefusal,
)
from adapters.eas.wire import Wire
from adapters.wbxml import Element, Malformed
from app.cli.doctor_checks import line
from app.cli.doctor_cut import Cut, is_cut
from app.cli.doctor_way import PATIENCE, untrusted
from app.push.live import look
from app.settings import BadSettings, Settings

LOST: Final = 2
"""Seconds that a Ping has to wait at least before its end says something about who cut it."""

NO_NEWS, NEWS, TOO_SHORT_OR_LONG = "1", "2", "5"

HTTP: Final = {
    401: "the name or the password is wrong: `taccuino user password {user}` sets another",
    403: "{user} may not use ActiveSync, or this device is blocked: `taccuino user enable {user}`,"
    " `taccuino device list`",
    404: "there is no ActiveSync at this address: check that the proxy passes on"
    " /Microsoft-Server-ActiveSync",
    405: "something else than ActiveSync answers here: check the address",
    413: "the request is too large for the proxy: raise its limit on bodies",
    449: "the server wants a policy acknowledged again and again: `taccuino policy list`",
    451: "this user lives on another server: {location}",
    502: "the proxy does not reach the server behind it: is Taccuino running?",
    503: "the server is busy or cannot use its store: see its log, then try again",
    504: "the proxy gave up waiting: raise its time-out for /Microsoft-Server-ActiveSync",
}
STATUS: Final = {
    126: "ActiveSync is not enabled: `taccuino user enable {user}`",
    129: "this device is blocked: `taccuino device list --user {user}`",
    140: "this device is to be wiped: `taccuino device spare` takes that back",
    142: "the policy is not acknowledged: `taccuino policy list`",
    144: "the policy has changed meanwhile: try again",
    177: "{user} has too many devices: `taccuino device forget` removes one",
}


@dataclass
class Visit:
    """The steps of one visit, each with what it found."""

    client: Client
    wait: int
    folders: list[RemoteFolder] = field(default_factory=list)

    def run(self) -> None:
        """Each step after the other; the first that fails ends it with the reason."""
        for name, step in self.steps():
            began = time.perf_counter()
            with self._explained(name, began):
                told = step()
            line(True, name, began, told)

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "OPTIONS", self.options
        yield "Provision", self.provision
        yield "FolderSync", self.folder_sync
        for kind in ("calendar", "contacts"):
            yield f"Sync {kind}", lambda kind=kind: self.sync(kind)  # type: ignore[misc]
        yield "Ping", self.ping

    def options(self) -> str:
        offer = self.client.options()
        if offer.best is None:
            raise NotActiveSync(f"it speaks none of our versions, only {', '.join(offer.versions)}")
        self.client.version = offer.best
        return f"versions {', '.join(offer.versions)}; {len(offer.commands)} commands"

    def provision(self) -> str:
        self.client.provision()
        return f"policy acknowledged, with version {self.client.version.text}"

    def folder_sync(self) -> str:
        self.folders = self.client.folder_sync()
        kinds = [folder.kind for folder in self.folders]
        calendars, books = kinds.count("calendar"), kinds.count("contacts")
        return f"{len(kinds)} folders: {calendars} for events, {books} for contacts"

    def sync(self, kind: str) -> str:
        folder = self._default(kind)
        if folder is None:
            raise NotActiveSync(f"it lists no folder for {kind}")
        told = self.client.sync_all(folder.id, kind)
        return f"{len(told)} items in {folder.name}"

    def ping(self) -> str:
        kinds = ("calendar", "contacts")
        found = [(folder.id, kind) for kind in kinds if (folder := self._default(kind))]
        front = self._front()
        began = time.monotonic()
        try:
            return pinged(self.client.ping(found, self.wait), self.wait)
        except (HttpRefusal, OSError, http.client.HTTPException) as error:
            after = time.monotonic() - began
            if not is_cut(error) or self.wait < LOST:
                raise
            held = self._held_directly(found, round(after) + LOST)
            raise WasCut(Cut(after, error, front, held)) from error

    def _front(self) -> Mapping[str, str]:
        """What an ordinary answer says of who gives it. Its connection is not used again: where
        the Ping is cut it must not be asked once more."""
        reply = self.client.wire.request("OPTIONS", self.client.wire.path, {})
        self.client.wire.close()
        return reply.headers

    def _held_directly(self, found: list[tuple[str, str]], seconds: int) -> bool | None:
        """Whether the same Ping holds without whatever is before the server; None if the server
        is not here, or it was asked directly before."""
        where = directly()
        if not where or where == f"http://{self.client.wire.host}:{self.client.wire.port}":
            return None
        wire = Wire(where, PATIENCE)
        try:
            replace(self.client, wire=wire).ping(found, seconds)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            wire.close()
        return True

    def _default(self, kind: str) -> RemoteFolder | None:
        fitting = (folder for folder in self.folders if folder.kind == kind)
        return min(fitting, key=lambda folder: folder.type, default=None)

    @contextmanager
    def _explained(self, step: str, began: float) -> Iterator[None]:
        try:
            yield
        except WasCut as error:
            reason, short = error.cut.sentence(), f"cut after {error.cut.after:.0f} s"
        except (HttpRefusal, StatusRefusal, NotActiveSync) as error:
            reason, short = self._reason(error), str(error)
        except Malformed as error:
            reason, short = (
                f"the answer is not WBXML: does a proxy change it? ({error})",
                "not WBXML",
            )
        except (OSError, http.client.HTTPException) as error:
            reason, short = self._unreached(error), type(error).__name__
        else:
            return
        line(False, step, began, short)
        raise click.ClickException(reason)

    def _reason(self, error: HttpRefusal | StatusRefusal | NotActiveSync) -> str:
        if isinstance(error, NotActiveSync):
            return f"what answers at {self.client.wire.url} is no ActiveSync server: {error}"
        known = HTTP if isinstance(error, HttpRefusal) else STATUS
        location = error.headers.get("x-ms-location", "") if isinstance(error, HttpRefusal) else ""
        text = known.get(error.status, f"the server refuses ({error}): its log says why")
        return text.format(user=self.client.user, location=location)

    def _unreached(self, error: Exception) -> str:
        """Why there was no answer at all."""
        wire = self.client.wire
        place = f"{wire.host}:{wire.port or (443 if wire.secure else 80)}"
        match error:
            case ssl.SSLCertVerificationError():
                return untrusted(place, error)
            case ssl.SSLError():
                return f"{place} does not speak TLS: is it http://, or another port?"
            case socket.gaierror():
                return f"no address is known for {wire.host}: check the name, and the DNS"
            case ConnectionRefusedError():
                return f"nobody listens at {place}: is the server running?"
            case TimeoutError():
                return f"no answer from {place} in time: does a firewall or proxy cut it off?"
        return f"the connection to {place} broke off ({error}): see the log of proxy and server"


class WasCut(Exception):
    """The Ping ended before its time."""

    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.cut = cut


def directly() -> str:
    """The address of the server itself, if it runs here without TLS of its own."""
    try:
        settings = Settings.load()
    except BadSettings:
        return ""
    here = settings.tls_certificate is None and look(settings.sockets)
    return f"http://{settings.bind}" if here else ""


def pinged(root: Element, wait: int) -> str:
    """What a Ping came to; StatusRefusal if to nothing."""
    status = root.text_of("ping:Status", "")
    if status == NO_NEWS:
        return f"waited {wait} s, nothing new"
    if status == NEWS:
        return "there is news already"
    if status == TOO_SHORT_OR_LONG:
        limit = root.text_of("ping:HeartbeatInterval", "?")
        return f"answered: phones wait {limit} s here, not {wait}"
    raise StatusRefusal("Ping", int(status) if status.isdigit() else 0)
