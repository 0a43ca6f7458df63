"""How examples are drawn: without a deadline, since the machine may be busy with something else;
and where a verdict hangs on it (CI), the same ones every time."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("exploring", deadline=None)
settings.register_profile("judging", deadline=None, derandomize=True)
settings.load_profile("judging" if os.environ.get("CI") else "exploring")
