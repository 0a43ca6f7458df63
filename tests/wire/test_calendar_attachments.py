"""Files on appointments since 16.0: added and deleted in requests, listed in replies."""

from __future__ import annotations

import pytest

from adapters.eas.attachments import acknowledged
from adapters.eas.calendar import read_instance
from adapters.eas.dialect import Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from domain.calendar import Attachment
from domain.patch import CLEARED
from tests.wire.calendar_cases import (
    MODERN,
    OLDER,
    a_device,
    a_meeting,
    a_series,
    an_appointment,
    at,
    data,
    edited,
    replaced,
    said,
    shown,
    without,
)

each_modern = pytest.mark.parametrize("version", MODERN, ids=lambda version: version.text)
each_older = pytest.mark.parametrize("version", OLDER, ids=lambda version: version.text)

PLAN = Attachment("plan", "plan.pdf", b"%PDF", "application/pdf")
MAP = Attachment("map", "map.png", b"\x89PNG", "image/png", "cid-1", "here", inline=True)


def added(**changes: str | bytes) -> Element:
    parts: dict[str, str | bytes] = {
        "ClientId": "1",
        "Content": b"hello",
        "DisplayName": "a.txt",
        "Method": "1",
        "ContentType": "text/plain",
        **changes,
    }
    return E("airsyncbase:Add", *(E(f"airsyncbase:{tag}", part) for tag, part in parts.items()))


def files(*children: Element) -> Element:
    return E("airsyncbase:Attachments", *children)


def deleted(reference: str) -> Element:
    return E("airsyncbase:Delete", E("airsyncbase:FileReference", reference))


@each_modern
def test_files_are_listed_without_their_content(version: Version) -> None:
    item = shown(an_appointment(attachments=(PLAN, MAP)), a_device(version))

    assert item.find("airsyncbase:Attachments") == files(
        E(
            "airsyncbase:Attachment",
            E("airsyncbase:DisplayName", "plan.pdf"),
            E("airsyncbase:FileReference", "plan"),
            E("airsyncbase:Method", 1),
            E("airsyncbase:EstimatedDataSize", 4),
        ),
        E(
            "airsyncbase:Attachment",
            E("airsyncbase:DisplayName", "map.png"),
            E("airsyncbase:FileReference", "map"),
            E("airsyncbase:Method", 1),
            E("airsyncbase:EstimatedDataSize", 4),
            E("airsyncbase:ContentId", "cid-1"),
            E("airsyncbase:ContentLocation", "here"),
            E("airsyncbase:IsInline", 1),
        ),
    )


@each_modern
def test_a_new_file_joins_the_others_under_a_new_reference(version: Version) -> None:
    values = an_appointment(attachments=(PLAN,))

    found = said(data(files(added())), a_device(version), values)

    new = Attachment("file-1", "a.txt", b"hello", "text/plain")
    assert found.patch["attachments"] == (PLAN, new)
    assert found.attached == (("1", "file-1"),)


@each_modern
def test_each_file_has_its_own_reference(version: Version) -> None:
    found = said(data(files(added(), added(ClientId="2"))), a_device(version))

    assert found.attached == (("1", "file-1"), ("2", "file-2"))
    assert [file.reference for file in found.patch["attachments"]] == ["file-1", "file-2"]


@each_modern
def test_a_deleted_file_goes_and_an_unknown_one_does_not_matter(version: Version) -> None:
    values, device = an_appointment(attachments=(PLAN, MAP)), a_device(version)

    assert edited(values, device, files(deleted("plan"))) == {"attachments": (MAP,)}
    assert edited(values, device, files(deleted("plan"), deleted("map"))) == {
        "attachments": CLEARED
    }
    assert edited(values, device, files(deleted("other"))) == {}


@each_modern
@pytest.mark.parametrize(
    "broken",
    [
        added(ClientId=""),
        added(DisplayName=""),
        added(Method="5"),
        without(added(), "airsyncbase:Content"),
    ],
)
def test_a_file_without_its_parts_is_refused(version: Version, broken: Element) -> None:
    with pytest.raises(Unconvertible):
        said(data(files(broken)), a_device(version))


@each_modern
def test_a_file_on_one_occurrence_stays_there(version: Version) -> None:
    values = a_series(attachments=(PLAN,))
    request = data(files(added()))

    found = read_instance(request, "20260909T080000Z", a_device(version), values, lambda: "file-1")

    new = Attachment("file-1", "a.txt", b"hello", "text/plain")
    assert found.patch == {"occurrences": {at(9, 10): {"attachments": (PLAN, new)}}}
    assert found.attached == (("1", "file-1"),)


@each_modern
def test_a_file_that_is_not_taken_is_not_acknowledged(version: Version) -> None:
    broken = E(
        "calendar:Exception",
        E("airsyncbase:InstanceId", "20260909T080000Z"),
        files(added()),
        E("calendar:StartTime", "20260909T080000Z"),
        E("calendar:EndTime", "20260909T070000Z"),
    )
    device = a_device(version)
    request = replaced(shown(a_series(), device), E("calendar:Exceptions", broken))

    assert said(data(files(added())), device, a_meeting()).attached == ()
    assert said(request, device).attached == ()
    assert said(request, device).refused == ("20260909T080000Z",)


@each_older
def test_older_phones_neither_see_nor_lose_files(version: Version) -> None:
    values, device = an_appointment(attachments=(PLAN,)), a_device(version)

    assert shown(values, device).find("airsyncbase:Attachments") is None
    assert edited(values, device, E("calendar:Subject", "Lunch")) == {"subject": "Lunch"}


def test_the_response_tells_which_reference_a_file_was_given() -> None:
    assert acknowledged([("1", "file-1")]) == files(
        E(
            "airsyncbase:Attachment",
            E("airsyncbase:ClientId", "1"),
            E("airsyncbase:FileReference", "file-1"),
        )
    )
