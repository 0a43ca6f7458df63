"""A ceiling: no newer version of the protocol is spoken with a person, or with one phone."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from adapters.eas.reply import Failure
from adapters.eas.version import Version
from adapters.wbxml import E, Element, encode
from app import people
from app.devices import phones, wiping
from app.devices.admission import ceiling
from domain.refused import Refused
from tests.app.handset import Handset, status_of
from tests.app.house import PHONE, House, Waiting, a_request
from tests.app.shell import Response
from tests.app.test_mad_devices import front
from tests.app.test_ping import asking, open_house, ready

__all__ = ["open_house"]

ALL = "2.5,12.0,12.1,14.0,14.1,16.0,16.1"
UP_TO_14_1 = "2.5,12.0,12.1,14.0,14.1"
AGENT = a_request().user_agent
BASIC = "Basic " + base64.b64encode(b"ada:x").decode()
KEY_ZERO = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))


def of_person(house: House, version: str) -> None:
    people.set_ceiling(house.groupware, house.admin, house.account().id, version)


def of_phone(house: House, version: str) -> None:
    house.admit(a_request(version=Version.V12_1))
    phones.set_ceiling(house.groupware, house.admin, house.phone().id, version)


SETS = pytest.mark.parametrize("set_ceiling", [of_person, of_phone], ids=["person", "phone"])


def offered(house: House, query: str = "", agent: str = AGENT) -> str | None:
    asked = front(house).ask("OPTIONS", query=query, Authorization=BASIC, User_Agent=agent)
    assert asked.status == 200
    return asked["MS-ASProtocolVersions"]


def posted(house: House, version: Version, body: Element = KEY_ZERO) -> Response:
    return front(house).ask(
        "POST",
        query=f"Cmd=FolderSync&User=ada&DeviceId={PHONE}&DeviceType=iPhone",
        body=encode(body),
        Authorization=BASIC,
        User_Agent=AGENT,
        MS_ASProtocolVersion=version.text,
        Content_Type="application/vnd.ms-sync.wbxml",
    )


@SETS
def test_what_is_offered_ends_at_the_ceiling(
    house: House, set_ceiling: Callable[[House, str], None]
) -> None:
    assert offered(house) == ALL
    set_ceiling(house, "14.1")
    assert offered(house) == UP_TO_14_1
    assert posted(house, Version.V14_1)["MS-ASProtocolVersions"] == UP_TO_14_1
    set_ceiling(house, "")
    assert offered(house) == ALL


def test_the_ceiling_of_a_phone_is_for_that_phone(house: House) -> None:
    """It is known by its name where it says it, else by what it calls itself."""
    of_phone(house, "14.1")
    assert offered(house, query=f"DeviceId={PHONE}&User=ada&Cmd=OPTIONS") == UP_TO_14_1
    assert offered(house, query="DeviceId=OTHER&User=ada&Cmd=OPTIONS") == ALL
    assert offered(house, agent="Android/14-EAS-2.0") == ALL


@SETS
@pytest.mark.parametrize("version", [Version.V16_0, Version.V16_1])
def test_a_request_above_the_ceiling_is_told_what_there_is(
    house: House, set_ceiling: Callable[[House, str], None], version: Version
) -> None:
    """The command is not one of that version (138), and the phone may start over (X-MS-RP)."""
    set_ceiling(house, "14.1")
    answer = posted(house, version)
    assert (answer.status, status_of(answer.root)) == (200, 138)
    assert answer["X-MS-RP"] == answer["MS-ASProtocolVersions"] == UP_TO_14_1
    assert answer["MS-ASProtocolCommands"]
    assert posted(house, Version.V14_1)["X-MS-RP"] is None


@SETS
def test_below_14_0_it_is_an_http_code(
    house: House, set_ceiling: Callable[[House, str], None]
) -> None:
    set_ceiling(house, "12.0")
    answer = posted(house, Version.V12_1)
    assert answer.status == 400
    assert answer["MS-ASProtocolVersions"] == "2.5,12.0"


def test_the_lower_of_two_ceilings_counts() -> None:
    assert ceiling("", "") == Version.V16_1
    assert ceiling("14.1", "16.0") == ceiling("16.0", "14.1") == ceiling("14.1", "") == 141


@SETS
def test_it_counts_at_once_for_who_waits(
    open_house: House, set_ceiling: Callable[[House, str], None]
) -> None:
    phone = ready(open_house, device=PHONE)
    request = Waiting(open_house, lambda: phone.ask("Ping", asking(phone.contacts)))
    set_ceiling(open_house, "14.1")
    assert request.answer() == Failure(138)


def test_a_phone_goes_on_in_an_older_version_with_the_names_it_knows(house: House) -> None:
    phone = Handset(house)
    phone.folder_sync("0")
    id = phone.add(_begun(phone), E("contacts:FirstName", "Ada"))
    of_person(house, "14.1")
    assert phone.ask("FolderSync", KEY_ZERO) == Failure(138)
    phone.version = Version.V14_1
    phone.folder_sync("0")
    phone.begin(phone.contacts)
    (told,) = phone.catch_up(phone.contacts)
    assert told.text_of("airsync:ServerId") == id


def _begun(phone: Handset) -> str:
    phone.begin(phone.contacts)
    return phone.contacts


def test_a_phone_that_is_to_be_wiped_is_told_so_in_its_own_version(house: House) -> None:
    phone = ready(house, device=PHONE)
    of_person(house, "14.1")
    wiping.request_wipe(house.groupware, house.admin, house.phone().id)
    assert phone.ask("FolderSync", KEY_ZERO) == Failure(140)


@pytest.mark.parametrize("version", ["17.0", "16", "x", "16.1 "])
def test_what_is_no_version_is_refused(house: House, version: str) -> None:
    house.admit(a_request())
    with pytest.raises(Refused, match="no version"):
        of_person(house, version)
    with pytest.raises(Refused, match="no version"):
        of_phone(house, version)
