"""/admin/rules: a rule about phones is tried, added, put in its place and removed."""

from __future__ import annotations

import pytest

from adapters.wbxml import E
from app.devices import access, phones
from domain.access import Access
from projections import access as rows
from tests.app.cli_runner import Cli
from tests.app.house import PHONE, House
from tests.app.reader import Reader, administrator, with_administrator

HIERARCHY = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
HERE = "/admin/rules"
IPHONES = {"about": "type", "pattern": "iPhone*", "access": "quarantine", "place": ""}


@pytest.fixture
def house(house: House) -> House:
    """Ada has two iPhones, and there is an administrator."""
    with_administrator(house)
    for device in (PHONE, "SECOND"):
        house.ask("FolderSync", HIERARCHY, device=device)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return administrator(house)


def rules(house: House) -> list[tuple[str, Access]]:
    with house.groupware.reading() as connection:
        return [(rule.text, rule.access) for rule in rows.rules(connection)]


def test_without_a_rule_the_page_tells_what_holds_for_new_phones(reader: Reader) -> None:
    text = reader.get(HERE).text
    assert "which no rule fits" in text
    assert text.count("<tr>") == 2


def test_before_it_is_added_it_is_said_which_phones_a_rule_is_for(
    reader: Reader, house: House
) -> None:
    phones.approve(house.groupware, house.admin, house.phone(device="SECOND").id)
    before = house.log_length()
    text = reader.post(HERE, {**IPHONES, "act": "try"}).text
    assert "<dd>2 phones</dd>" in text
    assert "<dd>One phone</dd>" in text
    assert "somebody has approved them" in text
    assert "For one phone something changes at once" in text
    assert "let in → waits for approval" in text
    assert house.log_length() == before
    assert house.phone().access == "allow"


def test_a_rule_that_is_tried_can_be_added_as_it_is(reader: Reader, house: House) -> None:
    tried = reader.post(HERE, {**IPHONES, "act": "try"})
    form = {name: tried.field(name) for name in IPHONES}
    assert reader.post(HERE, {**form, "act": "add"}).status == 303
    assert rules(house) == [("type iPhone*", "quarantine")]
    assert house.phone().waits
    text = reader.get(HERE).text
    assert "decides about 2 phones" in text
    assert "1. <span" in text


def test_a_rule_for_phones_that_are_not_here_changes_nothing_now(
    reader: Reader, house: House
) -> None:
    text = reader.post(HERE, {**IPHONES, "pattern": "Nokia*", "act": "try"}).text
    assert text.count("none that is here now") == 2
    assert "nothing changes" in text


def test_a_rule_behind_one_that_fits_decides_about_nobody(reader: Reader, house: House) -> None:
    access.put_rule(house.groupware, house.admin, "type", "*", "allow")
    behind = reader.post(HERE, {**IPHONES, "act": "try"}).text
    assert "About the others an earlier rule decides" in behind
    assert "nothing changes" in behind
    first = reader.post(HERE, {**IPHONES, "place": "1", "act": "try"}).text
    assert "For 2 phones something changes" in first


def test_a_rule_is_put_before_another_and_removed(reader: Reader, house: House) -> None:
    access.put_rule(house.groupware, house.admin, "os", "Android 6*", "block")
    reader.post(HERE, {**IPHONES, "place": "1", "act": "add"})
    assert rules(house) == [("type iPhone*", "quarantine"), ("os Android 6*", "block")]
    assert "before 2. Android 6*" in reader.get(HERE).text
    reader.post(HERE, {"about": "type", "pattern": "iphone*", "act": "remove"})
    assert rules(house) == [("os Android 6*", "block")]
    assert not house.phone().waits


def test_a_rule_for_the_same_phones_takes_the_place_of_the_other(
    reader: Reader, house: House
) -> None:
    for what in ("block", "allow"):
        reader.post(HERE, {**IPHONES, "access": what, "act": "add"})
    assert rules(house) == [("type iPhone*", "allow")]


@pytest.mark.parametrize("act", ["try", "add"])
@pytest.mark.parametrize("pattern", ["", "x" * 201])
def test_a_pattern_that_is_none_is_told_and_kept_in_the_form(
    reader: Reader, house: House, act: str, pattern: str
) -> None:
    answer = reader.post(HERE, {**IPHONES, "pattern": pattern, "act": act})
    assert answer.status == 422
    assert "between 1 and 200 characters" in answer.text
    assert answer.field("pattern") == pattern
    assert rules(house) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"about": "colour"},
        {"access": "maybe"},
        {"place": "0"},
        {"place": "-1"},
        {"place": "first"},
        {"act": "explode"},
        {"act": "remove", "pattern": "Nokia"},
    ],
)
def test_what_cannot_be_chosen_is_not_found(
    reader: Reader, house: House, facts: dict[str, str]
) -> None:
    assert reader.post(HERE, {**IPHONES, "act": "add", **facts}).status == 404
    assert rules(house) == []


def test_what_a_pattern_holds_is_shown_as_it_is(reader: Reader) -> None:
    for act in ("try", "add"):
        reader.post(HERE, {**IPHONES, "pattern": "<b>*", "act": act})
    assert "&lt;b&gt;*" in reader.get(HERE).text


def test_the_command_line_tries_a_rule_too(house: House) -> None:
    cli = Cli(house.settings.home)
    result = cli.run("access", "try", "type", "iPhone*", "block")
    assert "phones like this: 2; it would decide about 2" in result.stderr
    changed = [line.split("\t")[2:] for line in result.stdout.splitlines()]
    assert changed == [["allow", "block"]] * 2
    assert rules(house) == []
    cli.done("access", "add", "type", "*", "allow")
    assert cli.rows("access", "try", "type", "iPhone*", "block") == []
    assert len(cli.rows("access", "try", "type", "iPhone*", "block", "--place", "1")) == 2
