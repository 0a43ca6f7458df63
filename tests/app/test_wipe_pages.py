"""A phone is wiped from its page: what came from here, or all of it where that was allowed."""

from __future__ import annotations

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.wbxml import E
from app.devices import phones, wiping
from app.identity import credentials
from domain.house import FULL_WIPE_ALLOWED
from domain.partnership import WipeKind
from projections.attempts import note_use
from tests.app.house import PHONE, House, a_request
from tests.app.reader import Reader, administrator, with_administrator
from tests.app.test_provision import about, initial, provisioned

REPORTS: dict[WipeKind, str] = {
    "account": "provision:AccountOnlyRemoteWipe",
    "device": "provision:RemoteWipe",
}
SURE = {"sure": "1", "name": "Ada's phone"}


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone with a name, and there is an administrator."""
    with_administrator(house)
    provisioned(house)
    house.answer("Provision", initial(about(Model="iPhone 15")))
    phones.call_it(house.groupware, house.admin, house.phone().id, "Ada's phone")
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return administrator(house)


def page(house: House, device: str = PHONE) -> str:
    return f"/admin/devices/{server_id(house.phone(device=device).id)}"


def report(house: House, kind: WipeKind, status: int) -> None:
    said = E(REPORTS[kind], E("provision:Status", status))
    house.answer("Provision", E("provision:Provision", said))


def old_phone(house: House) -> str:
    house.admit(a_request(version=Version.V14_1, device="OLD"))
    return page(house, "OLD")


def shown(text: str) -> str:
    """As people read it."""
    return text.replace("&#39;", "'")


# What came from here


def test_before_a_wipe_it_is_said_what_it_erases(reader: Reader, house: House) -> None:
    assert "erases calendar and contacts of this account" in reader.get(page(house)).text
    old = reader.get(old_phone(house)).text
    assert "It speaks ActiveSync 14.1, and only from 16.1 on" in old
    assert "erases calendar and contacts" not in old


def test_a_wipe_shows_who_asked_and_when_until_it_is_acknowledged(
    reader: Reader, house: House
) -> None:
    house.clock.advance(hours=1)
    answer = reader.post(page(house), {"act": "wipe"})
    text = reader.get(answer["Location"]).text
    assert "told to erase it the next time it comes" in text
    for fact in (
        "<dd>what came from here</dd>",
        "<dd>the administrator root</dd>",
        "<dd>2 March 2026, 10:00</dd>",
        "<dd>not yet: the phone is told when it comes next</dd>",
    ):
        assert fact in text, fact
    house.clock.advance(minutes=5)
    report(house, "account", 1)
    text = reader.get(page(house)).text
    assert "<dd>2 March 2026, 10:05: the phone has erased it</dd>" in text
    assert 'value="spare"' not in text


def test_a_wipe_that_failed_says_so_and_can_be_asked_again(reader: Reader, house: House) -> None:
    reader.post(page(house), {"act": "wipe"})
    report(house, "account", 2)
    text = reader.get(page(house)).text
    assert "the phone could not erase it" in text
    assert 'value="wipe"' in text


def test_a_wipe_is_taken_back_while_it_is_not_acknowledged(reader: Reader, house: House) -> None:
    reader.post(page(house), {"act": "wipe"})
    assert 'value="spare"' in reader.get(page(house)).text
    reader.post(page(house), {"act": "spare"})
    assert house.phone().wipe is None
    assert "Acknowledged" not in reader.get(page(house)).text


@pytest.mark.parametrize("own", [True, False])
def test_a_phone_that_cannot_erase_one_account_is_shut_out_and_that_is_said(
    reader: Reader, house: House, own: bool
) -> None:
    old, ada = old_phone(house), house.account().id
    if own:
        for label in ("", "old phone"):
            id = credentials.reset_activesync_password(
                house.groupware, house.admin, ada, f"for {label} and others", label
            )
        with house.groupware.pool.writing() as connection:
            note_use(connection, ada, id, "OLD", "x", house.clock().timestamp())
    reader.get(old)
    text = reader.get(reader.post(old, {"act": "wipe"})["Location"]).text
    assert ("its own password is removed" in text) is own
    assert ("have that changed" in text) is not own
    assert "will not be: the phone cannot do it" in text
    assert "It is blocked; what it has stays on it." in text


def test_a_phone_that_is_blocked_can_still_be_wiped(reader: Reader, house: House) -> None:
    phones.block(house.groupware, house.admin, house.phone().id, "lost")
    reader.get(page(house))
    reader.post(page(house), {"act": "wipe"})
    assert house.phone().wipe == "account"


# All of it


def test_a_whole_wipe_is_not_offered_before_it_is_allowed(reader: Reader, house: House) -> None:
    here = page(house)
    assert "/wipe" not in reader.get(here).text
    assert reader.get(f"{here}/wipe").status == 404
    assert reader.post(f"{here}/wipe", SURE).status == 404
    assert house.phone().wipe is None


@pytest.mark.parametrize("name", ["Ada's phone", "ada's  PHONE", "iPhone 15", "iphone 15"])
def test_a_whole_wipe_wants_two_confirmations(reader: Reader, house: House, name: str) -> None:
    house.allow(FULL_WIPE_ALLOWED)
    here = page(house)
    assert f'href="{here}/wipe"' in reader.get(here).text
    assert "Everything on this phone is erased" in reader.get(f"{here}/wipe").text
    answer = reader.post(f"{here}/wipe", {"sure": "1", "name": name})
    text = reader.get(answer["Location"]).text
    assert "<dd>everything on the phone</dd>" in text
    assert house.phone().wipe == "device"
    report(house, "device", 1)
    assert "the phone has erased it" in reader.get(here).text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Say that you know"),
        ({"name": "Ada's phone"}, "Say that you know"),
        ({"sure": "1"}, "neither the name nor the model"),
        ({"sure": "1", "name": "Eve's phone"}, "neither the name nor the model"),
        ({"sure": "1", "name": "yes"}, "neither the name nor the model"),
    ],
)
def test_without_both_nothing_happens(
    reader: Reader, house: House, form: dict[str, str], told: str
) -> None:
    house.allow(FULL_WIPE_ALLOWED)
    reader.get(f"{page(house)}/wipe")
    before = house.log_length()
    answer = reader.post(f"{page(house)}/wipe", form)
    assert answer.status == 422
    assert told in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert house.log_length() == before


def test_a_phone_that_is_shut_out_can_be_wiped_whole(reader: Reader, house: House) -> None:
    house.allow(FULL_WIPE_ALLOWED)
    old = old_phone(house)
    wiping.request_wipe(house.groupware, house.admin, house.phone(device="OLD").id)
    assert "it cannot be told any more" in reader.get(f"{old}/wipe").text
    name = house.phone(device="OLD").name
    reader.post(f"{old}/wipe", {"sure": "1", "name": name})
    text = reader.get(old).text
    assert "everything on the phone" in text
    assert "not yet: the phone is told" in text


def test_a_phone_that_is_wiped_already_is_not_wiped_whole(reader: Reader, house: House) -> None:
    house.allow(FULL_WIPE_ALLOWED)
    reader.post(page(house), {"act": "wipe"})
    report(house, "account", 1)
    assert "/wipe" not in reader.get(page(house)).text
    assert reader.post(f"{page(house)}/wipe", SURE).status == 404


def test_the_name_of_the_phone_stands_where_it_is_to_be_typed(reader: Reader, house: House) -> None:
    house.allow(FULL_WIPE_ALLOWED)
    text = shown(reader.get(f"{page(house)}/wipe").text)
    assert "<dd>Ada's phone</dd>" in text
    assert "<dd>iPhone 15</dd>" in text
