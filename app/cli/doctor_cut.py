"""Who cut a Ping that was to wait: by what came instead of an answer, when, and from whom.

Each hop betrays itself. A proxy answers in its own name (504, and Server or Via); what works below
HTTP closes the connection, or forgets it and says nothing. And if the same Ping holds directly at
the server, it is not the server.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.eas.client import HttpRefusal

OURS: Final = "taccuino"
GATEWAY: Final = (408, 499, 502, 504, 522, 524)
"""What proxies answer where they gave up waiting, or lost the server."""

PROXIES: Final = {
    "nginx": "proxy_read_timeout 3700s, in each location it passes on",
    "openresty": "proxy_read_timeout 3700s, in each location it passes on",
    "caddy": "read_timeout and response_header_timeout 3700s, in its transport",
    "apache": "ProxyTimeout 3700",
    "haproxy": "timeout server 3700s and timeout client 3700s",
    "cloudflare": "none is to be had, it ends after 100 s: let the name go past it (DNS only)",
    "awselb": "idle_timeout.timeout_seconds 3700",
    "envoy": "timeout 0s in the route, and idle_timeout 3700s",
    "traefik": "respondingTimeouts.idleTimeout 3700s",
    "varnish": "first_byte_timeout 3700s, or pipe for this path",
    "microsoft-azure": "the request time-out of the gateway as long as it goes",
}
"""By what a proxy calls itself: which of its settings makes it wait."""

USUAL: Final = {
    50: "HAProxy as many set it up",
    60: "nginx, Apache, HAProxy and AWS do if nobody told them otherwise",
    100: "Cloudflare does",
    120: "many firewalls do",
    240: "Azure does",
    300: "many routers and firewalls do",
    350: "a network load balancer of AWS does",
}
"""Who ends what is quiet after so many seconds."""


@dataclass(frozen=True)
class Cut:
    """A Ping ended `after` seconds by `error`; `front` are the headers of an ordinary answer.
    `held` says whether the same Ping held directly at the server, None if that was not tried."""

    after: float
    error: Exception
    front: Mapping[str, str]
    held: bool | None = None

    def sentence(self) -> str:
        """What cut it, by all that is known, and what to do."""
        return f"the Ping was cut after {self.after:.0f} s by {self._hop()}: {self._todo()}"

    @property
    def _proxy(self) -> str:
        """The proxy that speaks for the server, by its name; empty if none is seen."""
        headers = self.error.headers if isinstance(self.error, HttpRefusal) else self.front
        said = f"{headers.get('server', '')} {headers.get('via', '')}".lower()
        return next((name for name in PROXIES if name in said), "")

    def _hop(self) -> str:
        if self.held is False:
            return "the server itself, where it was cut without a proxy, too"
        if isinstance(self.error, HttpRefusal):
            return f"{self._proxy or 'a proxy without a name'} (HTTP {self.error.status})"
        if isinstance(self.error, TimeoutError):
            return "something that forgot the connection without a word, a NAT or a firewall"
        if self._proxy:
            return f"{self._proxy}, or something before it, which closed the connection"
        return f"something between here and the server that closed the connection{self._like()}"

    def _like(self) -> str:
        seconds = round(self.after)
        usual = next((who for at, who in USUAL.items() if abs(at - seconds) <= 1), "")
        return f", as {usual}" if usual else ""

    def _todo(self) -> str:
        shorter = f"or set heartbeat_maximum to {max(1, int(self.after * 0.9))}"
        if self.held is False:
            return "see its log at this minute; was it restarted?"
        if self._proxy:
            return f"its setting is {PROXIES[self._proxy]}; {shorter}"
        return f"let it keep what is quiet for an hour, {shorter}"


def is_cut(error: Exception) -> bool:
    """Whether this is the end of a wait, and not an answer of the server."""
    if isinstance(error, HttpRefusal):
        return error.status in GATEWAY
    return isinstance(error, OSError | http.client.HTTPException)
