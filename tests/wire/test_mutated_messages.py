"""Real messages with a few things wrong: each means a patch or nothing, never a crash.

What is taken must be fit to be stored, and to be sent again without being taken for an edit.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.eas import contact
from adapters.eas.calendar import read_instance
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from adapters.wbxml.codepages import TOKENS
from domain.patch import apply
from tests.wire.calendar_cases import VERSIONS, a_device, appointments, said, shown
from tests.wire.contact_cases import contacts, dialects, sent

law = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
every_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.text)

PAGES = ("calendar", "airsyncbase", "contacts", "contacts2")
NAMES = [name for name in TOKENS if name.partition(":")[0] in PAGES]
WRONG = [
    *("", "0", "1", "-1", "5", "128", "1000", "9" * 400, "true", "1.0", "1e309", "nan", "x", "\0"),
    *("20260907T080000Z", "20261025T003000Z", "2026-10-25T24:00:00.000Z", "20260230T080000Z"),
    *("16010101T000000Z", "16010102T000000Z", "45001230T235959Z", "99991231T235959Z"),
    *("A" * 230 + "==", "<" * 400, "<a href='" * 90, "\u0663"),
]


@st.composite
def wrong(draw: st.DrawFn, message: Element) -> Element:
    """The message with one thing wrong in it, at any depth."""
    children = list(message)
    if not children:
        return E(message.name, draw(st.sampled_from(WRONG)))
    at = draw(st.integers(0, len(children) - 1))
    child = children[at]
    instead = draw(
        st.one_of(
            wrong(child).map(lambda one: [one]),
            st.just([]),
            st.just([child, child]),
            st.sampled_from(NAMES).map(lambda name: [E(name, *child)]),
            st.sampled_from(NAMES).map(lambda name: [child, E(name, child)]),
        )
    )
    return E(message.name, *children[:at], *instead, *children[at + 1 :])


def faulty(message: Element) -> st.SearchStrategy[Element]:
    return wrong(message).flatmap(lambda once: st.just(once) | wrong(once).flatmap(wrong))


@every_version
@law
@given(values=appointments(), other=appointments(), draws=st.data())
def test_a_faulty_appointment_is_taken_or_refused(
    version: Version, values: dict[str, Any], other: dict[str, Any], draws: st.DataObject
) -> None:
    device = a_device(version)
    message = draws.draw(faulty(shown(other, device)))

    for base in (None, values):
        with suppress(Unconvertible):
            after = apply(base or {}, said(message, device, base).patch)
            assert base is not None or "when" in after
            assert said(shown(after, device), device, after).patch == {}


@law
@given(values=appointments(), draws=st.data())
def test_a_faulty_word_about_one_occurrence_is_taken_or_refused(
    values: dict[str, Any], draws: st.DataObject
) -> None:
    device = a_device()
    whole = shown(values, device)
    told = [one for part in whole.find_all("calendar:Exceptions") for one in part]
    message = draws.draw(faulty(draws.draw(st.sampled_from([whole, *told]))))
    starts = [one.text_of("airsyncbase:InstanceId", "") for one in told]
    start = draws.draw(st.sampled_from([*starts, whole.text_of("calendar:StartTime", ""), *WRONG]))

    with suppress(Unconvertible):
        patch = read_instance(message, start, device, values, lambda: "file").patch
        after = apply(values, patch)
        assert said(shown(after, device), device, after).patch == {}


@law
@given(values=contacts, other=contacts, device=dialects, draws=st.data())
def test_a_faulty_contact_is_taken_or_refused(
    values: dict[str, Any], other: dict[str, Any], device: Dialect, draws: st.DataObject
) -> None:
    message = draws.draw(faulty(sent(other, device)))

    for base in (None, values):
        with suppress(Unconvertible):
            after = apply(base or {}, contact.read(message, device, base))
            assert contact.read(sent(after, device), device, after) == {}
