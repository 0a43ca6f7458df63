"""/admin/log/live: what is written to the log, told to a page as it happens."""

from __future__ import annotations

from typing import Final

from app.admin.log_asked import HERE, Query
from app.http import Http
from app.log import history
from app.log.telling import Teller
from app.push.following import message
from app.web.paging import place
from app.web.visit import Visit
from projections import logbook
from projections.logbook import Search

STREAM: Final = "text/event-stream"
UNBUFFERED: Final = {"X-Accel-Buffering": "no"}
"""Proxies pass on what comes as it comes (nginx, ngx_http_proxy_module)."""


def follow(visit: Visit) -> Http:
    """From the place that the page names on, or from where the browser was told last; it ends with
    the session, or with the rights of an administrator."""
    if visit.req.get_header("Accept") != STREAM:
        return visit.go(HERE)
    site, token, person = visit.site, visit.token, visit.person.id
    site.followers.expect_room(person)
    with site.groupware.reading() as connection:
        search = Query.of(visit).asked(visit).search(connection)
        end = logbook.last(connection)
    seen = place(visit.req.get_header("Last-Event-ID") or visit.asked("after"))

    def welcome() -> bool:
        session = site.sessions.look(token)
        return session is not None and session.whole and session.person.administrator

    news = News(visit, search, end if seen is None else seen).look
    connection = visit.req.env.get("gunicorn.socket")
    stream = site.followers.follow(person, welcome, news, connection)
    return Http(200, content_type=STREAM, headers=UNBUFFERED, stream=stream)


class News:
    """What one page has not been told yet."""

    def __init__(self, visit: Visit, search: Search, seen: int) -> None:
        self._visit = visit
        self._search = search
        self._seen = seen

    def look(self) -> list[bytes]:
        """A page of it at most: nobody's hands are on the store while it is sent."""
        visit, groupware = self._visit, self._visit.site.groupware
        with groupware.reading() as connection:
            found, self._seen = history.news(groupware, connection, self._search, self._seen)
            lines = list(map(Teller(connection, visit.words).line, found))
        render = visit.site.pages.render
        return [
            message(each.position, render("admin/log_line.html", visit, {"line": each}))
            for each in lines
        ]
