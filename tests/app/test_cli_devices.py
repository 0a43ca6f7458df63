"""`taccuino device` and `wbxml`."""

from __future__ import annotations

import base64
import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters.ids import server_id, uuid_of
from adapters.wbxml import E, encode
from app.composition import CODEC
from app.engine.conversation import Conversation
from domain.folder import CALENDAR, default_folder
from domain.partnership import Partnership
from domain.round import ItemQuarantined, Wishes
from projections import items, sightings
from tests.app.cli_runner import Cli

MESSAGE = encode(E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0")))
OUTLINE = 'folderhierarchy:FolderSync\n  folderhierarchy:SyncKey "0"\n'


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


@pytest.fixture
def phone(cli: Cli) -> str:
    """A phone of Ada's that was here an hour ago."""
    phone = Partnership.id_of(cli.account().id, "PHONE1")
    account = cli.account().id
    seen = datetime.now(UTC) - timedelta(hours=1)
    with cli.groupware() as house, house.acting(house.author("device:PHONE1", "t")) as connection:
        begun = Partnership.begin(account, "PHONE1", "iPhone")
        begun.describe({"name": "Ada's phone"})
        house.save(begun)
        sightings.note_seen(connection, phone, seen, "x", "16.1")
    return server_id(phone)


def state(cli: Cli) -> str:
    (row,) = cli.rows("device", "list", "--user", "ada")
    return row[-1]


def test_phones_are_listed_with_what_is_known_of_them(cli: Cli, phone: str) -> None:
    (row,) = cli.rows("device", "list")
    assert row[:4] == [phone, "ada", "PHONE1", "Ada's phone"]
    seen = datetime.fromisoformat(row[4]).astimezone()
    assert datetime.now(UTC) - seen < timedelta(hours=2)
    assert row[5:] == ["16.1", "", "in step"]
    cli.person("alan")
    assert cli.rows("device", "list", "-u", "alan") == []


def test_a_phone_is_blocked_with_a_reason_and_let_in_again(cli: Cli, phone: str) -> None:
    cli.done("device", "block", phone, "--reason", "lost")
    assert [row[0] for row in cli.rows("device", "list", "--state", "blocked")] == [phone]
    assert cli.rows("device", "list", "--state", "in step") == []
    assert state(cli) == f"blocked by admin:{getpass.getuser()}: lost"
    cli.done("device", "unblock", phone)
    assert state(cli) == "in step"


def test_a_block_reaches_the_server_at_once(cli: Cli, phone: str) -> None:
    with cli.ear() as ear:
        cli.done("device", "block", phone)
        heard = next(ear.hear())
    assert heard == frozenset({Partnership.id_of(cli.account().id, "PHONE1")})


def test_a_wipe_takes_only_the_account_unless_said_otherwise(cli: Cli, phone: str) -> None:
    cli.done("device", "wipe", phone)
    assert state(cli).startswith(f"to be wiped (account): asked by admin:{getpass.getuser()}, 20")
    assert "cancel the wipe first" in cli.refused("device", "forget", phone)
    cli.done("device", "spare", phone)
    assert state(cli) == "in step"


def test_erasing_everything_has_to_be_allowed_first(cli: Cli, phone: str) -> None:
    said = cli.refused("device", "wipe", phone, "--kind", "device", "--name", "Ada's phone")
    assert "full-wipe-allowed" in said
    assert state(cli) == "in step"


def test_erasing_everything_is_confirmed_by_the_name_of_the_phone(cli: Cli, phone: str) -> None:
    cli.done("house", "set", "full-wipe-allowed", "yes")
    assert cli.run("device", "wipe", phone, "--kind", "device", stdin="yes\n").exit_code == 1
    assert state(cli) == "in step"
    cli.done("device", "wipe", phone, "--kind", "device", stdin="Ada's phone\n")
    assert state(cli).startswith("to be wiped (device)")


def test_a_script_gives_the_name_beforehand(cli: Cli, phone: str) -> None:
    cli.done("house", "set", "full-wipe-allowed", "yes")
    cli.done("device", "wipe", phone, "--kind", "device", "--name", "Ada's phone")
    assert state(cli).startswith("to be wiped (device)")


def test_all_that_is_known_of_a_phone_is_shown(cli: Cli, phone: str) -> None:
    cli.done("device", "rename", phone, "Ada's  work phone")
    cli.done("device", "ceiling", phone, "14.1")
    shown = dict(cli.rows("device", "show", phone))
    assert shown["name"] == "Ada's work phone"
    assert (shown["user"], shown["device id"], shown["type"]) == ("ada", "PHONE1", "iPhone")
    assert (shown["version"], shown["newest version"]) == ("16.1", "14.1")
    assert shown["ceiling set"].startswith(f"by admin:{getpass.getuser()}, 20")
    assert "no version of the protocol" in cli.refused("device", "ceiling", phone, "17.0")


def test_a_phone_of_a_kind_that_is_not_wanted_waits_until_it_is_approved(
    cli: Cli, phone: str
) -> None:
    cli.done("access", "add", "type", "IPHONE", "quarantine")
    assert state(cli) == "waits for approval"
    assert cli.rows("access", "list") == [
        ["1", "type", "IPHONE", "quarantine", "1"],
        ["", "new phones", "*", "allow", ""],
    ]
    assert "device approve" in cli.refused("device", "unblock", phone)
    cli.done("device", "approve", phone)
    assert state(cli) == "in step"


def test_a_phone_is_let_in_without_its_policy_until_that_is_taken_back(
    cli: Cli, phone: str
) -> None:
    cli.done("policy", "set", "strict", "DevicePasswordEnabled=1")
    cli.done("policy", "assign", "ada", "strict")
    reason = "does not keep its policy: it has not acknowledged it yet"
    assert state(cli) == reason
    cli.done("device", "except", phone)
    assert state(cli) == f"let in by admin:{getpass.getuser()} although it {reason}"
    cli.done("device", "except", phone, "--end")
    assert state(cli) == reason


def test_rules_are_asked_in_their_order_and_removed_by_what_they_say(cli: Cli, phone: str) -> None:
    cli.done("access", "add", "type", "*", "block")
    assert state(cli) == "blocked by the rule for type *"
    cli.done("access", "add", "type", "iPhone", "allow", "--place", "1")
    assert state(cli) == "in step"
    cli.done("access", "remove", "type", "iphone")
    assert state(cli) == "blocked by the rule for type *"
    assert "no rule" in cli.refused("access", "remove", "type", "iphone")
    cli.done("access", "default", "quarantine")
    assert cli.rows("access", "list")[-1] == ["", "new phones", "*", "quarantine", ""]


def test_a_forgotten_phone_is_not_listed_and_not_known(cli: Cli, phone: str) -> None:
    cli.done("device", "forget", phone)
    assert cli.rows("device", "list") == []
    assert "taccuino device list" in cli.refused("device", "block", phone)


def test_a_phone_that_never_was_is_not_known(cli: Cli) -> None:
    assert "there is no phone" in cli.refused("device", "wipe", server_id(UUID(int=7)))


def test_an_item_that_a_phone_choked_on_is_listed_and_offered_again(cli: Cli, phone: str) -> None:
    item, id = cli.event(), Partnership.id_of(cli.account().id, "PHONE1")
    calendar, uuid = default_folder(cli.account().id, CALENDAR), uuid_of(item)
    with cli.groupware() as house, house.acting(house.author("device:PHONE1", "t")) as connection:
        collection = items.collection(connection, calendar)
        assert collection is not None
        talk = Conversation(house, connection, id, collection, CODEC)
        line = talk.begin(Wishes()).tag
        facts = {"edition": 1, "row": 1, "generation": 1, "held": False, "reduced": False}
        talk.note(ItemQuarantined, line, item=uuid, **facts)
    assert cli.rows("device", "held", phone) == [[item, "Calendar", "not sent"]]
    cli.done("device", "release", phone, item)
    assert cli.rows("device", "held", phone) == []
    assert "is not spared" in cli.refused("device", "release", phone, item)


@pytest.mark.parametrize(
    "form",
    [MESSAGE, MESSAGE.hex().encode(), base64.b64encode(MESSAGE), base64.urlsafe_b64encode(MESSAGE)],
    ids=["raw", "hexadecimal", "base64", "base64 of addresses"],
)
def test_a_message_is_read_in_whatever_form_it_was_recorded(cli: Cli, form: bytes) -> None:
    assert cli.done("wbxml", "dump", "-", stdin=form) == OUTLINE


def test_hexadecimal_may_be_broken_into_lines(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "recorded.txt"
    file.write_text(MESSAGE.hex(" ", 4).replace(" ", "\n") + "\n")
    assert cli.done("wbxml", "dump", str(file)) == OUTLINE


@pytest.mark.parametrize("data", [b"", b"hello", b"\x03\x01\x6a", b"<xml/>"])
def test_what_is_no_message_is_refused_in_one_line(cli: Cli, data: bytes) -> None:
    assert "no WBXML message" in cli.refused("wbxml", "dump", "-", stdin=data)
