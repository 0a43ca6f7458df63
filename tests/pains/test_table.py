"""docs/pains.md says which test shows what; here, that it speaks of tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (\d+) \|(.*)\|$", (ROOT / "docs" / "pains.md").read_text("utf-8"), re.M)
HERE = {path.stem for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).stem}


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


def named() -> list[str]:
    """What stands between backquotes beside a promise; a bare name is in the folder before it."""
    names = []
    for _, row in ROWS:
        folder = "tests/pains"
        for name in re.findall(r"`([\w/.…=]+)`", cells(row)[2]):
            if "/" in name:
                folder = name.rpartition("/")[0]
            elif name.isupper() or "=" in name:
                continue
            names.append(name if "/" in name else f"{folder}/{name}")
    return names


def test_there_are_thirty() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 31))
    states = {re.split("[,:;]", cells(row)[3])[0] for _, row in ROWS}
    assert states <= {"shown", "in part", "open"}


@pytest.mark.parametrize("name", named())
def test_what_it_names_is_there(name: str) -> None:
    pattern = name.replace("…", "*")
    assert any(list(ROOT.glob(f"{pattern}{end}")) for end in ("", ".py"))


def test_every_file_of_this_folder_stands_in_it() -> None:
    assert {Path(name).stem for name in named() if name.startswith("tests/pains/")} == HERE
