"""A verb of the command line in a process of its own, for what takes longer than a page may."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Thread
from typing import Final

from app.settings import PREFIX, Settings

MAIN: Final = "import sys; from app.cli import main; main(sys.argv[1:])"


def begin(settings: Settings, *arguments: str) -> None:
    """Begin `taccuino` with these arguments, on the store of these settings; nobody waits for it,
    and it goes on when this process ends."""
    Thread(target=_run, args=(settings, arguments), daemon=True).start()


def _run(settings: Settings, arguments: tuple[str, ...]) -> None:
    """Waited for, so that what has ended does not lie about."""
    subprocess.run(
        [sys.executable, "-P", "-c", MAIN, *arguments],
        env={**os.environ, f"{PREFIX}HOME": str(settings.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
    )
