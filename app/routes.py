"""Which address is answered by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

import falcon

from app import autodiscover, eas, errors, health
from app.admin import (
    asof,
    bursts,
    device,
    device_ceiling,
    devices,
    erase,
    explain,
    house,
    item,
    live,
    log,
    log_live,
    policies,
    policy,
    rules,
    store,
    undo,
    user,
    user_edit,
    user_factor,
    users,
    wipe,
)
from app.autodiscover import Autodiscover
from app.eas import ActiveSync
from app.health import Health, Readiness
from app.http import Http, words
from app.journal import Fields
from app.my import bursts as my_bursts
from app.my import (
    calendar,
    conflicts,
    contact,
    contacts,
    data,
    event,
    home,
    passwords,
    removed,
    second_factor,
    set_up,
)
from app.my import history as my_history
from app.my import phones as my_phones
from app.my import settings as my_settings
from app.my import undo as my_undo
from app.push.stay import Parked, Stay
from app.push.watch import watched
from app.web import sign_in
from app.web.site import CODE, SIGN_IN, Look, Page, Site
from app.web.static import ADDRESS, Static
from app.web.visit import Visit
from domain.refused import Unknown

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
NOTHING: Final = "There is nothing here."
NAMES: Final = (
    *("Allow", "Cache-Control", "Content-Encoding", "Content-Length", "Content-Type", "Public"),
    *("MS-ASProtocolCommands", "MS-ASProtocolVersions", "MS-Server-ActiveSync", "Retry-After"),
    *("WWW-Authenticate", "X-MS-ASThrottle", errors.INCIDENT),
)
SPELLING: Final = {name.lower(): name for name in NAMES}
"""Field names as the papers write them; old phones compared letters."""

FOR_PHONES: Final = "application/vnd.ms-sync"
HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""For what is no page, a file or a plain sentence: a browser that shows it can do nothing else."""

ADMINISTRATOR: Final = "administrator"

