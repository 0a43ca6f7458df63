"""A process whose store cannot be opened puts everybody off until it can."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from adapters.store.pool import StoreBusy, StoreUnavailable
from app import opening
from app.opening import Opening


def serving(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"at your service"]


def asked(app: opening.WSGI, path: str = "/") -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body."""
    told: list[Any] = []
    asking = {"PATH_INFO": path}
    body = b"".join(app(asking, lambda status, headers: told.extend((status, dict(headers)))))
    return told[0], told[1], body


class Store:
    """Cannot be opened as long as there is trouble."""

    def __init__(self, trouble: Exception | None) -> None:
        self.trouble = trouble
        self.tried = 0

    def start(self) -> opening.WSGI:
        self.tried += 1
        if self.trouble:
            raise self.trouble
        return serving


@pytest.mark.parametrize("kind", [StoreBusy, StoreUnavailable, OSError])
def test_whoever_comes_too_early_is_told_to_come_later(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "AGAIN", 0.0)
    store = Store(kind("it cannot be opened"))
    app = Opening(store.start)
    status, headers, body = asked(app)
    assert (status, body) == ("503 Service Unavailable", b"")
    assert (headers["Retry-After"], headers["Content-Length"]) == ("5", "0")
    assert headers["X-Taccuino-Incident"]
    store.trouble = None
    assert asked(app)[2] == b"at your service"
    tried = store.tried
    assert asked(app)[2] == b"at your service"
    assert store.tried == tried


def test_a_probe_is_told_that_it_lives_and_what_it_waits_for() -> None:
    app = Opening(Store(StoreUnavailable("the disk is full")).start)
    assert asked(app, "/healthz")[::2] == ("200 OK", b'{"status":"ok"}')
    status, _, body = asked(app, "/readyz")
    assert status == "503 Service Unavailable"
    assert json.loads(body) == {"ready": False, "store": "the disk is full"}


def test_it_is_not_tried_for_each_that_comes() -> None:
    store = Store(StoreUnavailable("the disk is full"))
    app = Opening(store.start)
    for _ in range(3):
        assert asked(app)[0].startswith("503")
    assert store.tried == 1


def test_a_fault_of_our_own_is_no_reason_to_wait() -> None:
    with pytest.raises(ZeroDivisionError):
        Opening(Store(ZeroDivisionError()).start)
