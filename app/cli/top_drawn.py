"""How a look at the server is drawn on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from app.cli.top import Frame


def drawn(frame: Frame) -> RenderableType:
    """Numbers, then commands, then phones."""
    if not frame.workers:
        return Text("no server runs here; waiting for one", style="yellow")
    return Group(_numbers(frame), Text(), _commands(frame), _phones(frame))


def _numbers(frame: Frame) -> RenderableType:
    table = Table.grid(padding=(0, 3))
    for row in (
        (f"workers {frame.workers}", f"memory {frame.memory >> 20} MiB", ""),
        (
            f"phones waiting {frame.waiting}",
            f"in work {frame.in_work}",
            f"connections {frame.connections}",
        ),
        (
            f"requests {frame.requests:.1f}/s",
            f"half within {span(frame.half_within)}",
            f"95 % within {span(frame.most_within)}",
        ),
        (f"woken {frame.wakes:.1f}/s", f"95 % within {span(frame.woken_within)}", ""),
        (
            f"events written {frame.events:.1f}/s",
            f"put off {frame.put_off:.1f}/s",
            f"passwords refused {frame.refused_passwords:.1f}/s",
        ),
    ):
        table.add_row(*row)
    return table


def _commands(frame: Frame) -> RenderableType:
    often = sorted(frame.commands.items(), key=lambda each: -each[1])
    return Text("   ".join(f"{command} {rate:.1f}/s" for command, rate in often) or "no requests")


def _phones(frame: Frame) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("user", "phone", "command", "since", "waits for"):
        table.add_column(column, overflow="fold")
    for each in frame.phones:
        left = "in work" if each.left is None else f"{each.left} s"
        table.add_row(*map(Text, (each.user, each.phone, each.command, each.since, left)))
    return table


def span(seconds: float | None) -> str:
    """A time as people say it."""
    if seconds is None:
        return "-"
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
