"""Dependencies point one way; only the composition and the shell construct."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "domain": {"domain", "eventsourcing.domain", "eventsourcing.utils"},
    "projections": {"domain", "projections"},
    "adapters": {"adapters", "domain"},
    "app": {"app", "projections", "adapters", "domain"},
}
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
