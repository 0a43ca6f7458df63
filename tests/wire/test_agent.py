"""What a User-Agent tells of its phone; the agents are those of phones in the field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eas.agent import Told, read

AGENTS = {
    "Apple-iPhone14C5/2302.1": Told("iPhone14C5", "iOS 26"),
    "Apple-iPhone11C8/2007.75": Told("iPhone11C8", "iOS 16"),
    "Apple-iPad13C18/2201.5": Told("iPad13C18", "iOS 18"),
    "Apple-iPhone7C2/1204.508": Told("iPhone7C2", "iOS 8"),
    "Apple-iPhone3C1/702.367": Told("iPhone3C1", "iOS 3"),
    "Android/14-EAS-2.0": Told("", "Android 14"),
    "Android/6.0.1-EAS-2.0": Told("", "Android 6.0.1"),
    "SAMSUNG-SM-G991B/101.140000": Told("SM-G991B", "Android"),
    "Android-SAMSUNG-SM-S918B/101.130000": Told("SM-S918B", "Android"),
    "Android-Mail/2024.05.12.634098876.Release": Told("", "Android"),
    "Outlook-iOS-Android/1.0": Told(),
    "Thunderbird ActiveSync/5.0": Told(),
    "": Told(),
}


@pytest.mark.parametrize(("agent", "told"), AGENTS.items())
def test_an_agent_tells_model_and_os_where_it_is_sure(agent: str, told: Told) -> None:
    assert read(agent) == told


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(read(text), Told)
    assert isinstance(read(f"Apple-{text}"), Told)
