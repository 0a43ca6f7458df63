"""The command line on a home of its own, inside this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import main
from app.composition import open_groupware
from app.groupware import Groupware
from app.push.bell import Ear
from projections import accounts
from projections.accounts import AccountRow

PASSWORD = "correct horse"


@dataclass
class Cli:
    """`done` and `refused` say what is expected of the exit status."""

    home: Path

    def run(self, *args: str, stdin: str | bytes | None = None, **environ: str) -> Result:
        others = dict.fromkeys(name for name in os.environ if name.startswith("TACCUINO_"))
        env = {**others, "TACCUINO_HOME": str(self.home), **environ}
        return CliRunner().invoke(main, args, input=stdin, env=env)

    def done(self, *args: str, stdin: str | bytes | None = None) -> str:
        """What a verb that succeeds prints."""
        result = self.run(*args, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def refused(self, *args: str, status: int = 1, stdin: str | bytes | None = None) -> str:
        """The one line of a verb that fails with this exit status."""
        result = self.run(*args, stdin=stdin)
        assert result.exit_code == status, (result.output, result.exception)
        lines = result.stderr.splitlines()
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("taccuino: ")
        assert result.stdout == ""
        return lines[0].removeprefix("taccuino: ")

    def rows(self, *args: str) -> list[list[str]]:
        """The cells of a list."""
        return [line.split("\t") for line in self.done(*args).splitlines()]

    def fields(self, id: str) -> dict[str, str]:
        """What `item show` says, by field."""
        return dict(self.rows("item", "show", id))

    def person(self, name: str = "ada", *options: str) -> None:
        """Somebody enabled, in Rome."""
        mail = f"{name}@example.org"
        given = ("--mail", mail, "--name", f"{name.title()} Example", "--zone", "Europe/Rome")
        self.done(
            "user", "add", name, *given, "--password-stdin", "--enable", *options, stdin=PASSWORD
        )

    def event(self, *options: str) -> str:
        """The id of an event of Ada's."""
        subject = () if "--subject" in options else ("--subject", "Dentist")
        start = () if "--start" in options else ("--start", "2026-12-01T09:00")
        return self.done("event", "add", "-u", "ada", *subject, *start, *options).strip()

    def contact(self, *options: str) -> str:
        """The id of a contact of Ada's."""
        name = () if "--first" in options else ("--first", "Grace", "--last", "Hopper")
        return self.done("contact", "add", "-u", "ada", *name, *options).strip()

    @contextmanager
    def groupware(self) -> Iterator[Groupware]:
        """The store behind it."""
        groupware = open_groupware(self.home)
        try:
            yield groupware
        finally:
            groupware.pool.close()

    def account(self, name: str = "ada") -> AccountRow:
        with self.groupware() as groupware, groupware.reading() as connection:
            found = accounts.find(connection, name)
        assert found is not None
        return found

    @contextmanager
    def ear(self) -> Iterator[Ear]:
        """Somebody who waits for phones, as a server's process does."""
        ear = Ear(self.home / "wake")
        try:
            yield ear
        finally:
            ear.close()
            ear._socket.close()
