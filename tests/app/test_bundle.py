"""What was recorded of a phone can be shown to everybody, and is still what happened."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E, decode
from app import people
from app.identity import credentials
from app.log import bundle, replaying
from app.log.bundle import Bundle, NoBundle
from app.log.bundle_values import SHIFT, Veil
from app.log.bundle_wire import document
from app.log.bundle_words import Words
from app.log.recording import Exchange
from domain.account import Account
from domain.body import Body
from domain.calendar import Attendee
from domain.folder import CONTACTS, default_folder
from domain.partnership import Partnership
from domain.when import AllDay
from tests.app.cli_runner import Cli
from tests.app.handset import (
    Handset,
    adding,
    an_event,
    changing,
    commanding,
    daily,
    deleting,
    first_name,
    last_name,
)
from tests.app.house import walk
from tests.app.recorded import Studio
from tests.app.test_find import find
from tests.app.test_itemoperations import item
from tests.app.test_moveitems import moving
from tests.app.test_search import search, within
from tests.app.test_settings_command import AUDIENCES, get, message, put, s, settings

WORDS = Words(b"secret")
TEXTS = {
    "first_name": "Theodora",
    "last_name": "Quackenbush",
    "email1": "Theodora <theodora.q@wolkenkuckuck.example>",
    "mobile_phone": "+39 0450 77665544",
    "company_name": "Zwetschgendatschi",
}
JPEG = b"\xff\xd8\xff\xe0" + b"picture of Theodora" * 9


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    house = Studio(tmp_path / "home")
    house.person("bartholomew", "Bartholomew Throckmorton", zone="Europe/Rome")
    house.person("other", "Cornelius Featherstone")
    yield house
    house.close()


@pytest.fixture
def phone(studio: Studio) -> Handset:
    """What it did was recorded: with texts of every kind, an edit sent twice, and a new folder."""
    phone = Handset(studio, name="bartholomew")
    phone.folder_sync("0")
    studio.record("bartholomew")
    phone.folder_sync("0")
    phone.begin(phone.contacts)
    studio.contact(
        "bartholomew", **TEXTS, picture=JPEG, body=Body("A note on Mephistopheles"),
        birthday=date(1980, 4, 30),
    )  # fmt: skip
    studio.contact("other", first_name="Somebodyelses")
    guest = Attendee("theodora.q@wolkenkuckuck.example", "Theodora")
    studio.appointment("bartholomew", subject="Rendezvous", attendees=(guest,))
    phone.begin(phone.calendar)
    phone.catch_up(phone.calendar)
    phone.catch_up(phone.contacts)
    id = phone.add(phone.contacts, first_name("Sonderling"), client_id="x1")
    key = phone.keys[phone.contacts]
    edit = commanding(changing(id, last_name("Umlaufbahn")))
    for _ in range(2):
        phone.told(phone.contacts, edit, key=key)
    phone.make_folder("Geheimnisse")
    return phone


@pytest.fixture
def made(studio: Studio, phone: Handset) -> Bundle:
    return bundled(studio)


def bundled(studio: Studio) -> Bundle:
    person = studio.account("bartholomew").id
    return bundle.make(studio.groupware.replay, studio.exchanges("bartholomew"), person)


def differing(made: Bundle) -> list[int]:
    outcomes = replaying.replay(made.log, made.exchanges)
    return [each.exchange.number for each in outcomes if not each.same]


def everything(file: Path) -> bytes:
    """The bytes of a bundle as it lies there, and as it is unpacked."""
    raw = file.read_bytes()
    return raw + gzip.decompress(raw)


SAID = ("Status", "SyncKey", "Count")


def shape(exchange: Exchange) -> list[tuple[str, str]]:
    """The elements of an answer, without what they say but for keys and verdicts."""
    told = exchange.told
    found = walk(decode(told.body)) if told.body else []
    return [(e.name, e.value if e.name.endswith(SAID) else "") for e in found]


def test_it_is_replayed_byte_for_byte_on_any_machine(made: Bundle, tmp_path: Path) -> None:
    file = tmp_path / "phone.bundle"
    bundle.write(made, file)
    found = bundle.read(file)
    assert len(found.exchanges) > 8
    assert found.exchanges == made.exchanges
    assert differing(found) == []


def test_each_answer_is_of_the_same_shape_as_the_one_that_was_given(
    studio: Studio, made: Bundle
) -> None:
    """So an edit that was repeated still is, and a folder that was made is made."""
    given = studio.exchanges("bartholomew")
    assert made.identical == {each.number for each in given}
    assert [shape(each) for each in made.exchanges] == [shape(each) for each in given]


def test_every_command_is_told_alike_and_says_nothing(
    studio: Studio, phone: Handset, tmp_path: Path
) -> None:
    id, folder = server_id(studio.contact("bartholomew", first_name="Wanderer")), phone.contacts
    club = phone.make_folder("Kaninchenzucht")
    phone.catch_up(phone.contacts)
    told = message(AUDIENCES[0], 1, "Verschollen in Timbuktu <b>bis Ostern</b>", "HTML")
    phone.answer("Settings", settings(put("Oof", s("OofState", 1), told)))
    phone.answer("Settings", settings(get("Oof", s("BodyType", "HTML"))))
    about = put("DeviceInformation", s("Model", "iPhone"), s("FriendlyName", "Klingelkasten"))
    phone.answer("Settings", settings(about, get("UserInformation")))
    phone.answer("Find", find("Featherstone", "0-0"))
    phone.answer("Find", find("Featherstone", "1-1"))
    phone.answer("Search", search("Theodora", within("0-4")))
    phone.answer("ItemOperations", E("itemoperations:ItemOperations", item(folder, id)))
    phone.answer("MoveItems", E("move:MoveItems", moving(id, folder, club)))
    phone.folder_command("FolderUpdate", ServerId=club, ParentId="0", DisplayName="Taubenschlag")
    phone.folder_command("FolderDelete", ServerId=club)
    given = studio.exchanges("bartholomew")
    made = bundled(studio)
    assert made.identical == {each.number for each in given}
    assert [shape(each) for each in made.exchanges] == [shape(each) for each in given]
    assert differing(made) == []
    file = tmp_path / "phone.bundle"
    bundle.write(made, file)
    for text in (
        *("wanderer", "kaninchenzucht", "verschollen", "timbuktu", "ostern", "klingelkasten"),
        *("featherstone", "theodora", "taubenschlag"),
    ):
        assert text.encode() not in everything(file).lower(), text


def test_single_times_of_a_series_and_files_are_told_alike(
    studio: Studio, phone: Handset, tmp_path: Path
) -> None:
    """A repeated command on one time is known again; a monthly rule still fits its days."""
    folder, day = phone.calendar, "202603{}T090000Z"
    file = E(
        "airsyncbase:Attachments",
        E(
            "airsyncbase:Add",
            E("airsyncbase:ClientId", "f1"),
            E("airsyncbase:Method", 1),
            E("airsyncbase:DisplayName", "Steuererklaerung.pdf"),
            E("airsyncbase:Content", b"Bilanz von Throckmorton"),
        ),
    )
    monthly = E(
        "calendar:Recurrence",
        *(E("calendar:Type", 2), E("calendar:Interval", 1), E("calendar:DayOfMonth", 31)),
    )
    phone.add(folder, *an_event("Zahltag", "20260331"), monthly, client_id="m")
    id = phone.add(folder, *an_event("Stammtisch"), daily(9), file, client_id="s")
    edit = commanding(
        changing(id, E("calendar:Subject", "Kegelabend"), instance=day.format(11)),
        deleting(id, instance=day.format(12)),
    )
    key = phone.keys[folder]
    for _ in range(2):
        phone.told(folder, edit, key=key)
    other = Handset(studio, Version.V14_1, "bartholomew", "SECOND")
    other.folder_sync("0")
    studio.record("bartholomew", "SECOND")
    other.catch_up(folder)
    given = studio.exchanges("bartholomew") + studio.exchanges("bartholomew", "SECOND")
    made = bundle.make(studio.groupware.replay, given, studio.account("bartholomew").id)
    assert made.identical == {each.number for each in given}
    assert {e.number: shape(e) for e in made.exchanges} == {e.number: shape(e) for e in given}
    bundle.write(made, tmp_path / "phone.bundle")
    for text in (b"zahltag", b"stammtisch", b"kegelabend", b"steuererkl", b"bilanz"):
        assert text not in everything(tmp_path / "phone.bundle").lower(), text


def test_no_word_of_theirs_is_in_it(studio: Studio, made: Bundle, tmp_path: Path) -> None:
    file = tmp_path / "phone.bundle"
    bundle.write(made, file)
    found = everything(file).lower()
    for text in (
        *("bartholomew", "throckmorton", "theodora", "quackenbush", "wolkenkuckuck", "77665544"),
        *("zwetschgendatschi", "mephistopheles", "rendezvous", "sonderling", "umlaufbahn"),
        *("geheimnisse", "featherstone", "somebodyelses", "abcdef0123456789", "loses"),
    ):
        assert text.encode() not in found, text
    assert b"picture of" not in found
    account = studio.account("bartholomew").id
    for id in (account, default_folder(account, CONTACTS), studio.phone("bartholomew").id):
        assert id.bytes not in everything(file)
        assert server_id(id).encode() not in found


def test_what_others_keep_is_not_in_it_and_who_they_are_is(made: Bundle) -> None:
    kinds = [type(event).__name__ for event in made.events]
    assert kinds.count("AccountOpened") == 2
    assert kinds.count("ContactAdded") == 2


def test_no_secret_is_in_it(studio: Studio, phone: Handset, tmp_path: Path) -> None:
    person, admin = studio.account("bartholomew").id, studio.admin
    people.set_password(studio.groupware, admin, person, "correct horse battery")
    new = credentials.hashed(studio.groupware, person, "staple staple")
    credentials.put(studio.groupware, admin, person, new, "Bartholomew's")
    phone.catch_up(phone.contacts)
    secrets = [
        getattr(event, name)
        for _, event in studio.groupware.replay()
        for name in ("hash", "digest", "box")
        if getattr(event, name, None)
    ]
    assert len(secrets) > 4
    file = tmp_path / "phone.bundle"
    bundle.write(bundled(studio), file)
    found = everything(file)
    for each in secrets:
        assert (each.encode() if isinstance(each, str) else each) not in found
    assert b"argon2" not in found
    assert differing(bundle.read(file)) == []


def test_ids_follow_from_the_new_names(made: Bundle) -> None:
    opened, *_ = (event for event in made.events if type(event).__name__ == "AccountOpened")
    met = next(event for event in made.events if type(event).__name__ == "DevicePartnered")
    facts, phone = vars(opened), vars(met)
    assert facts["originator_id"] == Account.id_of(facts["name"])
    assert phone["originator_id"] == Partnership.id_of(facts["originator_id"], phone["device"])


def test_the_same_value_is_the_same_everywhere(made: Bundle) -> None:
    """The address of the contact is that of the guest, so the one is still linked to the other."""
    kinds = [type(event).__name__ for event in made.events]
    assert "RelationBegun" in kinds
    contact = next(vars(e)["values"] for e in made.events if "email1" in vars(e).get("values", ()))
    event = next(vars(e)["values"] for e in made.events if "attendees" in vars(e).get("values", ()))
    (guest,) = event["attendees"]
    assert f"<{guest.email}>" in contact["email1"]
    assert guest.name == contact["first_name"]


def test_the_file_is_new_and_only_a_bundle_is_read(made: Bundle, tmp_path: Path) -> None:
    file = tmp_path / "phone.bundle"
    bundle.write(made, file)
    with pytest.raises(FileExistsError):
        bundle.write(made, file)
    for content in (b"", b"strange", gzip.compress(b"strange"), file.read_bytes()[:-40]):
        (tmp_path / "strange").write_bytes(content)
        with pytest.raises(NoBundle):
            bundle.read(tmp_path / "strange")


# What stands for what


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace",
        "Ada <ada@example.org>",
        "+39 045 123 456",
        "Zoë Straße 漢字 😀",
        "two\r\nlines,\ttabs; and (signs)!",
    ],
)
def test_a_text_keeps_its_shape_and_none_of_its_words(text: str) -> None:
    shown = WORDS.text(text)
    assert len(shown.encode()) == len(text.encode())
    for old, new in zip(text, shown, strict=True):
        assert (old == new) == (not old.isalnum() and old != "😀")
        assert (old.isupper(), old.isdigit()) == (new.isupper(), new.isdigit())


def test_a_word_is_the_same_whatever_its_case_and_another_in_another_bundle() -> None:
    assert WORDS.text("ADA").lower() == WORDS.text("ada") == WORDS.text("Ada, again")[:3].lower()
    assert len({Words().text("Lovelace") for _ in range(9)}) == 9


def test_how_often_a_word_occurs_in_prose_tells_nothing() -> None:
    prose = "the cat and the dog and the bird and the fish"
    assert WORDS.text(prose).split()[0] != WORDS.text("the")
    assert WORDS.text(prose) == WORDS.text(prose)


def test_markup_stays_and_what_stands_in_it_does_not() -> None:
    html = '<p class="ada">Ada &amp; <ada@example.org> <br/><a href="https://ada">b</a><!-- b -->'
    shown = WORDS.text(html, markup=True)
    assert shown.count("<p ") == shown.count("<br/>") == shown.count("<a ") == 1
    assert shown.count("&amp;") == 1
    assert "ada" not in shown.lower()
    assert "http" not in shown
    assert "href" not in shown


def test_days_move_together_and_weeks_and_leap_years_come_again() -> None:
    veil = Veil(WORDS)
    days = [date(1980, 2, 29), date(2026, 3, 2), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]
    for day in days:
        moved = veil.moved(day)
        assert moved - day == SHIFT
        assert (moved.month, moved.day, moved.weekday()) == (day.month, day.day, day.weekday())
    span = AllDay(date(2026, 3, 2), date(2026, 3, 4))
    assert veil.value(span).end - veil.value(span).start == timedelta(days=2)
    assert veil.value(date(9999, 12, 31)) == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("20260302T090000Z", "20540302T090000Z"),
        ("2026-03-02T09:00:00.000Z", "2054-03-02T09:00:00.000Z"),
    ],
)
def test_an_instant_as_phones_write_it_moves_as_well(text: str, shown: str) -> None:
    assert Veil(WORDS).text(text) == shown
    assert Veil(WORDS).text(text.replace("Z", "X")) != text


def test_a_request_says_what_the_log_says() -> None:
    veil = Veil(WORDS)
    said = adding(
        first_name("Ada"),
        E("contacts:Email1Address", "Ada <ada@example.org>"),
        E("contacts:Birthday", "1980-04-30T00:00:00.000Z"),
        E("contacts:WeightedRank", 5),
        E("airsyncbase:Body", E("airsyncbase:Type", 2), E("airsyncbase:Data", "<p>Ada</p>")),
        E("airsyncbase:Location", E("airsyncbase:Latitude", "45.43840")),
    )
    texts = {each.name.partition(":")[2]: each.value for each in walk(document(said, veil))}
    assert texts["FirstName"] == veil.value("Ada")
    assert texts["Email1Address"] == veil.value("Ada <ada@example.org>")
    assert texts["Birthday"] == "2008-04-30T00:00:00.000Z"
    assert texts["WeightedRank"] == "5"
    assert texts["Type"] == "2"
    assert texts["Data"] == veil.value(Body("<p>Ada</p>", html=True)).text
    assert float(texts["Latitude"]) == veil.value(45.4384)


def test_a_picture_stays_one_by_its_first_bytes() -> None:
    shown = WORDS.data(JPEG)
    assert shown.startswith(b"\xff\xd8\xff")
    assert len(shown) == len(JPEG)
    assert shown[3:] != JPEG[3:]
    assert Veil(WORDS).value({"picture": JPEG}) == {"picture": shown}


def test_an_id_that_follows_from_no_name_stays() -> None:
    id, veil = UUID("0b6f4c1e-3f8d-4a5b-9c7d-112233445566"), Veil(WORDS)
    assert veil.value(id) == id
    assert veil.text(str(id)) == str(id)
    assert veil.reference(server_id(id)) == server_id(id)
    assert veil.reference(f"{server_id(id)}:20260302T090000Z").endswith(":20540302T090000Z")


# On the command line


def test_a_bundle_is_made_and_replayed_on_the_command_line(
    studio: Studio, phone: Handset, tmp_path: Path
) -> None:
    cli, elsewhere = Cli(studio.settings.home), Cli(tmp_path / "elsewhere")
    id, file = server_id(studio.phone("bartholomew").id), str(tmp_path / "phone.bundle")
    numbers = [row[0] for row in cli.rows("record", id)]
    assert f"{len(numbers)} exchanges and" in cli.done("bundle", id, file)
    told = elsewhere.rows("replay", "--bundle", file)
    assert [row[:2] for row in told] == [[number, "the same"] for number in numbers]
    assert elsewhere.rows("replay", "--bundle", file, numbers[2]) == [told[2]]
    assert "has no request 999" in elsewhere.refused("replay", "--bundle", file, "999")
    assert "which requests" in elsewhere.refused("replay", status=2)
    assert not elsewhere.home.exists()
    assert "nothing is recorded" in cli.refused("bundle", server_id(other(studio)), file)


def other(studio: Studio) -> UUID:
    Handset(studio, name="other", device="OTHER").folder_sync("0")
    return studio.phone("other", "OTHER").id
