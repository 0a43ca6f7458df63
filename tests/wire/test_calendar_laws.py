"""Laws of the Calendar class, in every version and for any appointment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from adapters.eas.calendar import read_instance
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.recurrence import SINCE
from adapters.eas.version import Version
from adapters.wbxml import E, Element, decode, encode
from adapters.wbxml.codepages import TOKENS, available
from domain.calendar import FIELDS, OVERRIDABLE
from domain.patch import CLEARED, apply
from tests.wire.calendar_cases import (
    NEW_YORK,
    VERSIONS,
    a_device,
    appointments,
    data,
    said,
    shown,
    unstamped,
    without,
    zones,
)

law = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
every_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)


COLLECTIONS = {
    "calendar:Attendees",
    "calendar:Categories",
    "calendar:Exceptions",
    "airsyncbase:Attachments",
}


def descendants(element: Element) -> Iterator[Element]:
    for child in element:
        yield child
        yield from descendants(child)


@every_version
@law
@given(values=appointments(), zone=zones)
def test_what_comes_back_unchanged_is_no_change(
    version: Version, values: dict[str, Any], zone: Any
) -> None:
    device = a_device(version, zone=zone)

    assert said(shown(values, device), device, values).patch == {}


@every_version
@law
@given(values=appointments())
def test_no_element_that_the_version_does_not_know_is_sent(
    version: Version, values: dict[str, Any]
) -> None:
    names = {element.name for element in descendants(shown(values, a_device(version)))}

    assert [name for name in names if not available(name, version.text)] == []


@every_version
@law
@given(values=appointments())
def test_no_property_is_told_twice(version: Version, values: dict[str, Any]) -> None:
    """MS-ASCAL R8111, R10711, R12711, R13411, R18011, R20811, …: a maximum of one."""
    item = shown(values, a_device(version))

    for told in (item, *descendants(item)):
        names = [child.name for child in told]
        if told.name not in COLLECTIONS:
            assert len(names) == len(set(names))


@every_version
@law
@given(values=appointments())
def test_what_is_sent_is_one_document(version: Version, values: dict[str, Any]) -> None:
    item = shown(values, a_device(version))

    assert decode(encode(item)) == item


@every_version
@law
@given(values=appointments())
def test_an_appointment_sent_as_new_looks_the_same_when_sent_back(
    version: Version, values: dict[str, Any]
) -> None:
    device = a_device(version)
    assume(can_be_said(values, version))
    item = shown(values, device)
    sent = without(item, *server_parts(device))

    kept = {"uid": values["uid"], "stamp": values["stamp"]}
    added = {**kept, **said(sent, device).patch, **kept}

    assert comparable(shown(added, device), device) == comparable(item, device)


def can_be_said(values: dict[str, Any], version: Version) -> bool:
    """Older devices cannot say in which calendar a series counts, nor when its week begins."""
    rule = values.get("recurrence")
    return all(getattr(rule, part, None) is None for part in SINCE if version < SINCE[part])


def server_parts(device: Dialect) -> set[str]:
    """What a device does not say in an Add: answers, links and files are the server's."""
    names = {
        "calendar:ResponseType",
        "calendar:AppointmentReplyTime",
        "calendar:OnlineMeetingExternalLink",
        "airsyncbase:Attachments",
    }
    if device.version >= Version.V16_0:
        names |= {"calendar:OrganizerName", "calendar:OrganizerEmail", "calendar:MeetingStatus"}
        names |= {"calendar:BusyStatus", "calendar:Attendees"}
    return names


def comparable(item: Element, device: Dialect) -> Element:
    kept = without(item, "calendar:Exceptions", *server_parts(device))
    return data(*kept, *map(telling, item.find_all("calendar:Exceptions")))


def telling(exceptions: Element) -> Element:
    """The exceptions that are cancelled or moved, by what is always sent of them."""
    always = {
        "airsyncbase:InstanceId",
        "calendar:ExceptionStartTime",
        "calendar:Deleted",
        "calendar:StartTime",
        "calendar:EndTime",
        "calendar:AllDayEvent",
    }
    found = (data(*(child for child in one if child.name in always)) for one in exceptions)
    return data(*(one for one in found if not unmoved(one)))


def unmoved(exception: Element) -> bool:
    original = exception.text_of("calendar:ExceptionStartTime") or exception.text_of(
        "airsyncbase:InstanceId"
    )
    return exception.text_of("calendar:StartTime") == original


@law
@given(values=appointments(), draws=st.data())
def test_after_an_edit_on_one_version_every_other_has_something_it_can_send_back(
    values: dict[str, Any], draws: st.DataObject
) -> None:
    writer, reader = (a_device(draws.draw(st.sampled_from(VERSIONS))) for _ in range(2))
    other = draws.draw(appointments())

    patch = said(shown(other, writer), writer, values).patch
    after = apply(values, patch)

    assert said(shown(after, reader), reader, after).patch == {}


@law
@given(values=appointments())
def test_a_device_far_away_sends_a_single_event_back_unchanged(values: dict[str, Any]) -> None:
    there = a_device(Version.V14_1, zone=NEW_YORK)
    single = {k: v for k, v in values.items() if k not in ("recurrence", "occurrences")}

    assert unstamped(said(shown(single, there), there, single).patch) == {}


@every_version
@law
@given(values=appointments(), other=appointments())
def test_a_patch_holds_only_what_an_appointment_may_hold(
    version: Version, values: dict[str, Any], other: dict[str, Any]
) -> None:
    device = a_device(version)

    for base in (None, values):
        patch = said(shown(other, device), device, base).patch
        assert [n for n, v in patch.items() if not (v is CLEARED or FIELDS[n].accepts(v))] == []
        states = patch.get("occurrences", {}).values()
        own = {field for state in states if isinstance(state, dict) for field in state}
        assert own <= OVERRIDABLE


NAMES = [name for name in TOKENS if name.partition(":")[0] in ("calendar", "airsyncbase")]
TEXTS = ["", "0", "1", "3", "5", "-1", "x", "20260907T080000Z", "20260907", "99999999T999999Z"]

leaves = st.builds(E, st.sampled_from(NAMES), st.sampled_from(TEXTS) | st.text(max_size=8))
branches = st.builds(
    lambda name, children: E(name, *children),
    st.sampled_from(NAMES),
    st.lists(
        leaves | st.builds(lambda n, parts: E(n, *parts), st.sampled_from(NAMES), st.lists(leaves)),
        max_size=5,
    ),
)


@every_version
@law
@given(garbage=st.lists(leaves | branches, max_size=8), values=appointments())
def test_garbage_is_refused_or_read_but_never_a_crash(
    version: Version, garbage: list[Element], values: dict[str, Any]
) -> None:
    device = a_device(version)
    whole = list(shown(values, device))

    for request in (data(*garbage), data(*garbage, *whole), data(*whole, *garbage)):
        for base in (None, values):
            with suppress(Unconvertible):
                apply(base or {}, said(request, device, base).patch)


@law
@given(
    garbage=st.lists(leaves | branches, max_size=8),
    values=appointments(),
    text=st.sampled_from(TEXTS),
)
def test_garbage_about_one_occurrence_is_refused_or_read(
    garbage: list[Element], values: dict[str, Any], text: str
) -> None:
    for instance in (text, shown(values, a_device()).text_of("calendar:StartTime", "")):
        with suppress(Unconvertible):
            read_instance(data(*garbage), instance, a_device(), values, lambda: "file")
