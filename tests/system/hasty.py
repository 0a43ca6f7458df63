"""The server as it is, but with less patience: for tests, which have none."""

from gevent import monkey

monkey.patch_all()

import runpy  # noqa: E402
from functools import partial  # noqa: E402

from app import serving, uploads, wsgi  # noqa: E402
from app.limits import Pace, Rate  # noqa: E402

uploads.GRACE = serving.HANDSHAKE = 1.0
wsgi.ActiveSync = partial(wsgi.ActiveSync, pace=Pace(phone=Rate(burst=60, per_second=4)))
runpy.run_module("app", run_name="__main__")
