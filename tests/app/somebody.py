"""Somebody of whom everything is held that can be, and how to look for it in a home's files."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from adapters.ids import by_id
from app import folders, links, people
from app import items as use
from app.devices import phones
from app.engine.aside import set_aside
from app.groupware import Groupware
from app.identity import credentials
from app.identity.guesses import Guesses
from app.web.sessions import Sessions
from domain.account import ALWAYS, AutoReply, OutOfOffice
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.folder import CALENDAR, CONTACTS, USER_CALENDAR, default_folder
from domain.item import HeldEdit, Item
from domain.partnership import Partnership
from domain.patch import Values
from domain.when import AllDay
from projections import (
    accounts,
    asked,
    attempts,
    codes,
    items,
    notices,
    recorded,
    sightings,
)
from projections.accounts import AccountRow
from projections.recorded import RecordedRow

NAME: Final = "Qzenobia"
ZONE: Final = "Antarctica/Troll"
ADDRESS: Final = "192.0.2.77"
AGENT: Final = "Apple-QiPhone14C5/2302.1"
MODEL, SYSTEM, TYPE = "Qphone 15", "Qos 18", "Qphone"


@dataclass
class Somebody:
    """The person and their phone in a store. `texts` are for what people write; each is `said` with
    a mark before it that stands nowhere else."""

    groupware: Groupware
    texts: Iterator[str]
    phone_id: str = "QDEVICE1"
    said: list[str] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    address: str = ""
    password: str = ""
    token: str = ""

    def text(self, most: int = 200) -> str:
        text = f"q{len(self.said):03}x{next(self.texts)}"[:most].strip()
        self.said.append(text)
        return text

    def mail(self) -> str:
        address = f"q{len(self.said):03}x@example.org"
        self.said.append(address)
        return address

    @property
    def account(self) -> AccountRow:
        with self.groupware.reading() as connection:
            row = accounts.find(connection, NAME)
        assert row is not None
        return row

    def live(self) -> None:
        """Everything happens to them that can."""
        self.said += [NAME, ZONE]
        admin = self.groupware.author("admin:root", "setting-up")
        people.open_account(self.groupware, admin, NAME, self.mail(), self.text(), ZONE)
        people.enable(self.groupware, admin, self.account.id)
        self.ids.append(self.account.id)
        self._be_let_in()
        self._have_a_phone()
        with self.groupware.acting(self.groupware.author(f"user:{NAME}", "by-page")):
            self._write()
        self._leave_traces()

    def _be_let_in(self) -> None:
        author, id = self.groupware.author(f"user:{NAME}", "by-page"), self.account.id
        people.change_full_name(self.groupware, author, id, self.text())
        self.address = self.mail()
        people.change_mail(self.groupware, author, id, self.address)
        reply = AutoReply(True, self.text())
        people.set_out_of_office(self.groupware, author, id, OutOfOffice(ALWAYS, internal=reply))
        self.password, label = self.text(), self.text(credentials.LONGEST_LABEL)
        credentials.reset_activesync_password(self.groupware, author, id, self.password, label)

    def _have_a_phone(self) -> None:
        account = self.account.id
        id = Partnership.id_of(account, self.phone_id)
        author = self.groupware.author(by_id("device", id), "sync", id)
        self.said += [self.phone_id, TYPE, AGENT, MODEL, SYSTEM]
        with self.groupware.acting(author):
            phone = Partnership.begin(account, self.phone_id, TYPE)
            phone.introduce(AGENT, MODEL, SYSTEM, "16.1")
            phone.describe({"name": self.text(), "phone_number": self.text(), "imei": self.text()})
            phone.record(author.at + timedelta(hours=1), self.text())
            self.groupware.save(phone)
        admin = self.groupware.author(f"admin:{NAME}", "by-page")
        phones.call_it(self.groupware, admin, id, self.text(40))
        phones.block(self.groupware, admin, id, self.text())
        self.ids.append(id)

    def _write(self) -> None:
        event = self._add(CALENDAR, "calendar", self._event())
        revised = self._load(event)
        with self.groupware.reading() as connection:
            use.revise(self.groupware, connection, revised, {"subject": self.text()})
        contact = self._add(CONTACTS, "contacts", self._contact())
        links.link(self.groupware, event, contact)
        gone = self._add(CONTACTS, "contacts", self._contact())
        use.remove(self.groupware, self._load(gone))
        lost, kept = {"subject": self.text()}, {"subject": self.text()}
        set_aside(self.groupware, self._load(event), lost, kept, "another edit came first")
        mine, theirs = {"last_name": self.text()}, {"last_name": self.text()}
        set_aside(self.groupware, self._load(contact), mine, theirs, "another edit came first")
        self._hold(event)
        with self.groupware.reading() as connection:
            name = self.text(60)
            made = folders.make(
                self.groupware, connection, self.account.id, name, USER_CALENDAR, None
            )
        self.ids += [event, contact, gone, made.id]

    def _event(self) -> Values:
        day = self.groupware.clock().date()
        return {
            "subject": self.text(),
            "when": AllDay(day, day + timedelta(days=1)),
            "body": Body(self.text()),
            "location": Location(self.text()),
            "attendees": (Attendee(self.mail(), self.text()),),
            "attachments": (Attachment(uuid4().hex, self.text(), self.text().encode() * 9),),
        }

    def _contact(self) -> Values:
        return {
            "first_name": self.text(),
            "last_name": self.text(),
            "email1": self.mail(),
            "mobile_phone": self.text(),
            "body": Body(self.text()),
            "picture": self.text().encode() * 2000,
        }

    def _hold(self, event: UUID) -> None:
        phone, folder = self.ids[1], default_folder(self.account.id, CALENDAR)
        author = self.groupware.author(by_id("device", phone), "sync", phone)
        with self.groupware.acting(author):
            edit = HeldEdit(2, {"subject": self.text()})
            use.hold(self.groupware, self._load(event), uuid4(), edit, 7, folder)

    def _leave_traces(self) -> None:
        """In what is kept beside the log."""
        account, phone = self.ids[:2]
        now = self.groupware.clock()
        self.token = Sessions(self.groupware).begin(self.account, True)
        guesses = Guesses(self.groupware)
        for purpose in ("secret", "code"):
            guesses.forgive(guesses.name(self.account, NAME, purpose), ADDRESS)
        with self.groupware.pool.writing() as connection:
            codes.keep_mail_code(connection, account, b"digest", 1.0)
            codes.begin_enrolment(connection, account, "app", b"box", 1.0)
            password = connection.execute("SELECT id FROM activesync_password").fetchone()[0]
            self.ids.append(UUID(bytes=password))
            attempts.note_use(connection, account, self.ids[-1], self.text(), AGENT, 1.0)
            attempts.note_useless(
                connection, account, self.text(), attempts.OUTDATED, self.text(), 1.0
            )
            attempts.note_right(connection, account, b"digest", 1.0)
            notices.note(connection, account, self.text(), attempts.OUTDATED, 1.0, 2.0)
            sightings.note_seen(connection, phone, now, self.text(), "16.1")
            sightings.note_search(connection, phone, b"search")
            asked.keep(connection, phone, "Ping", self.text().encode())
            recorded.keep(
                connection, RecordedRow(1, phone, account, 1, now, "Sync", 200, 3, b"box")
            )

    def _add(self, type: int, kind: str, values: Values) -> UUID:
        with self.groupware.reading() as connection:
            folder = items.collection(connection, default_folder(self.account.id, type))
            assert folder is not None
            return use.add(self.groupware, connection, folder, kind, values).id

    def _load(self, id: UUID) -> Item:
        with self.groupware.reading() as connection:
            return use.load(self.groupware, connection, id)


def remains(home: Path, texts: list[str]) -> list[tuple[str, str]]:
    """The files in which one of these texts stands, in whatever form it can be read, and which.

    Another process reads them: one that closes a file which SQLite has open lets go of its locks.
    """
    forms = [(text, form) for text in texts for form in set(_forms(text))]
    found = []
    for file in sorted(each for each in home.rglob("*") if each.is_file()):
        data = subprocess.run(["cat", file], capture_output=True, check=False).stdout
        found += [(file.name, text) for text, form in forms if form in data]
    return found


def _forms(text: str) -> Iterator[bytes]:
    for spelt in (text, text.casefold(), text.upper()):
        plain = spelt.encode()
        yield plain
        yield spelt.encode("utf-16-le")
        yield spelt.encode("utf-16-be")
        for shift in range(3):
            coded = b64encode(b"\0" * shift + plain)
            yield coded[4 if shift else 0 : len(coded) - 4]