PAGES: Final = (
    Page("/", home.first),
    Page(SIGN_IN, sign_in.show, sign_in.submit, who="anybody"),
    Page(CODE, sign_in.show_code, sign_in.submit_code, who="halfway"),
    Page("/sign-out", post=sign_in.sign_out, who="anybody"),
    Page("/theme", post=sign_in.choose_theme, who="anybody"),
    Page("/my", home.look),
    Page("/my/phones", my_phones.look),
    Page("/my/phones/set-up", set_up.look),
    Page("/my/phones/set-up/qr.svg", set_up.picture),
    Page("/my/phones/set-up/taccuino.mobileconfig", set_up.download),
    Page("/my/phones/{id}", my_phones.one, my_phones.rename),
    Page("/my/phones/{id}/remove", post=my_phones.remove),
    Page("/my/phones/{id}/undo", my_undo.look, my_undo.act),
    Page("/my/calendar", calendar.look),
    Page("/my/calendar/new", event.new, event.create),
    Page("/my/calendar/{id}", event.look),
    Page("/my/calendar/{id}/edit", event.edit, event.change),
    Page("/my/calendar/{id}/remove", post=event.remove),
    Page("/my/contacts", contacts.look),
    Page("/my/contacts/new", contact.new, contact.create),
    Page("/my/contacts/{id}", contact.look),
    Page("/my/contacts/{id}/edit", contact.edit, contact.change),
    Page("/my/contacts/{id}/picture", contact.picture),
    Page("/my/contacts/{id}/remove", post=contact.remove),
    Page("/my/conflicts", conflicts.look),
    Page("/my/conflicts/{id}/restore", post=conflicts.restore),
    Page("/my/history", my_history.look),
    Page("/my/history/{id}", my_history.one),
    Page("/my/history/{id}/as-of", removed.as_of),
    Page("/my/held", my_bursts.look),
    Page("/my/held/{id}", my_bursts.one, my_bursts.act),
    Page("/my/removed", removed.look),
    Page("/my/removed/{id}/restore", post=removed.restore),
    Page("/my/passwords", passwords.look),
    Page("/my/passwords/new", passwords.new, passwords.set_new),
    Page("/my/passwords/login", passwords.login, passwords.set_login),
    Page("/my/passwords/{id}/view", passwords.view, passwords.show),
    Page("/my/passwords/{id}/change", passwords.change, passwords.set_other),
    Page("/my/passwords/{id}/remove", passwords.removal, passwords.remove),
    Page("/my/second-factor", second_factor.look),
    Page("/my/second-factor/on", second_factor.turn_on, second_factor.begin),
    Page("/my/second-factor/confirm", post=second_factor.confirm),
    Page("/my/second-factor/codes", second_factor.codes_anew, second_factor.make_codes),
    Page("/my/second-factor/off", second_factor.turn_off, second_factor.off),
    Page("/my/settings", my_settings.look, my_settings.save),
    Page("/my/settings/data", data.look, data.take),
    Page("/admin", users.first, who=ADMINISTRATOR),
    Page("/admin/users", users.look, who=ADMINISTRATOR),
    Page("/admin/users/new", users.new, users.create, who=ADMINISTRATOR),
    Page("/admin/users/{id}", user.look, user.act, who=ADMINISTRATOR),
    Page("/admin/users/{id}/erase", erase.look, erase.act, who=ADMINISTRATOR),
    Page("/admin/users/{id}/edit", user_edit.look, user_edit.save, who=ADMINISTRATOR),
    Page(
        "/admin/users/{id}/second-factor",
        user_factor.look,
        user_factor.turn_on,
        who=ADMINISTRATOR,
    ),
    Page("/admin/devices", devices.look, who=ADMINISTRATOR),
    Page("/admin/devices/{id}", device.look, device.act, who=ADMINISTRATOR),
    Page(
        "/admin/devices/{id}/ceiling",
        device_ceiling.look,
        device_ceiling.save,
        who=ADMINISTRATOR,
    ),
    Page("/admin/devices/{id}/explain", explain.look, explain.offer, who=ADMINISTRATOR),
    Page("/admin/devices/{id}/explain/{round}", explain.one, who=ADMINISTRATOR),
    Page("/admin/devices/{id}/wipe", wipe.look, wipe.act, who=ADMINISTRATOR),
    Page("/admin/policies", policies.look, who=ADMINISTRATOR),
    Page("/admin/policies/new", policies.new, policies.create, who=ADMINISTRATOR),
    Page("/admin/policies/{id}", policy.look, policy.act, who=ADMINISTRATOR),
    Page("/admin/rules", rules.look, rules.act, who=ADMINISTRATOR),
    Page("/admin/live", live.look, who=ADMINISTRATOR),
    Page("/admin/held", bursts.look, bursts.save, who=ADMINISTRATOR),
    Page("/admin/held/{id}", bursts.one, bursts.act, who=ADMINISTRATOR),
    Page("/admin/users/{id}/held", bursts.limits, bursts.save_limits, who=ADMINISTRATOR),
    Page("/admin/undo", undo.look, undo.act, who=ADMINISTRATOR),
    Page("/admin/users/{id}/as-of", asof.look, who=ADMINISTRATOR),
    Page("/admin/items/{id}/as-of", asof.item, asof.restore, who=ADMINISTRATOR),
    Page("/admin/log", log.look, who=ADMINISTRATOR),
    Page("/admin/log/live", log_live.follow, who=ADMINISTRATOR),
    Page("/admin/log/{position}", log.one, who=ADMINISTRATOR),
    Page("/admin/items/{id}", item.look, who=ADMINISTRATOR),
    Page("/admin/store", store.look, store.act, who=ADMINISTRATOR),
    Page("/admin/settings", house.look, house.save, who=ADMINISTRATOR),
)
"""Every page: its address, who shows it, and who does what its forms ask."""

ELSEWHERE: Final = Page("(nothing)", who="anybody")


