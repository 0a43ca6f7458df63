"""One real server for all tests of a module, its log shown with each that fails.

A module says what it needs by names of its own: WORKERS, TLS, PEOPLE, SETTINGS and MODULE.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.system.certificate import self_signed
from tests.system.server import HOST, PASSWORD, Server

LAST = 6000
"""So many characters of the log are shown."""


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    yield from served(request.module, tmp_path_factory)


def served(module: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Up before the first test of the module; ended by SIGTERM after its last, cleanly."""
    home = tmp_path_factory.mktemp("home")
    certificate = self_signed(home, HOST) if getattr(module, "TLS", False) else None
    server = Server(
        home,
        getattr(module, "WORKERS", 2),
        certificate,
        getattr(module, "SETTINGS", {}),
        getattr(module, "MODULE", "app"),
    )
    server.admit(*getattr(module, "PEOPLE", ("ada",)))
    with up(server):
        yield server


@contextmanager
def up(server: Server) -> Iterator[Server]:
    """Runs inside, and ends cleanly."""
    try:
        server.start()
        yield server
        if server.process is not None:
            server.stop()
    finally:
        if server.process is not None:
            server.kill_all()
    for trouble in ("Traceback", "event=incident", "status=500", PASSWORD):
        assert not server.lines(trouble), server.words()[-LAST:]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server):
        report.sections.append(("the server's log", server.words()[-LAST:]))
    return report
