"""The net under all tests: House.ask holds every reply against `shapes.SHAPES`.

Here it is shown that the net holds: what is out of order, too many, missing, misplaced or of
another version is noticed.
"""

from __future__ import annotations

import pytest

from adapters.eas.status import root_of
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from adapters.wbxml.codepages import VERSIONS
from app.commands import COMMANDS
from tests.app import shapes
from tests.app.handset import Handset, an_event, daily, first_name
from tests.app.house import House

KEY, ID, OK = E("airsync:SyncKey", "1"), E("airsync:CollectionId", "a"), E("airsync:Status", 1)
MORE = E("airsync:MoreAvailable")
GONE = E("airsync:Delete", E("airsync:ServerId", "x"))


def sync(*collection: Element) -> Element:
    return E("airsync:Sync", E("airsync:Collections", E("airsync:Collection", *collection)))


def test_a_right_reply_passes() -> None:
    shapes.expect(sync(KEY, ID, OK, MORE, E("airsync:Commands", GONE)), Version.V14_1)
    named = E("airsync:Class", "Contacts")
    shapes.expect(sync(named, KEY, ID, OK), Version.V12_0)


WRONG = {
    "out of order": sync(KEY, ID, E("airsync:Commands", GONE), OK),
    "MoreAvailable late": sync(KEY, ID, OK, E("airsync:Commands", GONE), MORE),
    "something missing": sync(KEY, OK),
    "something twice": sync(KEY, ID, OK, MORE, MORE),
    "an empty container": sync(KEY, ID, OK, E("airsync:Responses")),
    "no collection": E("airsync:Sync", E("airsync:Collections")),
    "a class where there is none": sync(E("airsync:Class", "Contacts"), KEY, ID, OK),
    "a verb in the wrong place": sync(
        KEY, ID, OK, E("airsync:Responses", E("airsync:SoftDelete", E("airsync:ServerId", "x")))
    ),
    "a leaf with children": sync(E("airsync:SyncKey", E("airsync:Status", 1)), ID, OK),
    "an Add without its name": sync(
        KEY, ID, OK, E("airsync:Responses", E("airsync:Add", E("airsync:Status", 1)))
    ),
    "a failure with more": E("airsync:Sync", OK, E("airsync:Collections")),
}


@pytest.mark.parametrize("reply", WRONG.values(), ids=WRONG)
def test_a_wrong_reply_is_noticed(reply: Element) -> None:
    with pytest.raises(AssertionError):
        shapes.expect(reply, Version.V14_1)


def test_what_is_for_some_versions_only_is_noticed_in_others() -> None:
    with pytest.raises(AssertionError):
        shapes.expect(sync(KEY, ID, OK), Version.V12_0)
    response = E(
        "airsync:Change",
        E("airsync:ServerId", "x"),
        E("airsyncbase:InstanceId", "20260311T090000Z"),
        E("airsync:Status", 6),
    )
    reply = sync(KEY, ID, OK, E("airsync:Responses", response))
    shapes.expect(reply, Version.V16_0)
    with pytest.raises(AssertionError):
        shapes.expect(reply, Version.V14_1)


def test_a_wild_card_takes_each_element_once() -> None:
    data = E("airsync:ApplicationData", first_name("Bea"), first_name("Bice"))
    add = E("airsync:Add", E("airsync:ServerId", "x"), data)
    with pytest.raises(AssertionError, match="twice"):
        shapes.expect(sync(KEY, ID, OK, E("airsync:Commands", add)), Version.V14_1)


def test_every_command_has_a_shape() -> None:
    assert {root_of(command) for command in COMMANDS} <= shapes.LINES.keys()


def test_every_name_in_a_shape_can_be_sent() -> None:
    for line, shape in shapes.LINES.items():
        page = line.partition(":")[0]
        for name, *_ in shapes.TOKEN.findall(shape):
            full = name if ":" in name else f"{page}:{name}"
            assert "~" in full or full in VERSIONS, f"{line} speaks of {full}"


@pytest.mark.parametrize("version", list(Version))
def test_an_appointment_tells_its_times_first_and_its_exceptions_last(
    house: House, version: Version
) -> None:
    """Some phones judge what follows by them; the order is held against the list in any case."""
    writer = Handset(house)
    writer.begin(writer.calendar)
    writer.add(writer.calendar, *an_event(), daily())
    phone = Handset(house, version, device="OTHER")
    (told,) = phone.catch_up(phone.calendar)
    data = told.find("airsync:ApplicationData")
    assert data is not None
    told_names = [child.name for child in data]
    assert told_names[:4] == [
        "calendar:Timezone",
        "calendar:StartTime",
        "calendar:EndTime",
        "calendar:AllDayEvent",
    ]
    assert told_names[-1] == "calendar:Exceptions"
