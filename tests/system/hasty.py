"""The server as it is, but with less patience: for tests, which have none."""

from gevent import monkey

monkey.patch_all()

import runpy  # noqa: E402

from app import serving, uploads  # noqa: E402

uploads.GRACE = serving.HANDSHAKE = 1.0
runpy.run_module("app", run_name="__main__")
