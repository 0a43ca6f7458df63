"""A server whose commands only park, ring and count: run as a script by test_serving.py."""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
from pathlib import Path  # noqa: E402
from uuid import UUID  # noqa: E402

from adapters.eas.reply import Answer, Empty, Reply  # noqa: E402
from adapters.eas.request import Request  # noqa: E402
from adapters.wbxml import E  # noqa: E402
from app import journal, serving, wsgi  # noqa: E402
from app.composition import open_groupware  # noqa: E402
from app.context import Command, Context  # noqa: E402
from app.eas import ActiveSync  # noqa: E402
from app.push import parking  # noqa: E402
from app.push.wake import WakeHub  # noqa: E402
from app.routes import create_app  # noqa: E402
from app.settings import Settings  # noqa: E402
from tests.app.shell import authenticate, welcome  # noqa: E402

TOPIC = UUID(int=1)
NOTHING = Answer(E("ping:Ping", E("ping:Status", 1)))


def park(context: Context, request: Request) -> Reply:
    """There is news once somebody has rung, in whichever worker."""
    parking.park(context, request, [TOPIC], 600, lambda: _rung(context).exists() or None, NOTHING)
    return Answer(E("ping:Ping", E("ping:Status", 2)))


def ring(context: Context, request: Request) -> Reply:
    _rung(context).touch()
    context.hub.ring([TOPIC])
    return Empty()


def _rung(context: Context) -> Path:
    return context.settings.home / "rung"


def count(context: Context, request: Request) -> Reply:
    """How many are parked, and in which worker."""
    told = f"{os.getpid()} {context.hub.parked}"
    return Answer(E("settings:Settings", E("settings:Status", 1), E("settings:Model", told)))


def start(settings: Settings, hub: WakeHub) -> object:
    groupware = open_groupware(settings.home, ring=hub.ring)
    hub.begin(groupware.pool)
    print("began", flush=True)
    commands = {
        "Ping": Command(park, body="optional"),
        "Sync": Command(ring, body="optional"),
        "Settings": Command(count, body="optional"),
    }
    return create_app(ActiveSync(groupware, hub, settings, authenticate, welcome, commands))


if __name__ == "__main__":
    wsgi.start = start  # type: ignore[assignment]
    journal.configure("info")
    serving.serve(Settings.load())
