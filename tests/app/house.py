"""A house with people and phones in it, for tests: one store, one clock that stands still."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.eas.reply import Answer, Failure, Multipart, Reply
from adapters.eas.request import WBXML, Request
from adapters.eas.status import Refusal
from adapters.eas.version import Version
from adapters.wbxml import Element, decode, encode
from adapters.wbxml.codepages import VERSIONS
from app import errors, people, rules
from app import items as use_cases
from app.auth import NotEnabled
from app.commands import COMMANDS
from app.composition import open_groupware
from app.context import Context
from app.devices import admission
from app.groupware import Groupware
from app.push.beats import Beats
from app.push.stay import Parked, Stay
from app.push.wake import Vanished, Waiter, WakeHub
from app.settings import Settings
from domain.base import Authorship
from domain.folder import CALENDAR, CONTACTS, default_folder
from domain.when import AllDay
from projections import accounts, devices, items
from projections.accounts import AccountRow
from projections.devices import PartnershipRow
from tests.app import shapes, statuses
from tests.leaks import secret

PHONE = "ABCDEF0123456789"
NAMES = ("first_name", "last_name", "company_name", "email1", "mobile_phone")
"""What nobody else needs to know of a contact."""


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class Impatient:
    """A hub where every wait is over at once; `waited` are the seconds each was to take."""

    since = 0.0

    def __init__(self) -> None:
        self.waited: list[int] = []
        self.present: set[Stay] = set()
        self.beats = Beats()
        self.topics: frozenset[UUID] = frozenset()

    def ring(self, topics: Iterable[UUID]) -> None:
        """Nobody waits here."""

    def register(self, topics: Iterable[UUID]) -> Impatient:
        self.topics = frozenset(topics)
        return self

    def cancel(self) -> None:
        """Nobody waits here."""

    def crowd(self, topic: UUID) -> int:
        return 0

    def wait(self, seconds: float) -> frozenset[UUID]:
        if seconds:
            self.waited.append(round(seconds))
        return frozenset()


class Announcing(WakeHub):
    """A hub that says when somebody has come to wait."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.arrivals = threading.Semaphore(0)

    def register(self, topics: Iterable[UUID]) -> Waiter:
        waiter = super().register(topics)
        self.arrivals.release()
        return waiter


