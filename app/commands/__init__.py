"""Every command this server answers: what stands here is what phones are told exists."""

from __future__ import annotations

from typing import Final

from adapters.eas.version import Version
from app.commands import (
    find,
    folderchange,
    foldersync,
    getitemestimate,
    itemoperations,
    moveitems,
    ping,
    provision,
    search,
    settings,
    sync,
)
from app.context import Command

COMMANDS: Final[dict[str, Command]] = {
    "Sync": Command(sync.handle, body="optional"),
    "FolderSync": Command(foldersync.handle),
    "FolderCreate": Command(folderchange.create),
    "FolderDelete": Command(folderchange.delete),
    "FolderUpdate": Command(folderchange.update),
    "GetItemEstimate": Command(getitemestimate.handle),
    "MoveItems": Command(moveitems.handle),
    "ItemOperations": Command(itemoperations.handle, since=Version.V12_0),
    "Search": Command(search.handle),
    "Settings": Command(settings.handle, since=Version.V12_0),
    "Ping": Command(ping.handle, body="optional"),
    "Provision": Command(provision.handle),
    "Find": Command(find.handle, since=Version.V16_1),
}
