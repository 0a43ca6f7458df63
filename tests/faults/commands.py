"""Folders, moves, estimates and operations on items."""

from __future__ import annotations

from adapters.wbxml import E
from tests.app.test_itemoperations import fetch, file
from tests.faults.acts import UNGIVEN, another_folder, news, post
from tests.faults.asks import (
    MOVES,
    a_folder_less,
    conversation,
    emptying,
    estimates,
    moves,
    operations,
    said,
    the_item,
)
from tests.faults.scenario import EMPTY_NAME, FILE_NAME, NO_FILE, Scenario, folder_command

SCENARIOS = [
    Scenario("foldersync-key-0", folder_command("FolderSync", "0")),
    Scenario("foldersync-same", folder_command("FolderSync")),
    Scenario("foldersync-news", folder_command("FolderSync"), another_folder),
    Scenario("foldersync-bad-key", folder_command("FolderSync", UNGIVEN)),
    Scenario("foldersync-malformed", post("FolderSync", said(E("folderhierarchy:FolderSync")))),
    Scenario(
        "folder-create",
        folder_command("FolderCreate", ParentId="club", DisplayName="Jazz", Type="14"),
    ),
    Scenario(
        "folder-create-taken",
        folder_command("FolderCreate", ParentId="0", DisplayName="Club", Type="14"),
    ),
    Scenario(
        "folder-create-special",
        folder_command("FolderCreate", ParentId="0", DisplayName="Own", Type="8"),
    ),
    Scenario(
        "folder-create-unknown",
        folder_command("FolderCreate", ParentId="0", DisplayName="Own", Type="77"),
    ),
    Scenario(
        "folder-create-nowhere",
        folder_command("FolderCreate", ParentId="x", DisplayName="Own", Type="14"),
    ),
    Scenario(
        "folder-create-nameless",
        folder_command("FolderCreate", ParentId="0", DisplayName="", Type="14"),
    ),
    Scenario(
        "folder-create-malformed",
        folder_command("FolderCreate", ParentId="0", DisplayName="x", Type="x"),
    ),
    Scenario(
        "folder-create-key-0",
        folder_command("FolderCreate", "0", ParentId="0", DisplayName="x", Type="14"),
    ),
    Scenario(
        "folder-update",
        folder_command("FolderUpdate", ServerId="club", ParentId="contacts", DisplayName="Team"),
    ),
    Scenario(
        "folder-update-itself",
        folder_command("FolderUpdate", ServerId="club", ParentId="club", DisplayName="Team"),
    ),
    Scenario(
        "folder-update-special",
        folder_command("FolderUpdate", ServerId="contacts", ParentId="0", DisplayName="Team"),
    ),
    Scenario(
        "folder-update-unknown",
        folder_command("FolderUpdate", ServerId="x", ParentId="0", DisplayName="Team"),
    ),
    Scenario("folder-delete", folder_command("FolderDelete", ServerId="club")),
    Scenario("folder-delete-special", folder_command("FolderDelete", ServerId="contacts")),
    Scenario("moveitems", post("MoveItems", MOVES)),
    Scenario("moveitems-again", post("MoveItems", MOVES), post("MoveItems", MOVES)),
    Scenario("moveitems-none", post("MoveItems", moves())),
    Scenario(
        "estimate", post("GetItemEstimate", estimates("calendar", "contacts", "inbox", "x")), news
    ),
    Scenario("estimate-filter", post("GetItemEstimate", estimates("calendar", filter=4)), news),
    Scenario("estimate-12.1", post("GetItemEstimate", estimates("club", "contacts")), news, "12.1"),
    Scenario("estimate-none", post("GetItemEstimate", estimates())),
    Scenario(
        "itemoperations",
        post(
            "ItemOperations",
            operations(
                the_item("contacts", "Flora"),
                the_item("calendar", "Meeting"),
                the_item("contacts", "q" * 26),
                lambda phone: file(FILE_NAME),
                lambda phone: file(FILE_NAME, E("itemoperations:Range", "2-3")),
                lambda phone: file(FILE_NAME, E("itemoperations:Range", "99-100")),
                lambda phone: file("q" * 26),
                lambda phone: file("q"),
                lambda phone: file(EMPTY_NAME),
                lambda phone: file(NO_FILE),
                lambda phone: fetch(E("search:LongId", "x"), E("airsyncbase:FileReference", "x")),
                emptying("x"),
                conversation("inbox", True),
                conversation("inbox", False),
                conversation("contacts", True),
            ),
        ),
    ),
    Scenario(
        "itemoperations-parts",
        post(
            "ItemOperations",
            operations(the_item("contacts", "Flora"), lambda phone: file(FILE_NAME)),
            MS_ASAcceptMultiPart="T",
        ),
    ),
    Scenario(
        "itemoperations-empty", post("ItemOperations", operations(emptying("contacts", True))), news
    ),
    Scenario(
        "itemoperations-no-store",
        post("ItemOperations", said(E("itemoperations:ItemOperations", fetch(store="Cellar")))),
    ),
    Scenario(
        "itemoperations-none", post("ItemOperations", said(E("itemoperations:ItemOperations")))
    ),
    Scenario("itemoperations-many", post("ItemOperations", operations(*([emptying("x")] * 101)))),
    Scenario("foldersync-less", folder_command("FolderSync"), a_folder_less),
    Scenario("foldersync-key-0-nested", folder_command("FolderSync", "0"), a_folder_less),
    Scenario("folder-create-incomplete", folder_command("FolderCreate", ParentId="0", Type="14")),
    Scenario(
        "folder-delete-tree",
        folder_command("FolderDelete", ServerId="club"),
        folder_command("FolderCreate", ParentId="club", DisplayName="Jazz", Type="14"),
    ),
    Scenario(
        "estimate-conversations", post("GetItemEstimate", estimates("contacts", conversations=True))
    ),
    Scenario("estimate-bad-key", post("GetItemEstimate", estimates("contacts", key=UNGIVEN))),
]