def create_app(phones: ActiveSync, site: Site | None = None) -> WSGI:
    """The endpoint of phones, the two ways to find it, the probe, and the pages of a site."""
    groupware = phones.groupware
    discover = Autodiscover(phones.settings, phones.authenticate, groupware.clock)
    app = falcon.App()
    app.resp_options.default_media_type = None  # type: ignore[assignment]
    app.set_error_serializer(lambda req, resp, error: None)
    app.add_error_handler(Exception, _crashed)
    app.add_sink(_nothing, "/")
    if site is not None:
        _add_pages(app, site)
    app.add_sink(Health(Readiness(phones.settings.home, phones.hub)), health.PATH)
    app.add_sink(discover.xml, autodiscover.XML_PATH)
    app.add_sink(discover.json, autodiscover.JSON_PATH)
    app.add_sink(phones, eas.PATH)
    app.add_error_handler(Parked, _parked)
    return _patient(_bordered(app), phones.hub.present)


def _add_pages(app: falcon.App[Any, Any], site: Site) -> None:
    for page in PAGES:
        app.add_route(page.address, Resource(site, page))
    app.add_route(f"{ADDRESS}{{name}}", Files(site.static))
    app.add_sink(Resource(site, ELSEWHERE).on_any, "/")


class Resource:
    """A page as the framework wants it: a method for each verb it answers."""

    def __init__(self, site: Site, page: Page) -> None:
        self._site = site
        self._page = page
        if page.get is not None:
            self.on_get = self.on_head = self._answering(page.get)
        if page.post is not None:
            self.on_post = self._answering(page.post)

    def on_any(self, req: falcon.Request, resp: falcon.Response, **_: str) -> None:
        """Nothing is here: a page says so to whoever reads pages, else one line."""
        if "text/html" in (req.get_header("Accept") or "") and req.method in ("GET", "HEAD"):
            _put(self._site.answer(self._page, _unknown, req, {}), resp)
        else:
            _nothing(req, resp)

    def _answering(self, look: Look) -> Callable[..., None]:
        def answer(req: falcon.Request, resp: falcon.Response, **names: str) -> None:
            _put(self._site.answer(self._page, look, req, names), resp)

        return answer


class Files:
    """What the pages are made of beside text."""

    def __init__(self, static: Static) -> None:
        self._static = static

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        self._static.answer(name).put(resp)


def _unknown(visit: Visit) -> Http:
    raise Unknown(NOTHING)


def _put(answer: Http, resp: falcon.Response) -> None:
    """The framework keeps cookies apart from other headers."""
    headers = dict(answer.headers)
    if cookie := headers.pop("Set-Cookie", ""):
        resp.append_header("Set-Cookie", cookie)
    replace(answer, headers=headers).put(resp)


def _nothing(req: falcon.Request, resp: falcon.Response) -> None:
    words(404, NOTHING).put(resp)


def _crashed(req: falcon.Request, resp: falcon.Response, error: Exception, params: object) -> None:
    _told(error).put(resp)


def _parked(req: falcon.Request, resp: falcon.Response, error: Parked, params: object) -> None:
    raise error


def _patient(app: WSGI, present: set[Stay]) -> WSGI:
    """A request that is parked waits here, where the stack is flat and all else is gone."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[eas.STAY] = stay = Stay()
        present.add(stay)
        try:
            while (told := _unless_parked(app, environ, start_response)) is None:
                with watched(environ.get("gunicorn.socket"), stay.waiter):
                    stay.wait()
        finally:
            stay.end()
            present.discard(stay)
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
            return start_response(status, [*spelt, *_harmless(headers)], *error)

        try:
            return app(environ, start)
        except Parked:
            raise
        except Exception as error:  # the border of one request, the outermost
            headers = [*_told(error).headers.items(), ("Content-Length", "0"), *HARMLESS.items()]
            start_response("503 Service Unavailable", headers)
            return [b""]

    return application


def _harmless(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What an answer lacks of HARMLESS, unless it is in the language of phones."""
    given = {name.lower(): value for name, value in headers}
    if FOR_PHONES in given.get("content-type", ""):
        return []
    return [(name, value) for name, value in HARMLESS.items() if name.lower() not in given]


def _told(error: Exception) -> Http:
    fields: Fields = {}
    told = errors.answer(error, fields)
    http = told if isinstance(told, Http) else errors.later(errors.CRASHED)
    return replace(http, headers={**http.headers, **errors.named(fields)})
