"""The server that could erase the phone: a wipe takes back what came from here, no more.

A full wipe needs a word of its own. A phone below 16.1 does not know the smaller wipe: it is
shut out instead. A wipe is recorded once, however often the phone reports it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import phones
from domain.partnership import WipeKind
from domain.refused import Refused
from tests.app.house import House, texts
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
    phones.request_wipe(house.groupware, house.admin, house.phone().id, kind, sure=True)


def _report(kind: WipeKind, status: int, *before: Element) -> Element:
    return E("provision:Provision", *before, E(ELEMENTS[kind], E("provision:Status", status)))


def _directive(status: int, kind: WipeKind) -> Element:
    return E("provision:Provision", E("provision:Status", status), E(ELEMENTS[kind]))


def test_a_wipe_is_of_the_account_unless_somebody_is_sure(house: House) -> None:
    with pytest.raises(Refused, match="erase everything"):
        phones.request_wipe(house.groupware, house.admin, house.phone().id, "device")
    assert house.phone().wipe is None
    phones.request_wipe(house.groupware, house.admin, house.phone().id)
    assert house.phone().wipe == "account"


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
    phones.cancel_wipe(house.groupware, house.admin, house.phone().id)
    for body in (E("provision:Provision"), initial()):
        root = house.answer("Provision", body)
        assert not {child.name for child in root} & set(ELEMENTS.values())


def test_a_phone_that_has_yet_to_be_wiped_cannot_be_forgotten(house: House) -> None:
    _wipe(house)
    with pytest.raises(Refused, match="cancel"):
        phones.forget(house.groupware, house.admin, house.phone().id)
