"""Which address is answered by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import falcon

from app import autodiscover, eas, errors, health
from app.autodiscover import Autodiscover
from app.eas import ActiveSync
from app.health import Health
from app.http import Http, words
from app.push.stay import Parked, Stay
from app.push.watch import watched

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
NOTHING: Final = "There is nothing here."
NAMES: Final = (
    *("Allow", "Cache-Control", "Content-Encoding", "Content-Length", "Content-Type", "Public"),
    *("MS-ASProtocolCommands", "MS-ASProtocolVersions", "MS-Server-ActiveSync", "Retry-After"),
    *("WWW-Authenticate", "X-MS-ASThrottle", errors.INCIDENT),
)
SPELLING: Final = {name.lower(): name for name in NAMES}
"""Field names as the papers write them; old phones compared letters."""


def create_app(phones: ActiveSync) -> WSGI:
    """The endpoint of phones, the two ways to find it, the probe; and nothing else."""
    groupware = phones.groupware
    discover = Autodiscover(phones.settings, phones.authenticate, groupware.clock)
    app = falcon.App()
    app.resp_options.default_media_type = None  # type: ignore[assignment]
    app.set_error_serializer(lambda req, resp, error: None)
    app.add_error_handler(Exception, _crashed)
    app.add_sink(_nothing, "/")
    app.add_sink(Health(groupware.pool), health.PATH)
    app.add_sink(discover.xml, autodiscover.XML_PATH)
    app.add_sink(discover.json, autodiscover.JSON_PATH)
    app.add_sink(phones, eas.PATH)
    app.add_error_handler(Parked, _parked)
    return _patient(_bordered(app))


def _nothing(req: falcon.Request, resp: falcon.Response) -> None:
    words(404, NOTHING).put(resp)


def _crashed(req: falcon.Request, resp: falcon.Response, error: Exception, params: object) -> None:
    _told(error).put(resp)


def _parked(req: falcon.Request, resp: falcon.Response, error: Parked, params: object) -> None:
    raise error


def _patient(app: WSGI) -> WSGI:
    """A request that is parked waits here, where the stack is flat and all else is gone."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[eas.STAY] = stay = Stay()
        try:
            while (told := _unless_parked(app, environ, start_response)) is None:
                with watched(environ.get("gunicorn.socket"), stay.waiter):
                    stay.wait()
        finally:
            stay.end()
        return told

    return application


def _unless_parked(
    app: WSGI, environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes] | None:
    try:
        return app(environ, start_response)
    except Parked:
        return None


def _bordered(app: WSGI) -> WSGI:
    """What breaks even before there is a request is 503 as well, never 500."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            spelt = [(SPELLING.get(name, name), value) for name, value in headers]
            return start_response(status, spelt, *error)

        try:
            return app(environ, start)
        except Parked:
            raise
        except Exception as error:  # the outermost border
            headers = [*_told(error).headers.items(), ("Content-Length", "0")]
            start_response("503 Service Unavailable", headers)
            return [b""]

    return application


def _told(error: Exception) -> Http:
    told = errors.answer(error, {})
    return told if isinstance(told, Http) else errors.later(errors.CRASHED)
