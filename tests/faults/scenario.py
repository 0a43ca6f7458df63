"""What a scenario is, and the house in which they all begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from adapters.ids import server_id
from adapters.wbxml import E
from domain.body import Body
from domain.calendar import Attachment, Attendee, Location
from domain.folder import CALENDAR, CONTACTS, INBOX, default_folder
from domain.patch import CANCELLED
from domain.recurrence import DAILY, Recurrence
from domain.when import AllDay, Timed
from domain.zone import Zone
from tests.app.shell import Response
from tests.app.test_search import a_photo
from tests.faults.phone import Phone
from tests.faults.stage import Stage

ROME = Zone("Europe/Rome")
MORNING = Timed(datetime(2026, 3, 9, 9), datetime(2026, 3, 9, 10), ROME)  # noqa: DTZ001
PAST = {"subject": "Past", "when": AllDay(date(2025, 3, 1), date(2025, 3, 2))}
TRIP = {"subject": "Trip", "when": AllDay(date(2026, 4, 1), date(2026, 4, 4))}

CONTACT: dict[str, Any] = {
    "first_name": "Flora",
    "last_name": "Example",
    "email1": "flora@example.org",
    "birthday": date(1980, 2, 29),
    "categories": ("Friends",),
    "children": ("Gus",),
    "body": Body("Likes <b>tulips</b>", html=True),
}
SERIES: dict[str, Any] = {
    "subject": "Standup",
    "when": MORNING,
    "location": Location("Room 4"),
    "body": Body("Bring coffee"),
    "recurrence": Recurrence(DAILY, count=5),
    "occurrences": {
        datetime(2026, 3, 10, 9): CANCELLED,  # noqa: DTZ001
        datetime(2026, 3, 11, 9): {"subject": "Long standup"},  # noqa: DTZ001
    },
}
FILE_NAME, EMPTY_NAME, NO_FILE = (server_id(UUID(int=number)) for number in (7, 8, 9))
FILE = Attachment(FILE_NAME, "plan.txt", b"A plan", "text/plain")
MEETING: dict[str, Any] = {
    "subject": "Meeting",
    "when": MORNING,
    "organizer_email": "ada@example.org",
    "attendees": (Attendee("bea@example.org", "Bea"),),
    "attachments": (FILE,),
    "meeting_status": 1,
    "categories": ("Work",),
}
WORKSHOP: dict[str, Any] = {
    "subject": "Workshop",
    "when": AllDay(date(2026, 3, 16), date(2026, 3, 17)),
    "recurrence": Recurrence(DAILY, count=3),
    "occurrences": {
        date(2026, 3, 17): {"attachments": (replace(FILE, reference=EMPTY_NAME, content=b""),)}
    },
}


def nothing(stage: Stage, phone: Phone) -> None:
    """The house as it is."""


@dataclass(frozen=True)
class Scenario:
    """`ask` makes one request, in which things go wrong; what came before is `prepare`,
    and `afterwards` clears the way for the phone to come to rest. What becomes of `contested`
    items (by word or first name) depends on who is heard first: an edit that is refused and sent
    again comes later."""

    name: str
    ask: Callable[[Stage, Phone], Response]
    prepare: Callable[[Stage, Phone], object] = nothing
    version: str = "16.1"
    afterwards: Callable[[Stage, Phone], object] = nothing
    contested: tuple[str, ...] = ()


def furnish(stage: Stage, phone: Phone) -> None:
    """Ada's folders and what is in them; her phone has it all, and a folder more."""
    house = stage.house
    ada = house.person().id
    for word, type in (("calendar", CALENDAR), ("contacts", CONTACTS), ("inbox", INBOX)):
        phone.ids[word] = server_id(default_folder(ada, type))
    house.person("bob", "Bob Example")
    for name in ("Bea", "Carl", "Dora", "Emil"):
        phone.ids[name] = server_id(house.contact(first_name=name, last_name="Example"))
    phone.ids["Flora"] = server_id(house.contact(**CONTACT, picture=a_photo(40)))
    for subject, facts in (
        ("Standup", SERIES),
        ("Meeting", MEETING),
        ("Trip", TRIP),
        ("Past", PAST),
        ("Workshop", WORKSHOP),
    ):
        phone.ids[subject] = server_id(house.appointment(**facts))
    folder_command("FolderSync")(stage, phone)
    make = folder_command("FolderCreate", ParentId="0", DisplayName="Club", Type="14")
    phone.ids["club"] = make(stage, phone).root.text_of("folderhierarchy:ServerId", "")
    for word in ("calendar", "contacts", "club"):
        phone.sync(stage, phone.ids[word])
    phone.settle(stage)
    assert not phone.strange, phone.strange


def folder_command(
    command: str, key: str | None = None, **said: str
) -> Callable[[Stage, Phone], Response]:
    """A command on the hierarchy; a text that is one of the phone's words stands for its id."""

    def ask(stage: Stage, phone: Phone) -> Response:
        content = [E(f"folderhierarchy:{tag}", phone.ids.get(t, t)) for tag, t in said.items()]
        used = E("folderhierarchy:SyncKey", phone.hierarchy if key is None else key)
        told = phone.post(stage, command, E(f"folderhierarchy:{command}", used, *content))
        if told.body and key is None:
            phone.hierarchy = told.root.text_of("folderhierarchy:SyncKey") or phone.hierarchy
        return told

    return ask
