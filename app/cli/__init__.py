"""The command line, `taccuino VERB …`: each verb is a file here and a line in the index.

A verb runs the same use cases as a phone, as `admin:` and the name of whoever is logged in, and
rings the same bell, so phones hear of it at once. Lists are tables on a terminal, and lines with
tabs between the columns where another program reads them.
"""

from __future__ import annotations

from typing import Final

from app.cli.shell import Shell

INDEX: Final = {
    "serve": "app.cli.serve",
    "init": "app.cli.init",
    "user": "app.cli.user",
    "person": "app.cli.person",
    "activesync-password": "app.cli.activesync_password",
    "second-factor": "app.cli.second_factor",
    "directory": "app.cli.directory",
    "house": "app.cli.house_rules",
    "folder": "app.cli.folder",
    "event": "app.cli.event",
    "contact": "app.cli.contact",
    "link": "app.cli.link",
    "unlink": "app.cli.link",
    "item": "app.cli.item",
    "history": "app.cli.history",
    "log": "app.cli.log",
    "conflict": "app.cli.conflict",
    "burst": "app.cli.burst",
    "undo": "app.cli.undo",
    "as-of": "app.cli.as_of",
    "device": "app.cli.device",
    "access": "app.cli.access",
    "live": "app.cli.live",
    "top": "app.cli.top",
    "findings": "app.cli.findings",
    "policy": "app.cli.policy",
    "import": "app.cli.import_",
    "export": "app.cli.export",
    "explain": "app.cli.explain",
    "record": "app.cli.record",
    "replay": "app.cli.replay",
    "bundle": "app.cli.bundle",
    "verify": "app.cli.verify",
    "checkpoint": "app.cli.checkpoint",
    "rebuild": "app.cli.rebuild",
    "compact": "app.cli.compact",
    "shadow": "app.cli.shadow",
    "fold": "app.cli.fold",
    "backup": "app.cli.backup",
    "restore": "app.cli.restore",
    "doctor": "app.cli.doctor",
    "wbxml": "app.cli.wbxml",
}
"""The module of each verb, in the order of the help; it holds the verb under its own name."""

main = Shell(
    "taccuino",
    INDEX,
    help="Calendar and contacts for phones, over Exchange ActiveSync.\n\n"
    "Settings come from taccuino.toml in the home folder and from the environment: "
    "TACCUINO_HOME (default ./var), TACCUINO_BIND, TACCUINO_WORKERS and so on.",
)

__all__ = ["INDEX", "main"]
