"""An item that changes without end (pain 8): the finding leads to its author, its history says
what goes to and fro."""

from __future__ import annotations

import pytest

from adapters.wbxml import E
from projections.findings import FLAPPING, KINDS
from tests.app.handset import Handset, changing, commanding, first_name, id_of, last_name
from tests.app.reader import administrator, with_administrator
from tests.pains.desk import Desk

TIMES = 2 * KINDS[FLAPPING].often + 1


@pytest.fixture
def looping(desk: Desk) -> Handset:
    return Handset(desk.house)


@pytest.fixture
def item(desk: Desk, looping: Handset) -> str:
    """Ada's phone and some other program cannot agree on a name; once, somebody sets the title."""
    looping.begin(looping.contacts)
    id = looping.add(looping.contacts, first_name("Grace"), last_name("Hopper"))
    desk.house.revise(id_of(id), job_title="Admiral")
    looping.catch_up(looping.contacts)
    for number in range(TIMES):
        name = first_name("Grace" if number % 2 else "GRACE")
        edit = changing(id, name, last_name("Hopper"), E("contacts:JobTitle", "Admiral"))
        looping.told(looping.contacts, commanding(edit))
        desk.house.clock.advance(minutes=1)
    return id


def author(desk: Desk, item: str) -> str:
    """Of the loop, as the log has it."""
    actor: str = desk.history(item)[0]["actor"]
    assert actor.startswith("device:")
    return actor


def test_the_finding_names_the_item_and_who_does_it(
    desk: Desk, looping: Handset, item: str
) -> None:
    (finding,) = desk.cli.rows("findings")
    assert finding[:3] == [FLAPPING, "ada", item]
    assert finding[-1].startswith("the phone iPhone14C5 of Ada Example changes this item over and")
    assert f"`taccuino history {item}`" in finding[-1]


def test_by_the_item_the_log_names_the_author_of_the_loop(desk: Desk, item: str) -> None:
    entries = desk.log("--item", item, "--kind", "contacts", "-n", "200")
    loop = author(desk, item)
    assert [each["actor"] for each in entries] == [*[loop] * TIMES, "admin:root", loop]


def test_by_the_person_the_phone_and_the_author_as_well(
    desk: Desk, looping: Handset, item: str
) -> None:
    loop = ("--kind", "contact.revised", "-n", "200")
    for mine in (("-u", "ada", "--by", author(desk, item)), ("--device", looping.device)):
        entries = desk.log(*mine, *loop)
        assert [each["of"] for each in entries] == [item] * TIMES
    others = desk.log("--item", item, "--by", "admin:root")
    assert [each["fields"]["patch"] for each in others] == [{"job_title": "Admiral"}]


def test_its_history_says_field_by_field_what_goes_to_and_fro(
    desk: Desk, looping: Handset, item: str
) -> None:
    lately = desk.life(item)[-4:]
    assert [changed for _, changed in lately] == [
        "First name: GRACE → Grace",
        "First name: Grace → GRACE",
        "First name: GRACE → Grace",
        "First name: Grace → GRACE",
    ]
    assert len({sentence for sentence, _ in lately}) == 1
    assert lately[0][0].startswith("The phone ")
    assert all(set(each["changed"]) == {"first_name"} for each in desk.history(item)[-TIMES:])


def test_the_page_filters_alike(desk: Desk, looping: Handset, item: str) -> None:
    with_administrator(desk.house)
    reader = administrator(desk.house)
    told = reader.get(f"/admin/log?item={item}&by={author(desk, item)}").text
    assert "changed the contact “GRACE Hopper” of Ada Example: First name." in told
    assert "root changed" not in told
    shown = reader.get(f"/admin/items/{item}").text
    assert "GRACE" in shown
    assert author(desk, item) not in shown, "a phone goes by its name"
