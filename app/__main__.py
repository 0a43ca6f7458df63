"""`python -m app`: the server. Everything is patched before anything else is imported, since
what was imported before would stop all phones whenever it waits."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from app.serving import serve  # noqa: E402
from app.settings import BadSettings, Settings  # noqa: E402

try:
    serve(Settings.load())
except BadSettings as error:
    sys.exit(f"taccuino: {error}")
