"""The application of one server process: the parts chosen and put together."""

from __future__ import annotations

from app import notices
from app.auth import Authenticator
from app.commands import COMMANDS
from app.composition import open_to_serve, post_office
from app.devices.admission import admit
from app.eas import ActiveSync
from app.groupware import Groupware
from app.identity.judging import LoginCheck
from app.identity.logins import logins
from app.identity.proof import Prover
from app.log.recording import Recorder
from app.push import heartbeats
from app.push.following import Followers
from app.push.wake import WakeHub
from app.routes import WSGI, create_app
from app.settings import Settings
from app.still import Stillness
from app.web.sessions import Sessions
from app.web.site import Site


def start(settings: Settings, hub: WakeHub) -> WSGI:
    """Opens the store, so only after a fork; from now on `hub` hears the other processes."""
    groupware = open_to_serve(settings.home, hub.ring)
    login = logins(settings, groupware)
    authenticator = Authenticator(groupware, hub.on_ring, login=login)
    hub.on_ring(groupware.forget)
    hub.beats.teach = heartbeats.teacher(groupware, settings)
    hub.begin(groupware.pool)
    if (post := post_office(settings)) is not None:
        notices.begin(groupware, settings, post)
    return create_app(
        ActiveSync(
            groupware=groupware,
            hub=hub,
            settings=settings,
            authenticate=authenticator.principal,
            admit=admit,
            commands=COMMANDS,
            still=Stillness(groupware.pool),
            recorder=Recorder(groupware),
        ),
        open_site(groupware, settings, login, hub),
    )


def open_site(groupware: Groupware, settings: Settings, login: LoginCheck, hub: WakeHub) -> Site:
    """The pages over the same store."""
    prover, sessions = Prover(groupware, login), Sessions(groupware)
    post = post_office(settings)
    return Site(groupware, settings, prover, sessions, post, followers=Followers(hub))
