"""What holds for every verb: it is loaded when it is asked for, and fails in one clear line.

Exit status: 0 it is done, 1 it could not be done, 2 it was not said right (or set up right).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from typing import Any, Final

import click

from adapters.directory.person import DirectoryDown
from adapters.store.keyring import WrongMasterKey
from adapters.store.masterkey import MasterKeyUnusable
from adapters.store.pool import StoreBusy, StoreUnavailable
from app.settings import BadSettings
from domain.refused import Refused

DONE, FAILED, MISUSED = 0, 1, 2

TROUBLE: Final[dict[type[Exception], int]] = {
    Refused: FAILED,
    StoreBusy: FAILED,
    StoreUnavailable: FAILED,
    MasterKeyUnusable: FAILED,
    WrongMasterKey: FAILED,
    DirectoryDown: FAILED,
    BadSettings: MISUSED,
    OSError: FAILED,
}
"""What may go wrong without anything being wrong with us: the exit status of each."""


class Shell(click.Group):
    """The verbs of an index, by module."""

    def __init__(self, name: str, index: Mapping[str, str], **facts: Any) -> None:
        super().__init__(name, **facts)
        self._index = index

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._index)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._index:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        found: click.Command = getattr(import_module(self._index[cmd_name]), name)
        return found

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the verb that the arguments name, and end this process with its exit status."""
        extra |= {"standalone_mode": False, "prog_name": self.name}
        try:
            status = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            status = MISUSED
        except click.UsageError as error:
            status = _complain(error.format_message() + _hint(error), MISUSED)
        except click.ClickException as error:
            status = _complain(error.format_message(), FAILED)
        except click.Abort:
            status = _complain("given up; nothing was done", FAILED)
        except tuple(TROUBLE) as error:
            status = _complain(_reason(error), _status(error))
        sys.exit(status if isinstance(status, int) else DONE)


def _complain(reason: str, status: int) -> int:
    """One line, whatever the reason is made of."""
    click.echo(f"taccuino: {' '.join(reason.split())}", err=True)
    return status


def _hint(error: click.UsageError) -> str:
    return f" (see {error.ctx.command_path} --help)" if error.ctx else ""


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _status(error: Exception) -> int:
    return next(TROUBLE[kind] for kind in type(error).__mro__ if kind in TROUBLE)
