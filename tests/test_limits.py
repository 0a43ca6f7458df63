"""docs/limits.md tells the truth: each value is that of the code, each test is there."""

from __future__ import annotations

import re
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parent.parent
NUMBER: Final = re.compile(r"([\d,]+)(?: (Ki|MiB|KiB))?\b")
TIMES: Final = {None: 1, "Ki": 1 << 10, "KiB": 1 << 10, "MiB": 1 << 20}


class Row(NamedTuple):
    limit: str
    value: str
    where: str
    old: str
    new: str
    test: str


def rows() -> list[Row]:
    lines = (ROOT / "docs" / "limits.md").read_text("utf-8").splitlines()
    told = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [Row(*cells) for cells in told if cells[2].startswith("`")]


def named(path: str) -> Any:
    """What a dotted path leads to: a module, and from there names and keys."""
    parts = path.split(".")
    heads = (cut for cut in range(len(parts)) if (ROOT.joinpath(*parts[:cut])).is_dir())
    module = max(heads) + 1
    return reduce(_inside, parts[module:], import_module(".".join(parts[:module])))


def _inside(whole: Any, name: str) -> Any:
    return whole[name] if isinstance(whole, dict) else getattr(whole, name)


ROWS: Final = rows()


@pytest.mark.parametrize("row", ROWS, ids=[row.where.strip("`") for row in ROWS])
def test_a_limit_is_what_the_table_says(row: Row) -> None:
    told = NUMBER.match(row.value)
    assert told
    assert int(told[1].replace(",", "")) * TIMES[told[2]] == named(row.where.strip("`"))
    assert row.old
    assert row.new
    assert (ROOT / row.test.strip("`")).exists()


def test_the_table_is_not_lost() -> None:
    assert len(ROWS) > 40
    assert len({row.where for row in ROWS}) == len(ROWS)
