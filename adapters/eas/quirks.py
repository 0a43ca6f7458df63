"""What is special about real clients, as a table: a row per habit, recognised by its agent.

A row stands here only if it changes what we read from a device or write to it, or keeps a
device from being taken for the one of a later row. The first row that fits is taken. Samsung,
the Gmail app and Nine want nothing special; Windows Phone, which stops at a `Truncated` of 0
(SOGo bug 3028), needs no row because nobody is sent one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Quirks:
    """The habits that change what we read from a device or write to it.

    `birthday_hour` is the hour, in UTC, at which it expects a birthday.
    `birthday_at_local_midnight`: it writes birthdays as midnight of its own zone.
    `birthday_without_year`: it writes and understands the year 1604 as "no year".
    `empty_picture_means_keep`: it sends an empty Picture without meaning a removal.
    `keeps_what_is_left_out`: it lays what it is sent over what it has, so that it must be told
    of an empty field by an empty element.
    `get_changes_with_key_zero_is_harmless`: it sends GetChanges with SyncKey 0 and must get its
    key nevertheless, not Status 4.
    """

    name: str = "ordinary"
    birthday_hour: int = 0
    birthday_at_local_midnight: bool = False
    birthday_without_year: bool = False
    empty_picture_means_keep: bool = False
    keeps_what_is_left_out: bool = False
    get_changes_with_key_zero_is_harmless: bool = False


ORDINARY = Quirks()

# Birthdays: horde/ActiveSync Device.php. The year 1604 is Apple's own (mapping to vCard BDAY).
EARLY_IOS = Quirks("iOS before 8.2", birthday_at_local_midnight=True, birthday_without_year=True)

# Every edit of a contact brings an empty Picture: Horde bug 14361.
IOS = replace(EARLY_IOS, name="iOS", empty_picture_means_keep=True)


@dataclass(frozen=True)
class Client:
    """One row: a pattern each for the start of the User-Agent and of the DeviceType."""

    quirks: Quirks
    agent: str = "(?!)"
    device_type: str = "(?!)"

    def fits(self, user_agent: str, device_type: str) -> bool:
        return bool(
            re.match(self.agent, user_agent, re.IGNORECASE)
            or re.match(self.device_type, device_type, re.IGNORECASE)
        )


CLIENTS = (
    # "Apple-iPhone7C2/1204.508": build 12D508, the letter as two digits, is iOS 8.2.
    Client(IOS, agent=r"Apple-[^/]*/(120[4-9]|12[1-9]\d|1[3-9]\d\d|[2-9]\d\d\d)\."),
    Client(EARLY_IOS, agent=r"Apple-[^/]*/\d{3,4}\."),
    Client(IOS, agent="Apple-", device_type="iPhone|iPad|iPod"),
    # "SAMSUNG-SM-G991B/101.90000", "Android-SAMSUNG-…": 00:00Z both ways (Horde).
    Client(replace(ORDINARY, name="Samsung"), agent=r"(Android-)?SAMSUNG", device_type="SAMSUNG"),
    # "Android-Mail/…" sends 12:00Z and expects 00:00Z (Horde).
    Client(replace(ORDINARY, name="Gmail"), agent="Android-Mail/"),
    # "Android/6.0.1-EAS-2.0" sends 08:00Z, adds a day from 12:00Z on (AOSP Exchange, Horde).
    Client(Quirks("Android", birthday_hour=8), agent=r"Android/[^/]*-EAS"),
    # Expects 11:00Z (Horde).
    Client(
        Quirks("BlackBerry", birthday_hour=11),
        agent="BlackBerry|BB10",
        device_type="BlackBerry|BB10",
    ),
    # EAS-4-TbSync, contact-codec.mjs: absent elements leave the card as it is, empty ones clear.
    Client(
        Quirks("TbSync", keeps_what_is_left_out=True),
        agent="Thunderbird ActiveSync",
        device_type="Thunderbird",
    ),
    # hstern/go-activesync, eas/sync.go.
    Client(
        Quirks("go-activesync", get_changes_with_key_zero_is_harmless=True), agent="go-activesync"
    ),
)


def quirks_for(user_agent: str, device_type: str) -> Quirks:
    """The habits of the client that introduces itself like this."""
    fitting = (row.quirks for row in CLIENTS if row.fits(user_agent, device_type))
    return next(fitting, ORDINARY)
