"""/admin/policies and `taccuino policy`: what phones must keep, and who is under it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.eas.provision import DOCUMENT, wap
from adapters.ids import server_id
from adapters.wbxml import E
from app import people
from app.devices import phones, policies
from app.devices.policy_settings import (
    CHOICES,
    GROUPS,
    WAP_READS,
    demanding,
    demands,
    permissive,
    shape,
    since,
    wrong,
)
from domain.policy import LENIENT, Policy
from domain.refused import Unknown
from projections import policies as rows
from projections.policies import PolicyRow
from tests.app.cli_runner import Cli
from tests.app.house import House
from tests.app.reader import Reader, administrator, with_administrator

HIERARCHY = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
HERE, NEW = "/admin/policies", "/admin/policies/new"
NAMES = [name for names in GROUPS.values() for name in names]
VALUES = {
    "MinDevicePasswordLength": "6",
    "MaxInactivityTimeDeviceLock": "300",
    "MaxDevicePasswordFailedAttempts": "8",
}


@pytest.fixture
def house(house: House) -> House:
    """Ada has a phone, and there is an administrator."""
    with_administrator(house)
    house.ask("FolderSync", HIERARCHY)
    return house


@pytest.fixture
def reader(house: House) -> Reader:
    return administrator(house)


def found(house: House, name: str = "strict") -> PolicyRow:
    with house.groupware.reading() as connection:
        row = rows.find(connection, name)
    assert row is not None
    return row


def a_value(name: str) -> str:
    """One that demands something."""
    if shape(name) == "flag":
        return demanding(name)
    if name in CHOICES:
        return CHOICES[name][-1]
    return VALUES.get(name, "5" if shape(name) == "number" else "calc.exe")


def page(house: House, name: str = "strict") -> str:
    return f"{HERE}/{server_id(found(house, name).id)}"


# What can be demanded


def test_every_setting_is_in_one_group() -> None:
    assert sorted(NAMES) == sorted([*DOCUMENT, *LENIENT])
    assert GROUPS["lenience"] == tuple(LENIENT)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_asked_for_by_what_it_may_be(name: str) -> None:
    lax, value = permissive(name), a_value(name)
    assert wrong({name: value, **{name: value}}) == set()
    assert value != lax
    assert demands({name: value}) == [name]
    assert lax is None or demands({name: lax}) == []
    assert wrong({name: "nonsense"}) == ({name} if shape(name) != "list" else set())
    for choice in CHOICES.get(name, ()):
        assert wrong({name: choice}) == set()
        assert choice != lax


@pytest.mark.parametrize("name", sorted(DOCUMENT))
def test_phones_of_the_first_version_are_told_of_the_settings_that_say_so(name: str) -> None:
    protected = {"DevicePasswordEnabled": "1"} if name != "DevicePasswordEnabled" else {}
    told = wap({**protected, name: a_value(name)}) != wap(protected)
    version = since(name)
    assert version is not None
    assert told is (name in WAP_READS) is (version.text == "2.5")


# The pages


def test_at_first_there_is_no_policy_and_nothing_is_demanded(reader: Reader) -> None:
    assert "No policy yet" in reader.get(HERE).text


def test_a_policy_is_made_and_listed(reader: Reader, house: House) -> None:
    form = {"name": "strict", "DevicePasswordEnabled": "1", "MinDevicePasswordLength": "6"}
    answer = reader.post(NEW, {**form, "AllowCamera": "1", "AllowBluetooth": "1"})
    assert answer["Location"] == f"{page(house)}?said=policy_made"
    assert found(house).settings == {
        "DevicePasswordEnabled": "1",
        "MinDevicePasswordLength": "6",
        "AllowCamera": "0",
        "AllowBluetooth": "1",
    }
    text = reader.get(HERE).text
    assert "4 demands" in text
    assert "<td>0</td>" in text


@pytest.mark.parametrize("language", ["en", "it"])
def test_every_setting_has_its_field_with_the_versions_that_understand_it(
    reader: Reader, language: str
) -> None:
    text = reader.get(NEW, Accept_Language=language).text
    for name in NAMES:
        assert f'name="{name}"' in text
    assert text.count(">12.1+<") + text.count(">12.0+<") + text.count(">2.5+<") == len(DOCUMENT)


def test_whatever_can_be_demanded_survives_the_form(reader: Reader, house: House) -> None:
    settings = {name: a_value(name) for name in NAMES}
    form = {name: "1" if shape(name) == "flag" else settings[name] for name in NAMES}
    reader.post(NEW, {"name": "strict", **form})
    assert found(house).settings == settings
    text = reader.get(page(house)).text
    assert text.count(" checked>") == sum(shape(name) == "flag" for name in NAMES)
    reader.post(page(house), {"act": "save", **form})
    assert found(house).edition == 1, "nothing was changed, so no phone is asked anew"


def test_what_was_stored_as_demanding_nothing_stays_so(reader: Reader, house: House) -> None:
    people.write_policy(house.groupware, house.admin, "strict", {"AllowCamera": "1"})
    reader.get(page(house))
    reader.post(page(house), {"act": "save", "DevicePasswordEnabled": "1"})
    assert found(house).settings == {"AllowCamera": "1", "DevicePasswordEnabled": "1"}


@pytest.mark.parametrize(
    "facts",
    [
        {"MinDevicePasswordLength": "17"},
        {"MaxDevicePasswordFailedAttempts": "3"},
        {"MaxAttachmentSize": "big"},
        {"AllowBluetooth": "9"},
    ],
)
def test_a_value_that_is_none_is_marked_and_nothing_is_kept(
    reader: Reader, house: House, facts: dict[str, str]
) -> None:
    before = house.log_length()
    answer = reader.post(NEW, {"name": "strict", **facts})
    assert answer.status == 422
    assert "no number that fits" in answer.text
    assert answer.field("name") == "strict"
    assert house.log_length() == before


@pytest.mark.parametrize(
    ("name", "told"),
    [("STRICT", "belongs to somebody else"), ("a/b", "cannot be used"), ("", "cannot be used")],
)
def test_a_name_that_is_taken_or_none_makes_no_policy(
    reader: Reader, house: House, name: str, told: str
) -> None:
    people.write_policy(house.groupware, house.admin, "strict", {"AllowCamera": "0"})
    answer = reader.post(NEW, {"name": name, "AllowWiFi": "1"})
    assert (answer.status, told in answer.text) == (422, True)
    assert found(house).settings == {"AllowCamera": "0"}


def test_before_saving_it_is_said_how_many_phones_are_asked_anew(
    reader: Reader, house: House
) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    house.ask("FolderSync", HIERARCHY, device="SECOND", key=None)
    assert "2 phones are asked to take it on anew" in reader.get(page(house)).text
    phones.except_from_policy(house.groupware, house.admin, house.phone().id)
    assert "one phone is asked to take it on anew" in reader.get(page(house)).text
    phones.block(house.groupware, house.admin, house.phone(device="SECOND").id)
    assert "No phone has to take it on anew" in reader.get(page(house)).text


def test_phones_are_asked_anew_when_it_is_changed(reader: Reader, house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    before = found(house).edition
    reader.get(page(house))
    reader.post(page(house), {"act": "save", "DevicePasswordEnabled": "1", "AllowCamera": "1"})
    assert found(house).edition > before
    assert found(house).settings["AllowCamera"] == "0"


def test_people_are_put_under_it_by_name_or_address_and_taken_off(
    reader: Reader, house: House
) -> None:
    people.write_policy(house.groupware, house.admin, "strict", {"AllowCamera": "0"})
    here = page(house)
    reader.get(here)
    reader.post(here, {"act": "assign", "names": "ada\r\n\r\n root@example.org "})
    assert {house.account(name).policy for name in ("ada", "root")} == {"strict"}
    text = reader.get(here).text
    assert "2 people" in text
    assert "<td>2</td>" in reader.get(HERE).text
    ticked = server_id(house.account().id)
    reader.post(here, {"act": "release", "person": [ticked, "nonsense"]})
    assert (house.account().policy, house.account("root").policy) == ("", "strict")


def test_if_one_is_not_known_nobody_is_put_under_it(reader: Reader, house: House) -> None:
    people.write_policy(house.groupware, house.admin, "strict", {"AllowCamera": "0"})
    reader.get(page(house))
    answer = reader.post(page(house), {"act": "assign", "names": "ada\nzo<e"})
    assert answer.status == 422
    assert "there is nobody called zo&lt;e" in answer.text
    assert house.account().policy == ""


def test_whoever_is_under_another_policy_is_not_taken_off_that(
    reader: Reader, house: House
) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    people.write_policy(house.groupware, house.admin, "other", {"AllowCamera": "0"})
    reader.get(page(house, "other"))
    form = {"act": "release", "person": server_id(house.account().id)}
    reader.post(page(house, "other"), form)
    assert house.account().policy == "strict"


def test_once_it_is_removed_nobody_is_under_it(reader: Reader, house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    here = page(house)
    assert "One person will be under no policy" in reader.get(here).text
    assert reader.post(here, {"act": "remove"})["Location"] == f"{HERE}?said=policy_removed"
    assert house.account().policy == ""
    assert "No policy yet" in reader.get(HERE).text
    assert reader.get(here).status == 404
    with pytest.raises(Unknown):
        people.assign_policy(house.groupware, house.admin, house.account().id, "strict")


def test_a_policy_of_the_same_name_goes_on_where_the_removed_one_ended(
    reader: Reader, house: House
) -> None:
    """Or a phone that kept the first edition of the one would be taken to keep the other's."""
    house.under_policy(AllowCamera="0")
    before = found(house).edition
    policies.remove(house.groupware, house.admin, "strict")
    reader.post(NEW, {"name": "Strict", "AllowWiFi": "1"})
    row = found(house)
    assert row.edition > before
    assert (row.settings, row.removed) == ({"AllowWiFi": "0"}, False)
    assert row.ever == {"AllowCamera", "AllowWiFi"}, "what phones were told is taken back"
    assert house.account().policy == ""


