"""The doctor on the way to the server: addresses, certificate, clock, and whether what stands
before the server lets through what phones ask."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from adapters.eas.wire import ENDPOINT, Reply, Wire
from app.cli.doctor_checks import Check, Wrong
from app.groupware import Clock, now

PATIENCE: Final = 10.0
SOON: Final = timedelta(days=14)
ADRIFT: Final = timedelta(seconds=60)
"""Clocks further apart than this make certificates and codes of an app fail sooner or later."""

XML, JSON = "autodiscover/autodiscover.xml", "autodiscover/autodiscover.json"
ASKED: Final = (
    ("OPTIONS", ENDPOINT, 401),
    ("OPTIONS", ENDPOINT.lower(), 401),
    ("POST", "/Autodiscover/Autodiscover.xml", 401),
    ("POST", f"/{XML}", 401),
    ("POST", "/AutoDiscover/AutoDiscover.xml", 401),
    ("GET", f"/{JSON}/v1.0/somebody@example.org?Protocol=ActiveSync", 200),
    ("GET", f"/{JSON}?Email=somebody@example.org&Protocol=ActiveSync", 200),
)
"""Method, path as some phone spells it, and the status for who does not say who they are."""

UNTRUSTED: Final = {
    9: "it is not valid yet: is the clock of this machine right?",
    10: "it has expired: renew it, and let the proxy load it again",
    18: "it is signed by itself: get one from an authority that phones know, such as Let's Encrypt",
    19: "it is signed by an authority of your own: phones know only the public ones",
    20: "certificates between it and its authority are missing: give the proxy fullchain.pem",
    21: "certificates between it and its authority are missing: give the proxy fullchain.pem",
    62: "it is for another name: get one for the name that phones use",
    64: "it is for another address: phones need a name, and a certificate for it",
}
"""What to do about a certificate, by the number OpenSSL has for what is wrong with it."""


def untrusted(place: str, error: ssl.SSLCertVerificationError) -> str:
    """Why nobody trusts this certificate, and what to do."""
    why = f"the certificate of {place} is not trusted ({error.verify_message})"
    todo = UNTRUSTED.get(error.verify_code, "get one that phones trust")
    return f"{why}: phones refuse it, too; {todo}"


@dataclass(frozen=True)
class Way:
    """The checks of the way to one server. `tls` says whom to trust."""

    wire: Wire
    tls: ssl.SSLContext | None = None
    clock: Clock = now

    def checks(self) -> Iterator[Check]:
        if not _is_address(self.wire.host):
            yield "Addresses", self.addresses
        if self.wire.secure:
            yield "Certificate", self.certificate
        yield "Clock", self.clocks
        yield "Spellings", self.spellings
        yield "Autodiscover", self.autodiscover

    def addresses(self) -> str:
        """A phone takes one of them: each has to lead here."""
        try:
            names = addresses_of(self.wire.host, self._port)
        except socket.gaierror:
            raise Wrong(
                f"no address is known for {self.wire.host}: make an A record for it"
            ) from None
        dead = [name for name in names if not self._answers(name)]
        if dead:
            raise Wrong(
                f"{self.wire.host} leads to {', '.join(dead)}, too, where nobody answers: correct"
                " its A or AAAA record, or open the firewall"
            )
        return f"{self.wire.host} leads to {', '.join(names)}"

    def certificate(self) -> str:
        place = f"{self.wire.host}:{self._port}"
        context = self.tls or ssl.create_default_context()
        try:
            with (
                socket.create_connection((self.wire.host, self._port), PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname=self.wire.host) as secure,
            ):
                told, version = secure.getpeercert() or {}, secure.version()
        except ssl.SSLCertVerificationError as error:
            raise Wrong(untrusted(place, error)) from None
        except OSError as error:
            raise Wrong(f"{place} does not speak TLS ({error}): is the port right?") from None
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)
        left = ends - self.clock()
        if left < SOON:
            raise Wrong(
                f"the certificate of {place} ends in {left.days} days: does what renews it run?"
                " `systemctl list-timers`"
            )
        return f"good for {left.days} days, {version}"

    def clocks(self) -> str:
        reply = self._ask("OPTIONS", self.wire.path)
        if "date" not in reply.headers:
            return "the server does not tell the time"
        ahead = parsedate_to_datetime(reply.headers["date"]) - self.clock()
        if abs(ahead) > ADRIFT:
            way = "ahead of" if ahead > timedelta() else "behind"
            raise Wrong(
                f"the clock of {self.wire.host} is {abs(ahead).total_seconds():.0f} s {way} the one"
                " here: let one of them be set by the network, `timedatectl set-ntp true`"
            )
        return "as here"

    def spellings(self) -> str:
        """Phones write the paths in upper and lower case, and a proxy has to pass on each."""
        odd = [
            f"{method} {path.partition('?')[0]} ({status})"
            for method, path, wanted in ASKED
            if (status := self._ask(method, path).status) != wanted
        ]
        if odd:
            raise Wrong(
                f"not passed on to the server: {', '.join(odd)}: let the proxy pass on every"
                " spelling, as ops/nginx and ops/caddy do"
            )
        return f"{len(ASKED)} ways to write the paths, each is answered"

    def autodiscover(self) -> str:
        """A phone that looks for its server by an address alone has to be led to this one."""
        reply = self._ask("GET", f"/{JSON}?Email=somebody@example.org&Protocol=ActiveSync")
        try:
            url = urlsplit(str(json.loads(reply.body)["Url"]))
        except (ValueError, KeyError, TypeError):
            raise Wrong(f"no server is named (HTTP {reply.status}): see the proxy's log") from None
        place = f"{url.scheme}://{url.netloc}"
        if url.scheme != urlsplit(self.wire.url).scheme or not self._serves(place):
            raise Wrong(
                f"phones are led to {place}, where nobody serves them: set public_url in"
                " taccuino.toml to the address that phones use"
            )
        return f"leads to {place}"

    def _ask(self, method: str, path: str) -> Reply:
        with closing(Wire(self.wire.url, PATIENCE, self.tls)) as wire:
            try:
                return wire.request(method, path, {})
            except (OSError, http.client.HTTPException) as error:
                raise Wrong(
                    f"{method} {path} had no answer ({error}): see the proxy's log"
                ) from None

    def _serves(self, place: str) -> bool:
        with closing(Wire(place, PATIENCE, self.tls)) as wire:
            try:
                return wire.request("OPTIONS", ENDPOINT, {}).status == 401
            except (OSError, http.client.HTTPException):
                return False

    @property
    def _port(self) -> int:
        return self.wire.port or (443 if self.wire.secure else 80)

    def _answers(self, address: str) -> bool:
        try:
            socket.create_connection((address, self._port), PATIENCE).close()
        except OSError:
            return False
        return True


def addresses_of(host: str, port: int) -> list[str]:
    """Every address of a name, of both families."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
