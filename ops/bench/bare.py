"""The bare stack: what an answer costs before it says anything. `python -m ops.bench.bare`.

The same gunicorn, worker and settings as the server, and a Falcon handler that reads the body and
answers constant bytes, as many as the header `Answer` says. A Ping waits until the server ends.
"""

from gevent import monkey

monkey.patch_all()

import threading  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any, Final  # noqa: E402

import falcon  # noqa: E402

from app.serving import Server  # noqa: E402
from app.settings import Settings  # noqa: E402

CONSTANT: Final = bytes(16 << 20)


class Hub:
    """What the worker counts, and releases and closes when it ends."""

    parked: Final = 0

    def __init__(self) -> None:
        self._ended = threading.Event()

    def wait(self) -> None:
        self._ended.wait()

    def release_all(self) -> None:
        self._ended.set()

    def close(self) -> None:
        self._ended.set()


class Bare(Server):
    """Our server with nothing behind it."""

    def load(self) -> Callable[..., Any]:
        self.settings = self._settings
        self.hub = Hub()  # type: ignore[assignment]
        return application(self.hub)  # type: ignore[arg-type]


def application(hub: Hub) -> Callable[..., Any]:
    def handler(req: falcon.Request, resp: falcon.Response, **_: object) -> None:
        req.bounded_stream.read()
        if "Cmd=Ping" in req.query_string:
            hub.wait()
        resp.content_type = "application/vnd.ms-sync.wbxml"
        resp.data = CONSTANT[: int(req.get_header("Answer") or 0)]

    app = falcon.App()
    app.add_sink(handler, "/")
    return app


if __name__ == "__main__":
    Bare(Settings.load()).run()