def test_what_phones_were_told_by_a_removed_policy_is_taken_back(house: House) -> None:
    house.under_policy(AllowCamera="0")
    row = found(house)
    policies.remove(house.groupware, house.admin, "strict")
    policy = house.groupware.load(Policy, row.id)
    assert (policy.removed, policy.settings) == (True, {})
    assert found(house).ever == row.ever


def test_a_deed_that_is_none_is_not_found(reader: Reader, house: House) -> None:
    people.write_policy(house.groupware, house.admin, "strict", {"AllowCamera": "0"})
    reader.get(page(house))
    assert reader.post(page(house), {"act": "explode"}).status == 404
    assert reader.get(f"{HERE}/{'a' * 26}").status == 404


# The same at the command line


def test_the_command_line_shows_and_removes_a_policy(cli: Cli, house: House) -> None:
    told = cli.done("policy", "set", "strict", "AllowCamera=0")
    assert "phones asked anew: 0" in told
    cli.done("policy", "assign", "ada", "strict")
    assert "phones asked anew: 1" in cli.done("policy", "set", "Strict", "AllowCamera=0")
    assert cli.rows("policy", "list") == [["strict", "1", "1", "AllowCamera=0"]]
    assert cli.rows("policy", "show", "strict") == [
        ["people", "ada"],
        ["phones", "1"],
        ["AllowCamera", "0"],
    ]
    assert "under it: 1" in cli.done("policy", "remove", "strict")
    assert cli.rows("policy", "list") == []
    assert "no policy strict" in cli.refused("policy", "show", "strict")
    assert "no policy strict" in cli.refused("policy", "remove", "strict")
    assert "no policy strict" in cli.refused("policy", "assign", "ada", "strict")


def test_the_command_line_lists_what_can_be_demanded(cli: Cli) -> None:
    told: dict[str, Any] = {row[0]: row[1:] for row in cli.rows("policy", "settings")}
    assert sorted(told) == sorted(NAMES)
    assert told["MinDevicePasswordLength"] == ["password", "1 to 16", "", "2.5"]
    assert told["AllowBluetooth"] == ["hardware", "0, 1, 2", "2", "12.1"]
    assert told["AllowNonProvisionableDevices"][-1] == "not told to phones"
