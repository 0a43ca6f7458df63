"""A conversation with one LDAP server: encrypted, bounded in time, and never sent elsewhere.

The library is kept to plain sockets of this process, which gevent makes cooperative; what it
would do by itself, following referrals, reading schemas, preparing passwords, it is told not to.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any, Final
from urllib.parse import urlsplit

from ldap3 import DEREF_NEVER, IP_V4_PREFERRED, NONE, SIMPLE, SUBTREE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException, LDAPStartTLSError

LOCAL: Final = ("localhost", "127.0.0.1", "::1")
"""Where a conversation may go unencrypted if the server does not offer TLS: on this machine."""

SUCCESS, TOO_MANY = 0, 4
NO: Final = {
    19: "a constraint, as of a locked account",
    32: "no such entry",
    48: "an entry without a password",
    49: "a wrong password",
    50: "no right to sign in",
    53: "an inactive account",
}
"""What a bind may come to that says no to this person (RFC 4511 4.1.9, appendix A.2). Anything
else, busy, unavailable, confidentiality required, is the server's trouble and says nothing."""

BROKEN: Final = (LDAPException, OSError, ValueError, LookupError, TypeError)
"""How a conversation breaks off: in ways of the network, or of a library that was sent garbage."""


class Unusable(Exception):
    """This server does not answer as it should; the text says why, and names nobody."""


@dataclass(frozen=True)
class Place:
    """One server, ldap:// or ldaps://; how its certificate is proven, and the seconds that each
    step may take."""

    url: str
    ca_file: Path | None
    timeout: int

    @property
    def secure(self) -> bool:
        """Whether it is encrypted from the first byte."""
        return urlsplit(self.url).scheme == "ldaps"

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (636 if self.secure else 389)


@dataclass(frozen=True)
class Entry:
    """What is known of somebody: the first value of each attribute asked for, or nothing."""

    dn: str
    values: dict[str, str]


class Trusted(Tls):
    """TLS as Python's own library does it: the certificate has to be good, and for this host."""

    def __init__(self, host: str, ca_file: Path | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._host = host
        self._context = _context(ca_file)

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._host)


@cache
def _context(ca_file: Path | None) -> ssl.SSLContext:
    """Made once: reading all the authorities of a system takes its time."""
    return ssl.create_default_context(cafile=ca_file)


class Session:
    """An open conversation; whatever goes wrong in it is Unusable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def bind(self, dn: str, password: str) -> bool:
        """Whether the server takes this password for this entry.

        It goes as bytes: prepared by the library (RFC 4013) it might become empty, and with an
        empty one every server says yes (RFC 4513 5.1.2).
        """
        secret = password.encode("utf-8", "surrogatepass")
        if not (dn and secret):
            return False
        result = self._result(self._connection.rebind, dn, secret, SIMPLE, read_server_info=False)
        if result != SUCCESS and result not in NO:
            raise self._unusable("a bind")
        return result == SUCCESS

    def search(self, base: str, filter: str, attributes: Sequence[str], most: int) -> list[Entry]:
        """The entries below `base`, up to `most` of them; those it refers to elsewhere are none."""
        result = self._result(
            self._connection.search,
            base,
            filter,
            search_scope=SUBTREE,
            dereference_aliases=DEREF_NEVER,
            attributes=list(attributes),
            size_limit=most,
        )
        if result not in (SUCCESS, TOO_MANY):
            raise self._unusable("a search")
        found = self._connection.response or []
        return [_entry(each, attributes) for each in found if each["type"] == "searchResEntry"]

    def _result(self, operation: Any, *args: Any, **facts: Any) -> int:
        with _explained("it broke off", words=False):
            operation(*args, **facts)
            code: int = self._connection.result["result"]
        return code

    def _unusable(self, what: str) -> Unusable:
        return Unusable(f"it answers {what} with {self._connection.result['description']}")


@contextmanager
def talking(place: Place) -> Iterator[Session]:
    """A session with the server, as nobody; Unusable if there is none, or not a safe one."""
    connection = _connection(place)
    watch = Timer(2 * place.timeout, _hang_up, (connection,))
    watch.daemon = True
    watch.start()
    try:
        _open(connection, local=place.host in LOCAL)
        yield Session(connection)
    finally:
        watch.cancel()
        _close(connection)


def _connection(place: Place) -> Connection:
    with _explained("its certificate authority cannot be read"):
        tls = Trusted(place.host, place.ca_file)
    server = Server(
        place.host,
        place.port,
        use_ssl=place.secure,
        tls=tls,
        get_info=NONE,
        mode=IP_V4_PREFERRED,
        connect_timeout=place.timeout,
    )
    return Connection(
        server,
        client_strategy=SYNC,
        auto_referrals=False,
        check_names=False,
        receive_timeout=place.timeout,
    )


def _open(connection: Connection, local: bool) -> None:
    """Connected and encrypted, or Unusable (RFC 4511 4.14)."""
    with _explained("it cannot be reached"):
        connection.open(read_server_info=False)
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not (connection.server.ssl or _started_tls(connection) or local):
        raise Unusable("it does not offer TLS")


def _started_tls(connection: Connection) -> bool:
    """Whether the server was willing to; what it then does wrong is Unusable."""
    with _explained("it does not start TLS"):
        try:
            return bool(connection.start_tls(read_server_info=False))
        except LDAPStartTLSError:
            if connection.closed or connection.result["result"] == SUCCESS:
                raise
            return False


def _close(connection: Connection) -> None:
    """Also where it was never quite open, or is not understood any more."""
    with suppress(*BROKEN):
        connection.unbind()
    if connection.socket is not None:
        connection.socket.close()


@contextmanager
def _explained(what: str, words: bool = True) -> Iterator[None]:
    """Only before anybody is spoken of the error's own `words` are told."""
    try:
        yield
    except BROKEN as error:
        why = (words and str(error)) or type(error).__name__
        raise Unusable(f"{what} ({why})") from None


def _hang_up(connection: Connection) -> None:
    """End a conversation that takes too long in all, whatever state its TLS is in."""
    with suppress(OSError, TypeError):
        socket.socket.shutdown(connection.socket, socket.SHUT_RDWR)


def _entry(found: Any, attributes: Sequence[str]) -> Entry:
    given = found["raw_attributes"]  # by name in upper or lower case, as it is meant
    return Entry(found["dn"], {name: _text(given.get(name, ())) for name in attributes})


def _text(values: Sequence[bytes]) -> str:
    return values[0].decode("utf-8", "replace").strip() if values else ""
