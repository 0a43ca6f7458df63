"""Who a device is, by the names it gives itself."""

import pytest

from adapters.eas.quirks import ORDINARY, quirks_for


@pytest.mark.parametrize(
    ("agent", "device_type", "name"),
    [
        ("Apple-iPhone14C5/2007.75", "iPhone", "iOS"),
        ("Apple-iPad4C1/1204.508", "iPad", "iOS"),
        ("Apple-iPhone9C4/1602.92", "iPhone", "iOS"),
        ("Apple-iPhone17C1/2301.341", "iPhone", "iOS"),
        ("Apple-iPhone7C2/1202.466", "iPhone", "iOS before 8.2"),
        ("Apple-iPhone7C2/1203.99", "iPhone", "iOS before 8.2"),
        ("Apple-iPhone3C1/801.293", "iPhone", "iOS before 8.2"),
        ("Apple-iPhone/unheard-of", "iPhone", "iOS"),
        ("", "iPod", "iOS"),
        ("SAMSUNG-SM-G991B/101.90000", "SAMSUNGSMG991B", "Samsung"),
        ("Android-SAMSUNG-SM-T510/101.9", "Android", "Samsung"),
        ("Android-Mail/2025.01.12", "Android", "Gmail"),
        ("Android/6.0.1-EAS-2.0", "Android", "Android"),
        ("RIM-Z10/10.3", "BB10", "BlackBerry"),
        ("Thunderbird ActiveSync", "Thunderbird", "TbSync"),
        ("go-activesync/0.1", "SmartPhone", "go-activesync"),
        ("Microsoft.Outlook.15", "WindowsOutlook15", "ordinary"),
        ("MSFT-WP/8.10.14219", "WP8", "ordinary"),
        ("Nine-4.9/Android", "Android", "ordinary"),
        ("", "", "ordinary"),
    ],
)
def test_a_client_is_known_by_its_agent_or_type(agent: str, device_type: str, name: str) -> None:
    assert quirks_for(agent, device_type).name == name


def test_ios_sends_empty_pictures_since_8_2_only() -> None:
    assert quirks_for("Apple-iPhone7C2/1204.508", "iPhone").empty_picture_means_keep
    assert not quirks_for("Apple-iPhone7C2/1202.466", "iPhone").empty_picture_means_keep


@pytest.mark.parametrize(
    ("agent", "hour"),
    [
        ("Android/4.4.2-EAS-1.3", 8),
        ("BlackBerry", 11),
        ("Android-Mail/2025.01.12", 0),
        ("SAMSUNG-SM-G991B/101.9", 0),
        ("Apple-iPhone14C5/2007.75", 0),
    ],
)
def test_birthdays_go_out_at_the_hour_of_the_client(agent: str, hour: int) -> None:
    assert quirks_for(agent, "").birthday_hour == hour


def test_only_go_activesync_may_ask_for_changes_with_key_zero() -> None:
    assert quirks_for("go-activesync/0.1", "").get_changes_with_key_zero_is_harmless
    assert not ORDINARY.get_changes_with_key_zero_is_harmless
