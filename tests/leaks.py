"""No log of the whole run tells a secret that a test used.

Every test is watched, whatever it is about: what structlog wrote in its process and what its
servers wrote to their logs is looked through when it ends (conftest.py). Secrets are known without
being named: passwords and codes where they are hashed, sealed or tried, cookies and marks of forms
in `Reader`, what people call their contacts in `House`. A test that has others says `secret(…)`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, MutableMapping
from functools import wraps
from pathlib import Path
from typing import Any, Final

import gunicorn.config
import structlog

from app.identity import onetime, passwords

SHORTEST: Final = 6
"""What is shorter is found anywhere."""

PASSWORD: Final = 8
PHRASES: Final = 400
"""So many secrets of several words are known, the newest ones; of single words, all."""

WORD: Final = re.compile(rf"[\w-]{{{SHORTEST},}}")
ORDINARY: Final = frozenset(WORD.findall(Path(gunicorn.config.__file__).read_text("utf-8")))
"""What a server writes of its own settings when it starts; somebody's name may be one of these."""

Event = MutableMapping[str, Any]


class Leaks:
    """What must not be told, and what was told."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._phrases: deque[str] = deque(maxlen=PHRASES)
        self._lines: list[str] = []
        self._logs: dict[Path, int] = {}

    def mark(self, text: str) -> None:
        """From now on this is secret."""
        if text in ORDINARY:
            return
        if WORD.fullmatch(text):
            self._words.add(text)
        elif len(text) >= SHORTEST and text not in self._phrases:
            self._phrases.append(text)

    def hear(self, logger: object, method: str, event: Event) -> Event:
        """A processor of structlog that changes nothing."""
        self._lines.append(" ".join(f"{name}={value}" for name, value in event.items()))
        return event

    def watch(self, log: Path) -> None:
        """What a server writes here from now on."""
        self._logs.setdefault(log, 0)

    def told(self) -> list[str]:
        """The lines with a secret in them that were written since this was asked last."""
        lines = [*self._lines, *self._written()]
        self._lines.clear()
        if not lines:
            return []
        whole = "\n".join(lines)
        guilty = [*self._words.intersection(WORD.findall(whole))]
        guilty += [phrase for phrase in self._phrases if phrase in whole]
        return [line for line in lines if any(secret in line for secret in guilty)]

    def _written(self) -> Iterable[str]:
        for log, seen in list(self._logs.items()):
            if not log.exists():
                del self._logs[log]
                continue
            if log.stat().st_size == seen:
                continue
            with log.open("rb") as stream:
                stream.seek(seen)
                text = stream.read()
            self._logs[log] = seen + len(text)
            yield from text.decode("utf-8", "replace").splitlines()


LEAKS: Final = Leaks()


def secret(text: str) -> str:
    """It, marked."""
    LEAKS.mark(text)
    return text


def listen() -> None:
    """Structlog, as it is set up now, is heard."""
    structlog.configure(processors=[LEAKS.hear, *structlog.get_config()["processors"]])


def know_secrets() -> None:
    """Whatever passes these places in this process is secret."""
    passwords.normal = _marking(passwords.normal, _password)
    onetime.new_secret = _marking(onetime.new_secret)
    onetime.new_recovery_codes = _marking(onetime.new_recovery_codes)
    onetime._mail_digest = _marking(onetime._mail_digest, _code)
    onetime.step_of = _marking(onetime.step_of, _code)


def _marking(work: Callable[..., Any], given: Callable[..., str] | None = None) -> Any:
    """The same function, which marks what it is `given`, or what it returns."""

    @wraps(work)
    def marked(*args: Any) -> Any:
        found = work(*args)
        said = given(*args) if given else found
        for each in (said,) if isinstance(said, str) else said:
            LEAKS.mark(each)
        return found

    return marked


def _password(password: str) -> str:
    return password if len(password) >= PASSWORD else ""


def _code(*args: Any) -> str:
    code: str = args[-1]
    return code
