"""The server that could erase the phone: a wipe takes back what came from here, no more.

A full wipe has to be allowed for the house first, and the phone to be named. A phone below 16.1
does not know the smaller wipe: it is shut out instead. A wipe is recorded once, however often the
phone reports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.ids import by_id
from adapters.wbxml import E, Element
from app.devices import phones, wiping
from app.devices.wiping import Ordered
from app.identity import credentials
from domain.house import FULL_WIPE_ALLOWED
from domain.partnership import WipeKind
from domain.refused import Refused
from projections.attempts import note_use
from projections.credentials import of_account
from projections.standing import SHUT_OUT, TO_BE_WIPED, WAS_WIPED, Standing, portrait
from tests.app.house import House, a_request, texts
from tests.app.test_provision import about, admitted, initial, provisioned

ELEMENTS: dict[WipeKind, str] = {
    "account": "provision:AccountOnlyRemoteWipe",
    "device": "provision:RemoteWipe",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.person()
    provisioned(house)
    yield house
    house.close()


def _wipe(house: House, kind: WipeKind = "account") -> None:
    house.allow(FULL_WIPE_ALLOWED)
    phone = house.phone()
    wiping.request_wipe(house.groupware, house.admin, phone.id, kind, phone.name)


def _report(kind: WipeKind, status: int, *before: Element) -> Element:
    return E("provision:Provision", *before, E(ELEMENTS[kind], E("provision:Status", status)))


def _directive(status: int, kind: WipeKind) -> Element:
    return E("provision:Provision", E("provision:Status", status), E(ELEMENTS[kind]))


def test_a_wipe_is_of_the_account(house: House) -> None:
    ordered = wiping.request_wipe(house.groupware, house.admin, house.phone().id)
    assert ordered.erases
    assert house.phone().wipe == "account"


def test_no_full_wipe_by_default(house: House) -> None:
    """Not even for somebody who names the phone."""
    phone = house.phone()
    with pytest.raises(Refused, match=FULL_WIPE_ALLOWED):
        wiping.request_wipe(house.groupware, house.admin, phone.id, "device", phone.name)
    assert house.phone().wipe is None


@pytest.mark.parametrize("confirmed", ["", "iPhone 15", "yes"])
def test_a_full_wipe_that_is_allowed_needs_the_name_of_the_phone(
    house: House, confirmed: str
) -> None:
    house.allow(FULL_WIPE_ALLOWED)
    phones.call_it(house.groupware, house.admin, house.phone().id, "Ada's phone")
    with pytest.raises(Refused, match="Ada's phone"):
        wiping.request_wipe(house.groupware, house.admin, house.phone().id, "device", confirmed)
    assert house.phone().wipe is None
    wiping.request_wipe(house.groupware, house.admin, house.phone().id, "device", "ada's  Phone")
    assert house.phone().wipe == "device"


def test_it_is_shown_who_asked_and_when_it_was_acknowledged(house: House) -> None:
    _wipe(house)
    asked = house.clock()
    assert _standing(house) == Standing(
        TO_BE_WIPED, {"kind": "account", "by": "admin:root", "at": asked}
    )
    house.clock.advance(minutes=5)
    house.answer("Provision", _report("account", 1))
    wiped = {"by": by_id("device", house.phone().id), "at": house.clock()}
    assert _standing(house) == Standing(WAS_WIPED, wiped)


def _standing(house: House) -> Standing:
    with house.groupware.reading() as connection:
        shown = portrait(connection, house.clock(), house.phone().id)
    assert shown is not None
    return shown.standing


@pytest.mark.parametrize("body", [E("provision:Provision"), initial()], ids=["empty", "initial"])
@pytest.mark.parametrize("kind", ["account", "device"])
def test_the_phone_is_told_of_its_wipe_and_of_nothing_else(
    house: House, kind: WipeKind, body: Element
) -> None:
    _wipe(house, kind)
    assert house.answer("Provision", body) == _directive(1, kind)


def test_a_phone_that_tells_about_itself_is_told_all_the_same(house: House) -> None:
    _wipe(house)
    root = house.answer("Provision", initial(about(Model="X")))
    assert [child.name for child in root] == [
        "settings:DeviceInformation",
        "provision:Status",
        "provision:AccountOnlyRemoteWipe",
    ]


@pytest.mark.parametrize("version", [v for v in Version if v < Version.V16_1])
def test_a_phone_that_cannot_wipe_one_account_is_shut_out_and_never_wiped(
    house: House, version: Version
) -> None:
    _wipe(house)
    for command in ("FolderSync", "Ping", "Provision"):
        assert admitted(house, 0, command, version=version) == 129
    assert house.ask("Provision", initial(), version=version) == Failure(129)
    assert admitted(house, 0) == 140


def test_below_16_1_a_wipe_shuts_out_and_says_so(house: House) -> None:
    house.admit(a_request(version=Version.V14_1, device="OLD"))
    old = house.phone(device="OLD").id
    ordered = wiping.request_wipe(house.groupware, house.admin, old)
    assert ordered == Ordered(erases=False, version="14.1", shared=True)
    with house.groupware.reading() as connection:
        shown = portrait(connection, house.clock(), old)
    assert shown is not None
    assert (shown.standing.word, shown.standing.facts["version"]) == (SHUT_OUT, "14.1")


def test_below_16_1_the_password_of_that_phone_goes_with_it(house: House) -> None:
    """Of two passwords the one that it was the last to use; the other phone goes on."""
    house.admit(a_request(version=Version.V14_1, device="OLD"))
    ada, old = house.account().id, house.phone(device="OLD").id
    put = partial(credentials.reset_activesync_password, house.groupware, house.admin, ada)
    put("first of all phones", "")
    own = put("only of the old phone", "old phone")
    with house.groupware.pool.writing() as connection:
        note_use(connection, ada, own, "OLD", "x", house.clock().timestamp())
    ordered = wiping.request_wipe(house.groupware, house.admin, old)
    assert ordered == Ordered(erases=False, version="14.1", withdrawn=("old phone",))
    with house.groupware.reading() as connection:
        assert [each.label for each in of_account(connection, ada)] == [""]


@pytest.mark.parametrize("status", [1, 2])
@pytest.mark.parametrize("kind", ["account", "device"])
def test_a_wipe_is_acknowledged_once(house: House, kind: WipeKind, status: int) -> None:
    _wipe(house, kind)
    house.answer("Provision", E("provision:Provision"))
    assert house.answer("Provision", _report(kind, status)) == _directive(status, kind)
    length = house.log_length()
    assert house.answer("Provision", _report(kind, status)) == _directive(status, kind)
    assert house.log_length() == length
    assert (house.phone().wiped, house.phone().wipe) == (status, None)


def test_a_wiped_phone_stays_out_until_it_is_forgotten(house: House) -> None:
    _wipe(house)
    house.answer("Provision", _report("account", 1))
    assert admitted(house, 0) == 129
    assert house.ask("Provision", initial()) == Failure(129)
    phones.forget(house.groupware, house.admin, house.phone().id)
    assert admitted(house, 0) == 0
    assert house.phone().wiped == 0


def test_a_stray_policy_status_before_the_report_does_not_matter(house: House) -> None:
    _wipe(house, "device")
    stray = E("provision:Policies", E("provision:Policy", E("provision:Status", 1)))
    assert house.answer("Provision", _report("device", 1, stray)) == _directive(1, "device")


@pytest.mark.parametrize("kind", ["account", "device"])
def test_a_report_nobody_asked_for_wipes_nothing(house: House, kind: WipeKind) -> None:
    root = house.answer("Provision", _report(kind, 1))
    assert texts(root, "provision:Status") == ["2"]
    assert house.phone().blocked == ""


def test_the_report_of_another_wipe_is_not_taken_for_this_one(house: House) -> None:
    _wipe(house, "account")
    root = house.answer("Provision", _report("device", 1))
    assert texts(root, "provision:Status") == ["2"]
    assert house.phone().wipe == "account"


def test_no_answer_speaks_of_a_wipe_that_was_cancelled(house: House) -> None:
    _wipe(house, "device")
    wiping.cancel_wipe(house.groupware, house.admin, house.phone().id)
    for body in (E("provision:Provision"), initial()):
        root = house.answer("Provision", body)
        assert not {child.name for child in root} & set(ELEMENTS.values())


def test_a_phone_that_has_yet_to_be_wiped_cannot_be_forgotten(house: House) -> None:
    _wipe(house)
    with pytest.raises(Refused, match="cancel"):
        phones.forget(house.groupware, house.admin, house.phone().id)