class Waiting(threading.Thread):
    """A request on its way, begun and registered by the time this is made."""

    def __init__(self, house: House, ask: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._ask = ask
        self.start()
        assert house.hub.arrivals.acquire(timeout=10), "it was answered at once"

    def run(self) -> None:
        self._told = self._ask()

    @property
    def parked(self) -> bool:
        return self.is_alive()

    def answer(self) -> Any:
        """What it is told in the end."""
        self.join(10)
        assert not self.is_alive(), "it still waits"
        return self._told


class House:
    """Everything a request meets between the HTTP shell and the store.

    Waiting is over at once, unless the house has a real `hub`.
    """

    def __init__(self, home: Path, devices_per_user: int = 5, hub: bool = False) -> None:
        self.clock = Clock()
        self.rung: list[UUID] = []
        self.settings = Settings(home=home, devices_per_user=devices_per_user)
        self.hub: Any = Announcing(self.settings.sockets) if hub else Impatient()
        self.groupware = self.open()

    def open(self) -> Groupware:
        """The store, as another process has it. What a crash of the machine would lose is of no
        interest here, so nothing waits for the disk."""
        groupware = open_groupware(self.settings.home, self.clock, self._ring)
        groupware.pool._writer.execute("PRAGMA synchronous = OFF")
        return groupware

    def restart(self) -> None:
        """A new process over the same store: whatever was only in memory is gone."""
        self.groupware.pool.close()
        self.groupware = self.open()

    def _ring(self, topics: Iterable[UUID]) -> None:
        self.rung.extend(topics)
        self.hub.ring(topics)

    def close(self) -> None:
        if isinstance(self.hub, WakeHub):
            self.hub.close()
        self.groupware.pool.close()

    @property
    def admin(self) -> Authorship:
        return self.groupware.author("admin:root", "test")

    def person(self, name: str = "ada", full_name: str = "Ada Example", **facts: Any) -> AccountRow:
        """Somebody enabled, without a password."""
        mail = facts.pop("mail", f"{name}@example.org")
        id = people.open_account(self.groupware, self.admin, name, mail, full_name, **facts)
        people.enable(self.groupware, self.admin, id)
        return self.account(name)

    def account(self, name: str = "ada") -> AccountRow:
        with self.groupware.reading() as connection:
            row = accounts.find(connection, name)
        assert row is not None
        return row

    def phone(self, name: str = "ada", device: str = PHONE) -> PartnershipRow:
        """The row of a phone that was here already."""
        with self.groupware.reading() as connection:
            rows = devices.of_account(connection, self.account(name).id)
        return next(row for row in rows if row.device == device)

    def under_policy(self, name: str = "ada", **settings: str) -> None:
        people.write_policy(self.groupware, self.admin, "strict", settings)
        people.assign_policy(self.groupware, self.admin, self.account(name).id, "strict")

    def allow(self, rule: str) -> None:
        """A rule that holds for everybody from now on."""
        rules.decide(self.groupware, self.admin, rule, True)

    def contact(self, name: str = "ada", **values: Any) -> UUID:
        """A contact in this person's address book."""
        for field in NAMES:
            secret(str(values.get(field, "")))
        with self.groupware.acting(self.admin) as connection:
            book = items.collection(connection, default_folder(self.account(name).id, CONTACTS))
            assert book is not None
            return use_cases.add(self.groupware, connection, book, "contacts", values).id

    def appointment(self, name: str = "ada", **values: Any) -> UUID:
        """An appointment in this person's calendar; unless told otherwise, today and all day."""
        secret(str(values.get("subject", "")))
        today = self.clock().date()
        complete = {"when": AllDay(today, today + timedelta(days=1)), **values}
        with self.groupware.acting(self.admin) as connection:
            book = items.collection(connection, default_folder(self.account(name).id, CALENDAR))
            assert book is not None
            return use_cases.add(self.groupware, connection, book, "calendar", complete).id

    def revise(self, contact: UUID, **patch: Any) -> None:
        with self.groupware.acting(self.admin) as connection:
            item = use_cases.load(self.groupware, connection, contact)
            use_cases.revise(self.groupware, connection, item, patch)

    def remove(self, contact: UUID) -> None:
        with self.groupware.acting(self.admin) as connection:
            item = use_cases.load(self.groupware, connection, contact)
            use_cases.remove(self.groupware, item)

    def restore(self, contact: UUID) -> None:
        with self.groupware.acting(self.admin) as connection:
            item = use_cases.load(self.groupware, connection, contact)
            use_cases.restore(self.groupware, item)

    def admit(self, request: Request, name: str = "ada") -> PartnershipRow | None:
        return admission.admit(
            self.groupware, self.account(name), request, self.clock(), self.settings
        )

    def ask(
        self,
        command: str,
        body: Element | None = None,
        version: Version = Version.V16_1,
        key: int | None = None,
        name: str = "ada",
        device: str = PHONE,
        **facts: Any,
    ) -> Reply:
        """What the phone gets, as the HTTP shell would have it; `facts` are of the request."""
        request = replace(a_request(command, body, version, key, device), **facts)
        reply = self._reply(request, name)
        if isinstance(reply, Answer | Multipart):
            reply = replace(reply, root=decode(encode(reply.root)))  # as the phone reads it
            expect_speech(reply.root, version)
            shapes.expect(reply.root, version)
            statuses.expect(command, reply.root)
        elif isinstance(reply, Failure):
            statuses.expect_common(reply.status)
        return reply

    def _reply(self, request: Request, name: str) -> Reply:
        stay = Stay()
        try:
            while (reply := self._looked(request, name, stay)) is None:
                stay.wait()
                if stay.gone:
                    raise Vanished
                if stay.over:
                    assert stay.nothing is not None
                    return stay.nothing
            return reply
        except Refusal as refusal:
            return Failure(refusal.status)
        except NotEnabled:
            return Failure(errors.DISABLED)
        finally:
            stay.end()

    def context(
        self, account: AccountRow, partnership: PartnershipRow, stay: Stay | None = None
    ) -> Context:
        """What a command is given."""
        return Context(
            groupware=self.groupware,
            hub=self.hub,
            settings=self.settings,
            account=account,
            partnership=partnership,
            now=self.clock(),
            locale="",
            stay=stay or Stay(),
        )

    def _looked(self, request: Request, name: str, stay: Stay) -> Reply | None:
        """None for a request that has to wait."""
        account = self.account(name)
        if not account.enabled:
            raise NotEnabled
        partnership = self.admit(request, name)
        assert partnership is not None
        context = self.context(account, partnership, stay)
        try:
            return COMMANDS[request.command].handle(context, request)
        except Parked:
            return None

    def answer(self, command: str, body: Element | None = None, **how: Any) -> Element:
        reply = self.ask(command, body, **how)
        assert isinstance(reply, Answer), reply
        return reply.root

    def log_length(self) -> int:
        return self.groupware.recorder.max_notification_id() or 0


def a_request(
    command: str = "FolderSync",
    body: Element | None = None,
    version: Version = Version.V16_1,
    key: int | None = None,
    device: str = PHONE,
) -> Request:
    return Request(
        command=command,
        version=version,
        device_id=device,
        device_type="iPhone",
        user="ada",
        policy_key=key,
        locale="",
        accept_multipart=False,
        save_in_sent=False,
        params={},
        user_agent="Apple-iPhone14C5/2302.1",
        body=body,
        content_type=WBXML,
        address="192.0.2.7",
    )


def expect_speech(root: Element, version: Version) -> None:
    """Every element can be sent, and is one this version has."""
    encode(root)
    for element in walk(root):
        since, until = VERSIONS[element.name]
        assert Version.parse(since) <= version, f"{element.name} is too new for {version.text}"
        assert until is None or version <= Version.parse(until), f"{element.name} is gone"


def walk(element: Element) -> list[Element]:
    """The element and all below it, in document order."""
    return [element, *(each for child in element for each in walk(child))]


def texts(root: Element, name: str) -> list[str]:
    """The texts of all elements of this name, in document order."""
    return [element.value for element in walk(root) if element.name == name]


def names(root: Element) -> list[str]:
    """What stands directly in an element, in order."""
    return [child.name.partition(":")[2] for child in root]
