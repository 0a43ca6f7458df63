"""Provision: policies offered and acknowledged, and phones admitted by their keys."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from adapters.eas.provision import DOCUMENT, LISTS, PASSWORD_GROUP, WAP, WBXML, document
from adapters.eas.reply import Failure
from adapters.eas.status import Refusal
from adapters.eas.version import Version
from adapters.ids import by_id
from adapters.wbxml import E, Element
from adapters.wbxml.codepages import VERSIONS
from app import people
from app.devices import phones, wiping
from tests.app.house import PHONE, House, a_request, names, texts

NEVER_SENT = {
    ("Provision", 3): "a server error is 503 with Retry-After in every version",
    ("Policy", 2): "clients give up on it: who has no policy is handed a permissive one",
    ("Policy", 4): "settings are checked when a policy is written, so they are never corrupt",
    ("Provision", 141): "Android takes it as a refusal for good: 142 is sent instead",
    ("Provision", 143): "a policy is not refreshed by time; a new edition is 144",
    ("Provision", 165): "a phone that tells nothing about itself is let in all the same",
}
SENT = {
    ("Provision", 1): "test_a_phone_under_no_policy_is_given_a_permissive_one_in_two_phases",
    ("Provision", 2): "test_what_cannot_be_understood_is_a_protocol_error",
    ("Provision", 139): "test_a_strict_policy_turns_away_who_keeps_it_in_part_or_not_at_all",
    ("Provision", 145): "test_a_policy_may_turn_away_phones_managed_by_others",
    ("Provision", 140): "test_a_pending_wipe_stops_everything_but_provision",
    ("Provision", 177): "test_there_is_a_limit_to_the_phones_of_one_person",
    ("Policy", 1): "test_a_phone_under_no_policy_is_given_a_permissive_one_in_two_phases",
    ("Policy", 3): "test_an_unknown_policy_type_is_named",
    ("Policy", 5): "test_the_acknowledgement_of_another_key_is_refused",
}


def initial(*about: Element, type: str = WBXML) -> Element:
    return E(
        "provision:Provision",
        *about,
        E("provision:Policies", E("provision:Policy", E("provision:PolicyType", type))),
    )


def acknowledgement(key: Any, status: Any = 1, type: str = WBXML) -> Element:
    said = (E("provision:PolicyKey", key), E("provision:Status", status))
    policy = E("provision:Policy", E("provision:PolicyType", type), *said)
    return E("provision:Provision", E("provision:Policies", policy))


def about(**facts: str) -> Element:
    told = (E(f"settings:{name}", text) for name, text in facts.items())
    return E("settings:DeviceInformation", E("settings:Set", *told))


def key_of(root: Element) -> int:
    return int(texts(root, "provision:PolicyKey")[0])


def provisioned(house: House, status: int = 1, **how: Any) -> int:
    """The policy key after both phases."""
    offered = key_of(house.answer("Provision", initial(), **how))
    return key_of(house.answer("Provision", acknowledgement(offered, status), **how))


def admitted(house: House, key: int | None, command: str = "FolderSync", **how: Any) -> int:
    """0 if the phone comes in with this key, else the status it is told."""
    try:
        house.admit(a_request(command, key=key, **how))
    except Refusal as refusal:
        return refusal.status
    return 0


def demanded(root: Element) -> dict[str, str]:
    """The settings in a document, as they stand there."""
    documents = [e for e in _all(root) if e.name == "provision:EASProvisionDoc"]
    return {child.name.partition(":")[2]: child.value for child in documents[0]}


def _all(root: Element) -> list[Element]:
    return [root, *(each for child in root for each in _all(child))]


def test_every_status_is_shown_or_has_a_reason() -> None:
    provision = {1, 2, 3, 139, 140, 141, 143, 145, 165, 177}
    policy = {1, 2, 3, 4, 5}
    stated = {("Provision", s) for s in provision} | {("Policy", s) for s in policy}
    assert SENT.keys() | NEVER_SENT.keys() == stated
    assert not SENT.keys() & NEVER_SENT.keys()
    assert set(SENT.values()) <= globals().keys()


@pytest.mark.parametrize("version", [v for v in Version if v >= Version.V12_0])
def test_a_phone_under_no_policy_is_given_a_permissive_one_in_two_phases(
    house: House, version: Version
) -> None:
    offer = house.answer("Provision", initial(), version=version)
    assert names(offer) == ["Status", "Policies"]
    (policy,) = offer.find("provision:Policies") or ()
    assert names(policy) == ["PolicyType", "Status", "PolicyKey", "Data"]
    assert texts(offer, "provision:Status") == ["1", "1"]
    assert texts(offer, "provision:PolicyType") == [WBXML]
    final = house.answer("Provision", acknowledgement(key_of(offer)), version=version)
    (policy,) = final.find("provision:Policies") or ()
    assert names(policy) == ["PolicyType", "Status", "PolicyKey"]
    assert texts(final, "provision:Status") == ["1", "1"]
    assert key_of(final) not in (0, key_of(offer))


def test_the_permissive_document_is_the_password_group_in_its_order(house: House) -> None:
    settings = demanded(house.answer("Provision", initial(), version=Version.V14_1))
    assert list(settings) == list(PASSWORD_GROUP)
    assert settings == {name: DOCUMENT[name].permissive for name in PASSWORD_GROUP}
    assert settings["DevicePasswordEnabled"] == "0"


def test_an_early_phone_reads_only_what_its_version_has(house: House) -> None:
    house.under_policy(AllowCamera="0", RequireStorageCardEncryption="1", DevicePasswordHistory="3")
    settings = demanded(house.answer("Provision", initial(), version=Version.V12_0))
    assert len(settings) == 11
    assert settings["DevicePasswordHistory"] == "3"


def test_everything_that_is_demanded_is_sent_in_order(house: House) -> None:
    wanted = {
        "DevicePasswordEnabled": "1",
        "MinDevicePasswordLength": "6",
        "AllowBluetooth": "1",
        "MaxEmailBodyTruncationSize": "-1",
        "ApprovedApplicationList": "a1b2\nc3d4",
    }
    house.under_policy(**wanted, AllowNonProvisionableDevices="0")
    root = house.answer("Provision", initial())
    settings = demanded(root)
    assert list(settings) == [name for name in DOCUMENT if name in settings]
    assert {n: settings[n] for n in wanted if n in settings and n[-4:] != "List"} == {
        name: value for name, value in wanted.items() if name[-4:] != "List"
    }
    assert texts(root, "provision:Hash") == ["a1b2", "c3d4"]
    assert "AllowNonProvisionableDevices" not in settings


def test_what_is_not_demanded_any_more_is_taken_back(house: House) -> None:
    house.under_policy(AllowCamera="0", ApprovedApplicationList="a1b2")
    provisioned(house)
    house.under_policy(DevicePasswordEnabled="1")
    settings = demanded(house.answer("Provision", initial()))
    assert (settings["AllowCamera"], settings["DevicePasswordEnabled"]) == ("1", "1")
    assert "ApprovedApplicationList" not in settings
    people.assign_policy(house.groupware, house.admin, house.account().id, "")
    settings = demanded(house.answer("Provision", initial()))
    assert (settings["AllowCamera"], settings["DevicePasswordEnabled"]) == ("1", "0")


def test_every_setting_can_be_sent_at_its_permissive_value() -> None:
    whole = document(Version.V16_1, {}, DOCUMENT)
    sent = {child.name.partition(":")[2]: child.value for child in next(iter(whole))}
    assert sent == {n: s.permissive for n, s in DOCUMENT.items() if s.permissive is not None}


def test_windows_mobile_reads_a_text(house: House) -> None:
    root = house.answer("Provision", initial(type=WAP), version=Version.V2_5)
    assert texts(root, "provision:PolicyType") == [WAP]
    assert texts(root, "provision:Data") == [
        '<wap-provisioningdoc><characteristic type="SecurityPolicy">'
        '<parm name="4131" value="1"/></characteristic></wap-provisioningdoc>'
    ]


def test_windows_mobile_reads_password_rules(house: House) -> None:
    house.under_policy(
        DevicePasswordEnabled="1",
        MinDevicePasswordLength="5",
        MaxDevicePasswordFailedAttempts="8",
        MaxInactivityTimeDeviceLock="300",
        AlphanumericDevicePasswordRequired="1",
    )
    (text,) = texts(
        house.answer("Provision", initial(type=WAP), version=Version.V2_5), "provision:Data"
    )
    for name, value in {
        "4131": "0",
        "AEFrequencyValue": "5",
        "DeviceWipeThreshold": "8",
        "MinimumPasswordLength": "5",
        "PasswordComplexity": "0",
    }.items():
        assert f'<parm name="{name}" value="{value}"/>' in text


def test_every_setting_of_the_specification_can_be_demanded() -> None:
    """MS-ASPROV 2.2.2.28: whatever is in the code page but the frame around it."""
    frame = {"Provision", "Policies", "Policy", "PolicyType", "PolicyKey", "Data", "Status"}
    frame |= {"RemoteWipe", "AccountOnlyRemoteWipe", "EASProvisionDoc", *LISTS.values()}
    page = {name.partition(":")[2] for name in VERSIONS if name.startswith("provision:")}
    assert page == frame | DOCUMENT.keys()


@pytest.mark.parametrize(
    ("version", "type"),
    [(Version.V2_5, WBXML), (Version.V12_0, WAP), (Version.V16_1, WAP), (Version.V14_1, "X")],
)
def test_an_unknown_policy_type_is_named(house: House, version: Version, type: str) -> None:
    root = house.answer("Provision", initial(type=type), version=version)
    assert texts(root, "provision:Status") == ["1", "3"]
    assert texts(root, "provision:PolicyKey") == []


POLICY = "provision:Policy"
MALFORMED = [
    None,
    E("provision:Provision", E("provision:Policies")),
    E("provision:Provision", E("provision:Policies", E(POLICY))),
    E("provision:Provision", E("provision:Policies", E(POLICY, E("provision:PolicyType")))),
    E(
        "provision:Provision",
        E("provision:Policies", *2 * [E(POLICY, E("provision:PolicyType", WBXML))]),
    ),
    acknowledgement(7, 0),
    acknowledgement(7, 5),
    acknowledgement(7, "one"),
    E("provision:Provision", E("provision:RemoteWipe")),
    E("provision:Provision", E("provision:RemoteWipe", E("provision:Status", 3))),
    E(
        "provision:Provision",
        E(
            "provision:Policies",
            E(POLICY, E("provision:PolicyType", WBXML), E("provision:PolicyKey", 7)),
        ),
    ),
]


@pytest.mark.parametrize("body", MALFORMED, ids=repr)
@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
def test_what_cannot_be_understood_is_a_protocol_error(
    house: House, body: Element | None, version: Version
) -> None:
    root = house.answer("Provision", body, version=version)
    assert root == E("provision:Provision", E("provision:Status", 2))


@pytest.mark.parametrize("key", [0, 1, "", "x", "-5", "99999999999", "١"])
def test_the_acknowledgement_of_another_key_is_refused(house: House, key: Any) -> None:
    house.answer("Provision", initial())
    root = house.answer("Provision", acknowledgement(key))
    assert texts(root, "provision:Status") == ["1", "5"]
    assert texts(root, "provision:PolicyKey") == []


def test_a_lost_final_reply_is_given_again(house: House) -> None:
    offered = key_of(house.answer("Provision", initial()))
    first = house.answer("Provision", acknowledgement(offered))
    house.clock.advance(hours=3)
    length = house.log_length()
    assert house.answer("Provision", acknowledgement(offered)) == first
    assert house.log_length() == length


def test_the_old_key_is_good_until_the_new_one_is_given(house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    key = provisioned(house)
    house.clock.advance(hours=1)
    offered = key_of(house.answer("Provision", initial()))
    assert admitted(house, key) == 0
    assert admitted(house, offered) == 144
    new = key_of(house.answer("Provision", acknowledgement(offered)))
    assert (admitted(house, key), admitted(house, new)) == (144, 0)


@pytest.mark.parametrize("status", [1, 2, 3, 4])
def test_a_lenient_policy_lets_everybody_in(house: House, status: int) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    key = provisioned(house, status)
    assert admitted(house, key) == 0
    assert house.phone().policy_status == status


@pytest.mark.parametrize("status", [2, 3])
def test_a_strict_policy_turns_away_who_keeps_it_in_part_or_not_at_all(
    house: House, status: int
) -> None:
    house.under_policy(DevicePasswordEnabled="1", AllowNonProvisionableDevices="0")
    offered = key_of(house.answer("Provision", initial()))
    for _ in range(2):
        assert house.ask("Provision", acknowledgement(offered, status)) == Failure(139)
    assert house.phone().policy_status == status
    assert admitted(house, offered) == 144
    assert admitted(house, key_of(house.answer("Provision", acknowledgement(offered)))) == 0


def test_a_policy_may_turn_away_phones_managed_by_others(house: House) -> None:
    house.under_policy(AllowExternalDeviceManagement="0")
    offered = key_of(house.answer("Provision", initial()))
    assert house.ask("Provision", acknowledgement(offered, 4)) == Failure(145)
    assert house.phone().policy_key == 0


@pytest.mark.parametrize("key", [None, 0, 1, 4711])
def test_under_no_policy_any_key_is_good(house: House, key: int | None) -> None:
    assert admitted(house, key) == 0


@pytest.mark.parametrize(("key", "status"), [(None, 142), (0, 142), (4711, 144)])
def test_under_a_policy_a_key_must_be_shown(house: House, key: int | None, status: int) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    assert admitted(house, key) == status
    provisioned(house)
    assert admitted(house, key) == status


@pytest.mark.parametrize("command", ["Ping", "Provision"])
def test_ping_and_provision_are_never_asked_for_a_key(house: House, command: str) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    assert admitted(house, None, command) == 0


def test_a_new_edition_must_be_acknowledged_anew(house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    key = provisioned(house)
    assert admitted(house, key) == 0
    house.under_policy(DevicePasswordEnabled="1", MinDevicePasswordLength="8")
    assert admitted(house, key) == 144
    assert admitted(house, provisioned(house)) == 0


def test_each_phone_has_a_key_of_its_own(house: House) -> None:
    house.under_policy(DevicePasswordEnabled="1")
    first, second = provisioned(house), provisioned(house, device="OTHER")
    assert first != second
    assert admitted(house, first, device="OTHER") == 144


@pytest.mark.parametrize("version", [Version.V14_1, Version.V16_0, Version.V16_1])
def test_what_a_phone_tells_about_itself_is_kept_and_answered_first(
    house: House, version: Version
) -> None:
    body = initial(about(Model="iPhone14C5", OS="iOS 26.1", FriendlyName="Ada’s phone"))
    root = house.answer("Provision", body, version=version)
    assert names(root) == ["DeviceInformation", "Status", "Policies"]
    assert texts(root, "settings:Status") == ["1"]
    assert house.phone().about == {
        "model": "iPhone14C5",
        "os": "iOS 26.1",
        "name": "Ada’s phone",
    }


def test_an_early_phone_may_tell_about_itself_but_is_not_answered(house: House) -> None:
    root = house.answer("Provision", initial(about(Model="X")), version=Version.V14_0)
    assert names(root) == ["Status", "Policies"]
    assert house.phone().about == {"model": "X"}


@pytest.mark.parametrize(
    ("told", "status"),
    [(E("settings:DeviceInformation"), "2"), (about(Model="x" * 1025), "5")],
    ids=["no Set", "too long"],
)
def test_bad_information_about_a_phone_does_not_keep_it_out(
    house: House, told: Element, status: str
) -> None:
    root = house.answer("Provision", initial(told))
    assert texts(root, "settings:Status") == [status]
    assert texts(root, "provision:Status") == ["1", "1"]
    assert house.phone().about == {}


def test_a_phone_that_tells_nothing_about_itself_is_let_in(house: House) -> None:
    assert provisioned(house, version=Version.V16_1)


def test_nothing_asked_is_nothing_answered(house: House) -> None:
    root = house.answer("Provision", E("provision:Provision"))
    assert root == E("provision:Provision", E("provision:Status", 1))


def test_a_phone_that_only_tries_the_account_out_is_no_partner(house: House) -> None:
    length = house.log_length()
    assert house.admit(a_request(device="VALIDATE")) is None
    assert house.log_length() == length


def test_there_is_a_limit_to_the_phones_of_one_person(house: House) -> None:
    for number in range(house.settings.devices_per_user):
        assert admitted(house, None, device=f"PHONE{number}") == 0
    assert admitted(house, None, device="ONEMORE") == 177
    assert admitted(house, None, device="ONEMORE", version=Version.V14_0) == 129
    assert admitted(house, None, device="phone0") == 0
    house.person("bob")
    assert house.admit(a_request(device="ONEMORE"), "bob") is not None


def test_a_blocked_phone_is_let_in_nowhere_until_it_is_unblocked(house: House) -> None:
    assert admitted(house, None) == 0
    phones.block(house.groupware, house.admin, house.phone().id, "lost")
    for command in ("FolderSync", "Ping", "Provision"):
        assert admitted(house, None, command) == 129
    phones.unblock(house.groupware, house.admin, house.phone().id)
    assert admitted(house, None) == 0


def test_of_several_first_requests_one_begins_the_partnership(house: House) -> None:
    length = house.log_length()
    threads = [threading.Thread(target=lambda: admitted(house, None)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.log_length() == length + 2, "it is begun, and says how it calls itself"
    assert house.phone().device == PHONE


def test_a_pending_wipe_stops_everything_but_provision(house: House) -> None:
    key = provisioned(house)
    wiping.request_wipe(house.groupware, house.admin, house.phone().id)
    for command in ("FolderSync", "Ping", "Settings"):
        assert admitted(house, key, command) == 140
    assert admitted(house, key, "Provision") == 0
    wiping.cancel_wipe(house.groupware, house.admin, house.phone().id)
    assert admitted(house, key) == 0


def test_whoever_waits_for_a_phone_is_woken_by_what_happens_to_it(house: House) -> None:
    admitted(house, None)
    house.rung.clear()
    phones.block(house.groupware, house.admin, house.phone().id, "lost")
    assert house.rung == [house.phone().id]


def test_events_name_the_phone_that_caused_them(house: House) -> None:
    provisioned(house)
    *_, (_, event) = house.groupware.replay()
    assert event.actor == by_id("device", house.phone().id)
    assert event.partnership == house.phone().id
