"""One HTTP connection to a server, as a phone keeps one (MS-ASHTTP 2.1)."""

from __future__ import annotations

import gzip
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

ENDPOINT: Final = "/Microsoft-Server-ActiveSync"


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, unpacked. Names in `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """One connection to one server, opened when it is needed and kept as long as it lasts."""

    def __init__(self, url: str, timeout: float, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not an address as in https://mail.example.org")
        self.path = parts.path if parts.path.strip("/") else ENDPOINT
        self.url = f"{parts.scheme}://{parts.netloc}{self.path}"
        self.host, self.port = parts.hostname, parts.port
        self.secure = parts.scheme == "https"
        self._timeout = timeout
        self._tls = tls
        self._connection: http.client.HTTPConnection | None = None

    def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout: float | None = None,
    ) -> Reply:
        """Ask, and ask once more if the connection turns out to have been closed meanwhile."""
        waits = timeout or self._timeout
        kept = self._connection is not None
        try:
            return self._exchange(method, target, headers, body, waits)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            if not kept:
                raise
            return self._exchange(method, target, headers, body, waits)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> Reply:
        connection = self._connection or self._open()
        self._connection = connection
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        try:
            connection.request(method, target, body or None, dict(headers))
            answer = connection.getresponse()
            data = answer.read()
        except BaseException:
            self.close()
            raise
        names = {name.lower(): value for name, value in answer.getheaders()}
        if names.get("content-encoding") == "gzip" and data:
            data = gzip.decompress(data)
        return Reply(answer.status, names, data)

    def _open(self) -> http.client.HTTPConnection:
        if not self.secure:
            return http.client.HTTPConnection(self.host, self.port, timeout=self._timeout)
        tls = self._tls or ssl.create_default_context()
        return http.client.HTTPSConnection(self.host, self.port, timeout=self._timeout, context=tls)
