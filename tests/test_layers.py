"""Dependencies point one way; only the composition and the shell construct; errors of any kind are
caught at borders alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "domain": {"domain", "eventsourcing.domain", "eventsourcing.utils"},
    "projections": {"domain", "projections"},
    "adapters": {"adapters", "domain"},
    "app": {"app", "projections", "adapters", "domain"},
}
BORDER = re.compile(r"# the border of one (item|collection|request|look)\b")
OURS = frozenset(MAY_IMPORT) | {"tests", "ops"}
CONSTRUCTORS = {"app/composition.py", "app/wsgi.py", "app/serving.py", "app/cli"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def modules(package: str) -> Iterator[Path]:
    return (ROOT / package).rglob("*.py")


def test_no_room_imports_from_a_room_it_may_not_know() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package, allowed in MAY_IMPORT.items()
        for path in modules(package)
        for name in imports(path)
        if name.partition(".")[0] in OURS and name.partition(".")[0] not in allowed
    ]
    assert wrong == []


def test_the_domain_knows_only_the_standard_library_and_the_events_of_the_library() -> None:
    foreign = {"falcon", "gevent", "gunicorn", "msgpack", "icalendar", "sqlite3", "cryptography"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("domain")
        for name in imports(path)
        if name.partition(".")[0] in foreign
        or (name.startswith("eventsourcing") and name not in MAY_IMPORT["domain"])
    ]
    assert wrong == []


def test_projections_and_adapters_know_no_web_framework() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in ("projections", "adapters")
        for path in modules(package)
        for name in imports(path)
        if name.partition(".")[0] in {"falcon", "gunicorn", "click"}
    ]
    assert wrong == []


def test_only_the_composition_and_the_shell_choose_a_store() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in modules("app")
        if "adapters.store.sqlite" in set(imports(path))
        and not str(path.relative_to(ROOT)).startswith(tuple(CONSTRUCTORS))
        and path.name != "groupware.py"
    ]
    assert wrong == []


def catches_all(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    return kind is None or (isinstance(kind, ast.Name) and kind.id.endswith("Exception"))


def test_everything_is_caught_only_at_a_border_or_to_be_raised_again() -> None:
    borders, wrong = 0, []
    for path in (path for package in MAY_IMPORT for path in modules(package)):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ExceptHandler) and catches_all(node):
                last, line = node.body[-1], text.splitlines()[node.lineno - 1]
                borders += bool(BORDER.search(line))
                raised = isinstance(last, ast.Raise) and last.exc is None
                if not (raised or BORDER.search(line)):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert borders > 5
    assert wrong == []
