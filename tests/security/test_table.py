"""docs/security.md speaks of tests that are there, and of every one in this folder."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOLD = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_the_table_names_what_is_there_and_leaves_nothing_out() -> None:
    named = set(re.findall(r"`((?:tests|ops)/[\w/.]+)`", TOLD))
    assert [name for name in named if not (ROOT / name).exists()] == []
    here = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert here - named == {"tests/security/test_table.py"}
