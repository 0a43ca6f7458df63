"""A post office of our own: what is handed over can be looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from adapters.mail.smtp import Undelivered


@dataclass
class Post:
    """`sent` are address, subject and text of each mail; `closed` says why none is taken."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    closed: str = ""

    def send(self, to: str, subject: str, body: str) -> None:
        if self.closed:
            raise Undelivered(self.closed)
        self.sent.append((to, subject, body))

    @property
    def code(self) -> str:
        """The code in the last mail."""
        found = re.search(r"\b\d{6}\b", self.sent[-1][2])
        assert found, self.sent
        return found[0]
