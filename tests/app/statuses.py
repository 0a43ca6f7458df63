"""Every Status of the protocol, by the command and the element it stands in.

Those in brackets are never sent here; tests/app/test_statuses.py says why, and proves the
others. Whatever any test is answered is held against this list.
"""

from __future__ import annotations

import re

from adapters.wbxml import Element

STATUSES = """
Sync/Sync: 4 12 13 14 15 (1 2 5 16)
Sync/Collection: 1 3 4 5 12 (8)
Sync/Add: 1 6 184 (4 5 7 8 9)
Sync/Change: 1 6 7 8 (4 5 9)
Sync/Delete: 6 (1 4 5 7 8 9)
Sync/Fetch: 1 6 8 (4 5)
Ping/Ping: 1 2 3 4 5 6 7 (8)
FolderSync/FolderSync: 1 9 10 (6 11 12)
FolderCreate/FolderCreate: 1 2 5 9 10 (3 6 11 12)
FolderUpdate/FolderUpdate: 1 2 4 5 9 10 (3 6 11)
FolderDelete/FolderDelete: 1 3 4 9 10 (6 11)
GetItemEstimate/Response: 1 2 3 4
MoveItems/Response: 1 2 3 4 5 (7)
ItemOperations/ItemOperations: 1 2 9 11 (3 4 5 6 7 12 18 155 156)
ItemOperations/Fetch: 1 2 6 8 10 14 15 (11 16 17)
ItemOperations/EmptyFolderContents: 1 6 (2 16 17)
ItemOperations/Move: 6 155 156 (1 2 16 17)
Search/Search: 1 (3)
Search/Store: 1 2 6 8 12 (3 4 5 7 10 11 13 14)
Search/Picture: 1 173 174 175
Find/Find: 1 2 (3)
Find/Response: 1 2 4 (3)
Find/Picture: 1 173 174 175
Settings/Settings: 1 2 (3 4 5 6 7)
Settings/Oof: 1 2 5 6
Settings/DevicePassword: 2 5 7 (1)
Settings/DeviceInformation: 1 2 5 (6)
Settings/UserInformation: 1 2 (5 6)
Settings/RightsManagementInformation: 1 2 (5 6)
Provision/Provision: 1 2 (3 141 143 165)
Provision/Policy: 1 3 5 (2 4)
Provision/DeviceInformation: 1 2 5
"""

COMMON = """
101 102 103 108 109 126 129 130 137 138 139 140 142 144 145 177
(104 105 106 107 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 127 128 131 132
133 134 135 136 141 143 146 147 148 149 150 151 152 153 154 155 156 160 161 162 163 164 165
166 167 168 169 170 171 172 173 174 175 176 178 179 183 184)
"""
"""What all commands share (MS-ASCMD 2.2.2), as the answer to a request as a whole."""

Place = tuple[str, str]


def _split(text: str) -> tuple[frozenset[int], frozenset[int]]:
    """Those that are sent, and those that are not."""
    never = " ".join(re.findall(r"\(([^)]*)\)", text))
    sent = re.sub(r"\([^)]*\)", "", text)
    return frozenset(map(int, sent.split())), frozenset(map(int, never.split()))


def _places() -> dict[Place, tuple[frozenset[int], frozenset[int]]]:
    lines = (line.split(":") for line in STATUSES.strip().splitlines())
    return {(where.split("/")[0], where.split("/")[1]): _split(text) for where, text in lines}


PLACES = _places()
SHARED, SHARED_NEVER = _split(COMMON)


def observed(root: Element) -> list[tuple[str, int]]:
    """Each Status of a reply with the name of the element it stands in."""
    return [
        (element.name.partition(":")[2], int(child.value))
        for element in [root, *_below(root)]
        for child in element
        if child.name.endswith(":Status")
    ]


def expect(command: str, root: Element) -> None:
    """AssertionError for a status that is not listed, or listed as never sent."""
    for where, status in observed(root):
        sent, _ = PLACES.get((command, where), (frozenset(), frozenset()))
        assert status in sent, f"{command} says {status} in {where}, which is not listed"


def expect_common(status: int) -> None:
    assert status in SHARED, f"{status} is not listed as sent"


def _below(element: Element) -> list[Element]:
    return [each for child in element for each in (child, *_below(child))]
