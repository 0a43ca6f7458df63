"""An LDAP directory that knows people and their login passwords: found first, then bound as.

Servers are tried in their order; one that did not answer is left alone for a while, so that
nobody waits for it each time. No answer is never a no: DirectoryDown is.
"""

from __future__ import annotations

import string
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from ldap3.core.exceptions import LDAPInvalidDnError, LDAPInvalidFilterError
from ldap3.operation.search import parse_filter
from ldap3.utils.dn import parse_dn

from adapters.directory.person import DirectoryDown, Person
from adapters.directory.session import Entry, Place, Session, Unusable, talking

DOWN_FOR: Final = 15.0
"""Seconds for which a server that did not answer is not asked again."""

NAME: Final = "{name}"
PLAIN: Final = frozenset(string.ascii_letters + string.digits)

T = TypeVar("T")


@dataclass(frozen=True)
class Directory:
    """`servers` are ldap://host[:port], with StartTLS, or ldaps://host[:port]. `filter` is how
    somebody is found below `base`, with {name} in the place of their name. Without `bind_dn`
    whoever searches is nobody. `full_name` and `mail` are attributes. Each step of a conversation
    may take `timeout` seconds."""

    servers: tuple[str, ...]
    base: str
    filter: str = "(uid={name})"
    bind_dn: str = ""
    bind_password_file: Path | None = field(default=None, repr=False)
    ca_file: Path | None = None
    full_name: str = "cn"
    mail: str = "mail"
    timeout: int = 5
    clock: Callable[[], float] = time.monotonic
    _down: dict[str, tuple[float, str]] = field(default_factory=dict, init=False, repr=False)

    def verify(self, name: str, password: str) -> Person | None:
        """Whoever has this name and this password; None if nobody has, or DirectoryDown."""
        if not (name and password):
            return None
        return self._asked(lambda session: self._proven(session, name, password))

    def people(self, name: str) -> list[Person]:
        """Whoever has this name, two at most: more than one is nobody."""
        return self._asked(lambda session: self._found(session, name)) if name else []

    def _proven(self, session: Session, name: str, password: str) -> Person | None:
        found = self._found(session, name)
        if len(found) == 1 and session.bind(found[0].dn, password):
            return found[0]
        return None

    def _found(self, session: Session, name: str) -> list[Person]:
        if self.bind_dn and not session.bind(self.bind_dn, self._password()):
            raise Unusable("it refuses the account that searches")
        wanted = (self.full_name, self.mail)
        found = session.search(self.base, self.filter.replace(NAME, escaped(name)), wanted, 2)
        return [self._person(entry) for entry in found]

    def _person(self, entry: Entry) -> Person:
        return Person(entry.dn, entry.values[self.full_name], entry.values[self.mail])

    def _password(self) -> str:
        """As the file has it now, so that a new one needs no restart."""
        if self.bind_password_file is None:
            return ""
        try:
            return self.bind_password_file.read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError):
            raise Unusable("the password of the account that searches cannot be read") from None

    def _asked(self, question: Callable[[Session], T]) -> T:
        """The answer of the first server that gives one."""
        reasons = []
        for url in self.servers:
            until, reason = self._down.get(url, (0.0, ""))
            if until <= self.clock():
                if reason:  # one asks whether it is back, and nobody else waits with them
                    self._down[url] = (self.clock() + DOWN_FOR, reason)
                try:
                    with talking(Place(url, self.ca_file, self.timeout)) as session:
                        answer = question(session)
                except Unusable as error:
                    reason = str(error)
                    self._down[url] = (self.clock() + DOWN_FOR, reason)
                else:
                    self._down.pop(url, None)
                    return answer
            reasons.append(f"{url}: {reason}")
        raise DirectoryDown("; ".join(reasons))


def escaped(name: str) -> str:
    """A name that is nothing but a value in a filter, whatever it holds (RFC 4515 3)."""
    octets = name.encode("utf-8", "surrogatepass")
    return "".join(chr(each) if chr(each) in PLAIN else f"\\{each:02x}" for each in octets)


def is_filter(text: str) -> bool:
    """Whether somebody can be found by it."""
    try:
        parse_filter(text.replace(NAME, "x"), None, False, True, None, False)  # type: ignore[no-untyped-call]
    except (LDAPInvalidFilterError, ValueError, LookupError):
        return False
    return NAME in text


def is_dn(text: str) -> bool:
    """Whether it can be the name of an entry (RFC 4514)."""
    try:
        return bool(parse_dn(text))
    except LDAPInvalidDnError:
        return False
