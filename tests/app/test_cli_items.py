"""`taccuino event`, `contact`, `link`, `item` and `conflict`: edits as those of a phone."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.ids import server_id, uuid_of
from app import folders
from app import items as use
from domain.calendar import Attendee
from domain.folder import CALENDAR, USER_CALENDAR, default_folder
from domain.item import Item
from domain.patch import CANCELLED, CLEARED
from domain.recurrence import DAILY, Recurrence
from domain.when import AllDay
from projections import items
from tests.app.cli_runner import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def stored(cli: Cli, id: str) -> Item:
    uuid = uuid_of(id)
    assert uuid is not None
    with cli.groupware() as groupware, groupware.reading() as connection:
        return use.load(groupware, connection, uuid)


def test_an_event_is_an_hour_long_in_the_persons_zone_unless_said_otherwise(cli: Cli) -> None:
    cli.event("--start", "2026-12-01T09:00")
    assert cli.rows("event", "list", "-u", "ada")[0][1] == "2026-12-01 09:00 – 10:00 Europe/Rome"


def test_everything_that_can_be_said_of_an_event_is_kept(cli: Cli) -> None:
    id = cli.event(
        *("--subject", "Review", "--start", "2026-12-01T22:00", "--end", "2026-12-02T01:30"),
        *("--zone", "America/New_York", "--location", "Room 1", "--text", "Bring figures"),
        *("--attendee", "Grace Hopper <grace@example.org>", "--attendee", "alan@example.org"),
        *("--reminder", "15", "--category", "Work", "--category", "Blue"),
    )
    said = cli.fields(id)
    assert said["when"] == "2026-12-01 22:00 – 2026-12-02 01:30 America/New_York"
    assert said["attendees"] == "Grace Hopper <grace@example.org>, alan@example.org"
    assert (said["location"], said["body"], said["reminder"]) == ("Room 1", "Bring figures", "15")
    assert said["categories"] == "Work, Blue"
    assert said["in"] == "Calendar"


def test_an_item_is_moved_among_the_folders_of_its_kind(cli: Cli) -> None:
    id = cli.event("--subject", "Match")
    with cli.groupware() as groupware:
        author, ada = groupware.author("system", "test"), cli.account().id
        with groupware.acting(author) as connection:
            folders.make(groupware, connection, ada, "Club", USER_CALENDAR)
    assert cli.done("item", "move", id, "club") == "Match is in Club\n"
    assert cli.fields(id)["in"] == "Club"
    assert cli.done("item", "move", id, "club") == "Match is in Club\n"
    assert "has no folder Contacts for calendar" in cli.refused("item", "move", id, "Contacts")
    cli.done("event", "remove", id)
    assert cli.refused("item", "move", id, "Calendar") == f"{id} has been removed"


def test_who_invites_is_the_organizer_of_the_meeting(cli: Cli) -> None:
    meeting = stored(cli, cli.event("--attendee", "grace@example.org")).values
    assert meeting["organizer_email"] == "ada@example.org"
    assert meeting["organizer_name"] == "Ada Example"
    assert meeting["meeting_status"] == 1


@pytest.mark.parametrize(
    ("options", "days"),
    [
        (("--start", "2026-12-24"), (date(2026, 12, 24), date(2026, 12, 25))),
        (
            ("--start", "2026-12-24", "--end", "2026-12-26"),
            (date(2026, 12, 24), date(2026, 12, 27)),
        ),
        (("--start", "2026-12-24T10:00", "--all-day"), (date(2026, 12, 24), date(2026, 12, 25))),
    ],
)
def test_whole_days_end_with_their_last_day(
    cli: Cli, options: tuple[str, ...], days: tuple[date, date]
) -> None:
    assert stored(cli, cli.event(*options)).values["when"] == AllDay(*days)


def test_an_event_that_is_moved_keeps_its_length_and_all_else(cli: Cli) -> None:
    id = cli.event("--end", "2026-12-01T11:30", "--location", "Room 1")
    assert cli.done("event", "edit", id, "--start", "2026-12-02T14:00") == "changed\n"
    said = cli.fields(id)
    assert said["when"] == "2026-12-02 14:00 – 16:30 Europe/Rome"
    assert (said["subject"], said["location"]) == ("Dentist", "Room 1")


def test_fields_are_emptied_by_name(cli: Cli) -> None:
    id = cli.event("--text", "Bring figures", "--reminder", "15", "--category", "Work")
    cli.done("event", "edit", id, "--clear", "text", "--clear", "reminder", "--subject", "New")
    said = cli.fields(id)
    assert "body" not in said
    assert "reminder" not in said
    assert (said["subject"], said["categories"]) == ("New", "Work")


def test_an_edit_that_changes_nothing_says_so_and_is_no_event(cli: Cli) -> None:
    id = cli.event()
    before = stored(cli, id).version
    assert cli.done("event", "edit", id, "--subject", "Dentist") == "as it was already\n"
    assert stored(cli, id).version == before


def test_an_attendee_who_has_answered_keeps_the_answer_when_others_join(cli: Cli) -> None:
    id = cli.event("--attendee", "grace@example.org")
    uuid = stored(cli, id).id
    with cli.groupware() as groupware, groupware.acting(groupware.author("test", "t")) as c:
        item = use.load(groupware, c, uuid)
        accepted = (Attendee("grace@example.org", status=3),)
        use.revise(groupware, c, item, {"attendees": accepted})
    cli.done(
        "event", "edit", id, "--attendee", "Grace@example.org", "--attendee", "alan@example.org"
    )
    assert [each.status for each in stored(cli, id).values["attendees"]] == [3, 0]


def test_one_time_of_a_series_is_changed_or_removed_by_its_day(cli: Cli) -> None:
    id = cli.event("--start", "2026-12-01T09:00", "--subject", "Walk", "--reminder", "5")
    walk = stored(cli, id)
    with cli.groupware() as groupware, groupware.acting(groupware.author("admin", "r")) as c:
        use.revise(groupware, c, walk, {"recurrence": Recurrence(DAILY)})
    once = ("event", "edit", id, "--on", "2026-12-03")
    assert cli.done(*once, "--subject", "Swim", "--clear", "reminder") == "changed\n"
    assert cli.done(*once, "--subject", "Swim") == "as it was already\n"
    cli.done("event", "remove", id, "--on", "2026-12-04")
    third, fourth = (datetime(2026, 12, day, 9) for day in (3, 4))  # noqa: DTZ001
    changed = {third: {"subject": "Swim", "reminder": CLEARED}, fourth: CANCELLED}
    assert stored(cli, id).values["occurrences"] == changed
    for verb in (("edit", id, "--subject", "x"), ("remove", id)):
        for day in ("2026-11-30", "2026-12-04"):
            refused = cli.refused("event", *verb, "--on", day)
            assert "does not take place" in refused


def test_a_series_that_moves_keeps_its_cancelled_days(cli: Cli) -> None:
    folder = default_folder(cli.account().id, CALENDAR)
    with cli.groupware() as groupware, groupware.acting(groupware.author("test", "t")) as c:
        collection = items.collection(c, folder)
        assert collection is not None
        when = AllDay(date(2026, 12, 1), date(2026, 12, 2))
        values = {
            "when": when,
            "recurrence": Recurrence(DAILY),
            "occurrences": {date(2026, 12, 5): CANCELLED},
        }
        id = server_id(use.add(groupware, c, collection, "calendar", values).id)
    cli.done("event", "edit", id, "--start", "2026-12-01T09:00")
    said = cli.fields(id)
    assert said["when"].startswith("2026-12-01 09:00")
    assert said["occurrences"] == "2026-12-05 09:00: cancelled"
    assert said["recurrence"] == "FREQ=DAILY"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--subject", "x"), "--start is missing"),
        (("--start", "tomorrow"), "'tomorrow' is not a time"),
        (("--start", "2026-12-01T09:00+01:00"), "--zone"),
        (("--start", "2026-12-01T09:00", "--end", "2026-12-01T08:00"), "before it starts"),
        (("--start", "2026-12-01T09:00", "--zone", "Rome"), "'Rome' is not a time zone"),
        (("--start", "2026-12-01", "--timed"), "at what time it begins"),
        (("--start", "2026-12-01T09:00", "--end", "2026-12-01"), "at what time it ends"),
        (("--start", "2026-12-01T09:00", "--attendee", "grace"), "'grace' is no address"),
    ],
)
def test_an_event_that_makes_no_sense_is_a_misuse(
    cli: Cli, options: tuple[str, ...], reason: str
) -> None:
    assert reason in cli.refused("event", "add", "-u", "ada", *options, status=2)
    assert cli.done("event", "list", "-u", "ada") == ""


def test_an_edit_has_to_say_what_changes_and_not_both_ways(cli: Cli) -> None:
    id = cli.event()
    assert "say what is to change" in cli.refused("event", "edit", id, status=2)
    both = ("--subject", "x", "--clear", "subject")
    assert "both set and cleared" in cli.refused("event", "edit", id, *both, status=2)


def test_what_is_removed_is_gone_from_the_list_but_known_by_its_id(cli: Cli) -> None:
    id = cli.event()
    cli.done("event", "remove", id)
    assert cli.done("event", "list", "-u", "ada") == ""
    assert cli.fields(id)["in"] == "nowhere: it has been removed"
    assert "has been removed" in cli.refused("event", "edit", id, "--subject", "x")
    assert "has been removed" in cli.refused("event", "remove", id)


def test_ids_are_of_their_kind(cli: Cli) -> None:
    event, contact = cli.event(), cli.contact()
    assert "is no contact" in cli.refused("contact", "remove", event)
    assert "is no event" in cli.refused("event", "remove", contact)
    assert "not an id" in cli.refused("event", "remove", "12", status=2)
    assert "there is no item" in cli.refused("event", "remove", server_id(uuid4()))


def test_a_folder_is_named_by_name_or_id_and_holds_its_kind(cli: Cli) -> None:
    rows = {row[1]: row[0] for row in cli.rows("folder", "list", "ada")}
    cli.event("--folder", "calendar")
    cli.event("--folder", rows["Calendar"])
    assert len(cli.rows("event", "list", "-u", "ada")) == 2
    start = ("--start", "2026-12-01")
    line = cli.refused("event", "add", "-u", "ada", *start, "--folder", "Contacts")
    assert "taccuino folder list ada" in line


def test_a_contact_is_kept_with_all_its_fields(cli: Cli) -> None:
    id = cli.contact(
        *("--first", "Grace", "--last", "Hopper", "--company", "Navy", "--job", "Admiral"),
        *("--email", "grace@example.org", "--email", "hopper@example.org", "--phone", "1"),
        *("--home-phone", "2", "--work-phone", "3", "--birthday", "1906-12-09", "--text", "Bugs"),
        *("--category", "Heroes", "--set", "nickname=Amazing"),
    )
    said = cli.fields(id)
    assert (said["email1"], said["email2"]) == ("grace@example.org", "hopper@example.org")
    assert (said["mobile_phone"], said["home_phone"], said["business_phone"]) == ("1", "2", "3")
    assert (said["birthday"], said["nickname"], said["body"]) == ("1906-12-09", "Amazing", "Bugs")
    assert cli.rows("contact", "list", "-u", "ada") == [
        [id, "Hopper, Grace", "grace@example.org", "1", "Navy"]
    ]


def test_new_addresses_replace_all_the_old_ones(cli: Cli) -> None:
    id = cli.contact("--email", "a@example.org", "--email", "b@example.org")
    cli.done("contact", "edit", id, "--email", "c@example.org")
    said = cli.fields(id)
    assert said["email1"] == "c@example.org"
    assert "email2" not in said


def test_a_contact_is_emptied_by_option_or_field_name(cli: Cli) -> None:
    id = cli.contact("--phone", "1", "--text", "Bugs", "--set", "nickname=Amazing")
    cli.done("contact", "edit", id, "--clear", "phone", "--clear", "text", "--clear", "nickname")
    assert cli.fields(id).keys() == {"id", "kind", "in", "uid", "first_name", "last_name"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "say something"),
        (("--email", "a@b", "--email", "c@d", "--email", "e@f", "--email", "g@h"), "up to 3"),
        (("--set", "shoe_size=40"), "no text field shoe_size"),
        (("--set", "nickname"), "no = in it"),
        (("--birthday", "1980"), "is not a day"),
    ],
)
def test_a_contact_that_makes_no_sense_is_a_misuse(
    cli: Cli, options: tuple[str, ...], reason: str
) -> None:
    assert reason in cli.refused("contact", "add", "-u", "ada", *options, status=2)
    assert cli.done("contact", "list", "-u", "ada") == ""


def test_an_attendees_address_makes_a_link(cli: Cli) -> None:
    contact = cli.contact("--email", "grace@example.org")
    event = cli.event("--attendee", "grace@example.org")
    assert cli.fields(event)["linked to"] == contact
    assert cli.fields(contact)["linked to"] == event


def test_links_are_made_and_undone_by_hand(cli: Cli) -> None:
    event, contact = cli.event(), cli.contact()
    assert cli.done("link", event, contact) == "linked\n"
    assert cli.fields(event)["linked to"] == contact
    assert cli.done("unlink", event, contact) == "unlinked\n"
    assert "linked to" not in cli.fields(event)
    assert "not linked" in cli.refused("unlink", event, contact)


def test_a_link_wants_an_event_and_a_contact_of_one_person(cli: Cli) -> None:
    event, contact = cli.event(), cli.contact()
    assert "is no event" in cli.refused("link", contact, event)
    cli.person("alan")
    other = cli.done("contact", "add", "-u", "alan", "--first", "Joan").strip()
    assert "different people" in cli.refused("link", event, other)


def test_phones_that_wait_are_woken_by_an_edit(cli: Cli) -> None:
    calendar = default_folder(cli.account().id, CALENDAR)
    with cli.ear() as ear:
        cli.event()
        heard = next(ear.hear())
    assert heard is not None
    assert calendar in heard


def set_aside(cli: Cli, id: str) -> str:
    """The edit that renamed the event to "Mine" gave way."""
    edit = uuid4()
    uuid = stored(cli, id).id
    with cli.groupware() as groupware, groupware.acting(groupware.author("device:P1", "t")) as c:
        item = use.load(groupware, c, uuid)
        kept = {"subject": item.values["subject"]}
        item.set_aside(edit, {"subject": "Mine"}, kept, "both sides changed the same field")
        groupware.save(item)
    return server_id(edit)


def test_an_edit_set_aside_is_told_in_words_and_restored(cli: Cli) -> None:
    id = cli.event("--subject", "Theirs")
    edit = set_aside(cli, id)
    (row,) = cli.rows("conflict", "list", "-u", "ada")
    assert (row[0], row[1], row[3]) == (edit, id, "device:P1")
    assert row[4] == "subject: Mine (stands: Theirs)"
    assert cli.fields(id)["set aside"] == edit
    cli.done("conflict", "restore", edit)
    assert cli.fields(id)["subject"] == "Mine"
    assert cli.done("conflict", "list", "-u", "ada") == ""
    assert "is set aside" in cli.refused("conflict", "restore", edit)
