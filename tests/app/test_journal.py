"""The journal is for whoever runs the server; phones do not depend on it."""

from __future__ import annotations

import errno
import io
from contextlib import suppress

from structlog.testing import capture_logs

from app import journal
from app.journal import Lossy


class Full(io.StringIO):
    """A file on a disk that is full until there is `room`."""

    room = False

    def write(self, text: str) -> int:
        self._expect_room()
        return super().write(text)

    def flush(self) -> None:
        self._expect_room()
        super().flush()

    def _expect_room(self) -> None:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_line_that_can_be_written_is() -> None:
    stream = io.StringIO()
    Lossy(stream).write("served\n")
    assert stream.getvalue() == "served\n"


def test_a_line_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    full = Full()
    journal = Lossy(full)
    journal.write("lost\n")
    journal.flush()
    full.room = True
    journal.write("served\n")
    assert full.getvalue() == "served\n"


def test_a_line_that_is_still_to_come_keeps_who_asked_for_what_and_when() -> None:
    """A request that waits ends in a line like any other, though nobody looks at it again."""
    line: journal.Fields = {}
    with suppress(LookupError), journal.entry(line, unless=LookupError) as fields:
        fields.update(command="Ping", version="16.1", device="PHONE", collections=["many"])
        raise LookupError
    assert line.keys() == {"request", "command", "version", "device", journal.BEGAN}
    with capture_logs() as lines, journal.entry(line) as fields:
        fields["status"] = 200
    assert {"command": "Ping", "version": "16.1", "device": "PHONE"}.items() <= lines[0].items()
