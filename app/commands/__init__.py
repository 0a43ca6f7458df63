"""Every command this server answers: what stands here is what phones are told exists."""

from __future__ import annotations

from typing import Final

from app.commands import folderchange, foldersync, ping, sync
from app.context import Command

COMMANDS: Final[dict[str, Command]] = {
    "FolderSync": Command(foldersync.handle),
    "FolderCreate": Command(folderchange.create),
    "FolderDelete": Command(folderchange.delete),
    "FolderUpdate": Command(folderchange.update),
    "Ping": Command(ping.handle, body="optional"),
    "Sync": Command(sync.handle, body="optional"),
}
