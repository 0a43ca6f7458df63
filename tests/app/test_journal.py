"""The journal is for whoever runs the server; phones do not depend on it."""

from __future__ import annotations

import errno
import io

from app.journal import Lossy


class Full(io.StringIO):
    """A file on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_line_that_can_be_written_is() -> None:
    stream = io.StringIO()
    Lossy(stream).write("served\n")
    assert stream.getvalue() == "served\n"


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    journal = Lossy(Full())
    journal.write("served\n")
    journal.flush()
