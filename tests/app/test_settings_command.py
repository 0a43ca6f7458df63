"""Settings: device information, whose phone it is, and the automatic reply."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.account import AutoReply, OutOfOffice
from tests.app.house import House, a_request, names, texts

NEVER_SENT = {
    ("Settings", 3): "whoever may ask may ask this: there is no further permission",
    ("Settings", 4): "a server that cannot answer is 503 with Retry-After in every version",
    ("Settings", 5): "what is wrong with a property is said in its own Status",
    ("Settings", 6): "what is wrong with a property is said in its own Status",
    ("Settings", 7): "what is wrong with a property is said in its own Status",
    ("DevicePassword", 1): "recovery passwords are not kept",
    ("DeviceInformation", 6): "no two parts of it can contradict each other",
    ("UserInformation", 5): "a Get has no arguments",
    ("UserInformation", 6): "a Get has no arguments",
    ("RightsManagementInformation", 5): "a Get has no arguments",
    ("RightsManagementInformation", 6): "a Get has no arguments",
}
SENT = {
    ("Settings", 1): "test_answers_come_in_the_order_of_the_questions",
    ("Settings", 2): "test_what_is_no_question_is_a_protocol_error_without_properties",
    ("Oof", 1): "test_nothing_is_set_at_first",
    ("Oof", 2): "test_a_reply_that_contradicts_the_protocol_is_refused",
    ("Oof", 5): "test_a_reply_that_contradicts_the_protocol_is_refused",
    ("Oof", 6): "test_a_reply_that_contradicts_the_protocol_is_refused",
    ("DevicePassword", 2): "test_recovery_passwords_are_not_kept",
    ("DevicePassword", 5): "test_recovery_passwords_are_not_kept",
    ("DevicePassword", 7): "test_recovery_passwords_are_not_kept",
    ("DeviceInformation", 1): "test_what_a_phone_says_is_laid_over_what_is_known",
    ("DeviceInformation", 2): "test_device_information_that_is_none_is_refused",
    ("DeviceInformation", 5): "test_device_information_that_is_none_is_refused",
    ("UserInformation", 1): "test_a_phone_learns_whose_it_is",
    ("UserInformation", 2): "test_a_question_without_get_is_a_protocol_error",
    ("RightsManagementInformation", 1): "test_there_are_no_rights_templates",
    ("RightsManagementInformation", 2): "test_a_question_without_get_is_a_protocol_error",
}
EVERY = [v for v in Version if v >= Version.V12_0]
AUDIENCES = ("AppliesToInternal", "AppliesToExternalKnown", "AppliesToExternalUnknown")


def settings(*properties: Element) -> Element:
    return E("settings:Settings", *properties)


def get(name: str, *content: Element) -> Element:
    return E(f"settings:{name}", E("settings:Get", *content))


def put(name: str, *content: Element) -> Element:
    return E(f"settings:{name}", E("settings:Set", *content))


def s(name: str, *content: str | Element | int) -> Element:
    return E(f"settings:{name}", *content)


def message(audience: str, enabled: int, text: str | None = None, type: str = "Text") -> Element:
    reply = () if text is None else (s("ReplyMessage", text), s("BodyType", type))
    return s("OofMessage", s(audience), s("Enabled", enabled), *reply)


def oof(house: House, version: Version = Version.V16_1) -> Element:
    """The Get element of what is set now."""
    asked = settings(get("Oof", s("BodyType", "Text")))
    (answer,) = (e for e in house.answer("Settings", asked, version=version) if "Oof" in e.name)
    assert names(answer) == ["Status", "Get"]
    found = answer.find("settings:Get")
    assert found is not None
    return found


def status_of(house: House, property: Element, version: Version = Version.V16_1) -> int:
    """The status of the one property asked for; the command itself went well."""
    root = house.answer("Settings", settings(property), version=version)
    assert names(root) == ["Status", property.name.partition(":")[2]]
    assert texts(root, "settings:Status")[0] == "1"
    return int(texts(root, "settings:Status")[1])


def test_every_status_is_shown_or_has_a_reason() -> None:
    properties = ("Oof", "DeviceInformation", "UserInformation", "RightsManagementInformation")
    stated = {("Settings", n) for n in range(1, 8)}
    stated |= {(name, n) for name in properties for n in (1, 2, 5, 6)}
    stated |= {("DevicePassword", n) for n in (1, 2, 5, 7)}
    assert SENT.keys() | NEVER_SENT.keys() == stated
    assert not SENT.keys() & NEVER_SENT.keys()
    assert set(SENT.values()) <= globals().keys()


def test_answers_come_in_the_order_of_the_questions(house: House) -> None:
    asked = [get("UserInformation"), put("DeviceInformation", s("Model", "X"))]
    asked += [get("Oof", s("BodyType", "HTML"))]
    root = house.answer("Settings", settings(*asked))
    assert names(root) == ["Status", "UserInformation", "DeviceInformation", "Oof"]
    assert all(names(property)[0] == "Status" for property in list(root)[1:])


@pytest.mark.parametrize(
    "body",
    [
        None,
        settings(),
        settings(get("UserInformation"), get("UserInformation")),
        settings(s("OofState", 1)),
        settings(get("UserInformation"), E("provision:Policies")),
    ],
    ids=["none", "empty", "twice", "no property", "foreign"],
)
def test_what_is_no_question_is_a_protocol_error_without_properties(
    house: House, body: Element | None
) -> None:
    assert house.answer("Settings", body) == settings(s("Status", 2))


# UserInformation


@pytest.mark.parametrize("version", EVERY)
def test_a_phone_learns_whose_it_is(house: House, version: Version) -> None:
    root = house.answer("Settings", settings(get("UserInformation")), version=version)
    mail = s("SMTPAddress", "ada@example.org")
    whose = s("EmailAddresses", mail)
    if version >= Version.V14_1:
        addresses = s("EmailAddresses", mail, s("PrimarySmtpAddress", "ada@example.org"))
        whose = s("Accounts", s("Account", s("UserDisplayName", "Ada Example"), addresses))
    expected = s("UserInformation", s("Status", 1), s("Get", whose))
    assert root == settings(s("Status", 1), expected)


@pytest.mark.parametrize("name", ["UserInformation", "RightsManagementInformation"])
def test_a_question_without_get_is_a_protocol_error(house: House, name: str) -> None:
    assert status_of(house, s(name)) == 2


def test_there_are_no_rights_templates(house: House) -> None:
    root = house.answer("Settings", settings(get("RightsManagementInformation")))
    templates = s("Get", E("rightsmanagement:RightsManagementTemplates"))
    assert list(root)[1] == s("RightsManagementInformation", s("Status", 1), templates)


def test_rights_are_no_question_before_their_version(house: House) -> None:
    asked = settings(get("RightsManagementInformation"))
    assert house.answer("Settings", asked, version=Version.V14_0) == settings(s("Status", 2))


# DeviceInformation


@pytest.mark.parametrize("version", EVERY)
def test_what_a_phone_says_is_laid_over_what_is_known(house: House, version: Version) -> None:
    steps = [
        ([s("Model", "X1"), s("OS", "Y"), s("IMEI", "1")], {"model": "X1", "os": "Y", "imei": "1"}),
        ([s("OS", "Z"), s("IMEI", "")], {"model": "X1", "os": "Z"}),
        ([s("EnableOutboundSMS", "1")], {"model": "X1", "os": "Z", "sms": "1"}),
        ([], {}),
    ]
    for told, known in steps:
        assert status_of(house, put("DeviceInformation", *told), version) == 1
        assert house.phone().about == known


def test_saying_the_same_again_is_no_event(house: House) -> None:
    told = put("DeviceInformation", s("Model", "X1"))
    status_of(house, told)
    length = house.log_length()
    assert status_of(house, told) == 1
    assert house.log_length() == length


@pytest.mark.parametrize(
    ("property", "status"),
    [
        (s("DeviceInformation"), 2),
        (get("DeviceInformation"), 2),
        (put("DeviceInformation", s("Model", "x" * 1025)), 5),
        (put("DeviceInformation", s("EnableOutboundSMS", "2")), 5),
        (put("DeviceInformation", s("Model", s("OS", "nested"))), 5),
    ],
    ids=repr,
)
def test_device_information_that_is_none_is_refused(
    house: House, property: Element, status: int
) -> None:
    assert status_of(house, property) == status
    assert house.phone().about == {}


# DevicePassword


@pytest.mark.parametrize(
    ("property", "status"),
    [
        (s("DevicePassword"), 2),
        (put("DevicePassword"), 2),
        (put("DevicePassword", s("Password", "x" * 256)), 5),
        (put("DevicePassword", s("Password", "x" * 255)), 7),
    ],
    ids=["no Set", "no Password", "too long", "denied"],
)
def test_recovery_passwords_are_not_kept(house: House, property: Element, status: int) -> None:
    house.admit(a_request())
    length = house.log_length()
    assert status_of(house, property) == status
    assert house.log_length() == length


# Oof


@pytest.mark.parametrize("version", EVERY)
def test_nothing_is_set_at_first(house: House, version: Version) -> None:
    off = [message(audience, 0) for audience in AUDIENCES]
    assert oof(house, version) == s("Get", s("OofState", 0), *off)


def test_each_audience_gets_its_own_words(house: House) -> None:
    messages = [
        message("AppliesToInternal", 1, "Back soon"),
        message("AppliesToExternalKnown", 1, "<p>Back</p>", "HTML"),
        message("AppliesToExternalUnknown", 0, "…"),
    ]
    assert status_of(house, put("Oof", s("OofState", 1), *messages)) == 1
    assert oof(house) == s("Get", s("OofState", 1), *messages)
    assert house.account().out_of_office == OutOfOffice(
        1,
        internal=AutoReply(True, "Back soon"),
        known=AutoReply(True, "<p>Back</p>", True),
        unknown=AutoReply(False, "…"),
    )


def test_an_absent_text_keeps_the_stored_one_and_an_empty_one_clears_it(house: House) -> None:
    status_of(house, put("Oof", s("OofState", 1), message(AUDIENCES[0], 1, "Back soon")))
    status_of(house, put("Oof", s("OofState", 0), message(AUDIENCES[0], 0)))
    assert house.account().out_of_office.internal == AutoReply(False, "Back soon")
    status_of(house, put("Oof", message(AUDIENCES[0], 1)))
    assert house.account().out_of_office == OutOfOffice(0, internal=AutoReply(True, "Back soon"))
    status_of(house, put("Oof", message(AUDIENCES[0], 1, "")))
    assert house.account().out_of_office.internal == AutoReply(True, "")


START, END = "2026-08-01T00:00:00.000Z", "2026-08-15T22:00:00.000Z"


def test_times_are_kept_while_the_reply_is_by_time(house: House) -> None:
    times = s("StartTime", START), s("EndTime", END)
    assert status_of(house, put("Oof", s("OofState", 2), *times)) == 1
    assert house.account().out_of_office.start == datetime(2026, 8, 1, tzinfo=UTC)
    assert names(oof(house))[:3] == ["OofState", "StartTime", "EndTime"]
    assert texts(oof(house), "settings:StartTime") == [START]
    assert texts(oof(house), "settings:EndTime") == [END]
    assert status_of(house, put("Oof", s("OofState", 2), message(AUDIENCES[0], 1, "Hi"))) == 1
    assert texts(oof(house), "settings:EndTime") == [END]


@pytest.mark.parametrize("state", [0, 1])
def test_times_without_a_reply_by_time_are_accepted_and_not_kept(house: House, state: int) -> None:
    times = s("StartTime", START), s("EndTime", END)
    assert status_of(house, put("Oof", s("OofState", state), *times)) == 1
    assert house.account().out_of_office == OutOfOffice(state)


@pytest.mark.parametrize(
    ("property", "status"),
    [
        (s("Oof"), 2),
        (get("Oof"), 2),
        (get("Oof", s("BodyType", "")), 2),
        (get("Oof", s("BodyType", "RTF")), 5),
        (s("Oof", s("Get", s("BodyType", "Text")), s("Set")), 2),
        (put("Oof", s("OofState", 3)), 5),
        (put("Oof", s("OofState", "")), 5),
        (put("Oof", s("OofState", 2), s("StartTime", START)), 2),
        (put("Oof", s("OofState", 0), s("EndTime", END)), 2),
        (put("Oof", s("OofState", 2)), 2),
        (put("Oof", s("OofState", 2), s("StartTime", "soon"), s("EndTime", END)), 5),
        (put("Oof", s("OofState", 2), s("StartTime", END), s("EndTime", START)), 6),
        (put("Oof", s("OofMessage", s("Enabled", 1))), 2),
        (put("Oof", s("OofMessage", *(s(a) for a in AUDIENCES), s("Enabled", 1))), 2),
        (put("Oof", message(AUDIENCES[0], 1), message(AUDIENCES[0], 0)), 6),
        (put("Oof", message(AUDIENCES[0], 2)), 5),
        (put("Oof", s("OofMessage", s(AUDIENCES[0]), s("ReplyMessage", "Hi"))), 2),
        (put("Oof", message(AUDIENCES[0], 1, "Hi", "RTF")), 5),
        (put("Oof", message(AUDIENCES[0], 1, "x" * (64 * 1024 + 1))), 5),
    ],
    ids=lambda value: repr(value)[:80],
)
def test_a_reply_that_contradicts_the_protocol_is_refused(
    house: House, property: Element, status: int
) -> None:
    assert status_of(house, property) == status
    assert house.account().out_of_office == OutOfOffice()


def test_setting_what_is_set_is_no_event(house: House) -> None:
    same = put("Oof", s("OofState", 1), message(AUDIENCES[0], 1, "Hi"))
    status_of(house, same)
    length = house.log_length()
    assert status_of(house, same) == 1
    assert house.log_length() == length
