"""What a policy can demand: every setting of MS-ASPROV 2.2.2.28, in groups that belong together,
how each is asked for, and from which version on a phone can be told of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from adapters.eas.provision import DOCUMENT, FLAG, LIST, unfit
from adapters.eas.version import Version
from adapters.wbxml.codepages import VERSIONS
from domain.policy import LENIENT

Shape = Literal["flag", "choice", "number", "list"]
"""A flag is demanded or not; a choice has few values; a number has a range; a list has one entry
a line."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "password": (
        "DevicePasswordEnabled",
        "MinDevicePasswordLength",
        "AlphanumericDevicePasswordRequired",
        "MinDevicePasswordComplexCharacters",
        "AllowSimpleDevicePassword",
        "MaxInactivityTimeDeviceLock",
        "MaxDevicePasswordFailedAttempts",
        "DevicePasswordExpiration",
        "DevicePasswordHistory",
        "PasswordRecoveryEnabled",
    ),
    "encryption": ("RequireDeviceEncryption", "RequireStorageCardEncryption"),
    "hardware": (
        "AllowCamera",
        "AllowStorageCard",
        "AllowWiFi",
        "AllowBluetooth",
        "AllowIrDA",
        "AllowTextMessaging",
        "AllowInternetSharing",
        "AllowRemoteDesktop",
        "AllowDesktopSync",
    ),
    "apps": (
        "AllowBrowser",
        "AllowConsumerEmail",
        "AllowPOPIMAPEmail",
        "AllowUnsignedApplications",
        "AllowUnsignedInstallationPackages",
        "UnapprovedInROMApplicationList",
        "ApprovedApplicationList",
    ),
    "sync": ("MaxCalendarAgeFilter", "RequireManualSyncWhenRoaming"),
    "mail": (
        "AttachmentsEnabled",
        "MaxAttachmentSize",
        "AllowHTMLEmail",
        "MaxEmailAgeFilter",
        "MaxEmailBodyTruncationSize",
        "MaxEmailHTMLBodyTruncationSize",
        "RequireSignedSMIMEMessages",
        "RequireEncryptedSMIMEMessages",
        "RequireSignedSMIMEAlgorithm",
        "RequireEncryptionSMIMEAlgorithm",
        "AllowSMIMEEncryptionAlgorithmNegotiation",
        "AllowSMIMESoftCerts",
    ),
    "lenience": ("AllowNonProvisionableDevices", "AllowExternalDeviceManagement"),
}
"""The last group is for this server: no phone is told of it."""

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "MinDevicePasswordComplexCharacters": ("2", "3", "4"),
    "AllowBluetooth": ("0", "1"),
    "MaxCalendarAgeFilter": ("4", "5", "6", "7"),
    "MaxEmailAgeFilter": ("1", "2", "3", "4", "5"),
    "RequireEncryptionSMIMEAlgorithm": ("1", "2", "3", "4"),
    "AllowSMIMEEncryptionAlgorithmNegotiation": ("0", "1"),
}
"""What can be chosen where there are a few values, beside the one that demands nothing."""

RANGES: Final = {
    "MinDevicePasswordLength": "1 to 16",
    "MaxDevicePasswordFailedAttempts": "4 to 16",
    "MaxInactivityTimeDeviceLock": "seconds",
    "DevicePasswordExpiration": "days",
    "MaxAttachmentSize": "bytes",
    "MaxEmailBodyTruncationSize": "KiB, or -1",
    "MaxEmailHTMLBodyTruncationSize": "KiB, or -1",
}

WAP_READS: Final = frozenset(
    {
        "DevicePasswordEnabled",
        "AlphanumericDevicePasswordRequired",
        "MinDevicePasswordLength",
        "MaxInactivityTimeDeviceLock",
        "MaxDevicePasswordFailedAttempts",
        "AllowSimpleDevicePassword",
    }
)
"""What a phone that speaks 2.5 can be told of; all of it goes with a password."""


def shape(name: str) -> Shape:
    if name in CHOICES:
        return "choice"
    if name in LENIENT or DOCUMENT[name].allowed == FLAG:
        return "flag"
    return "list" if DOCUMENT[name].allowed == LIST else "number"


def permissive(name: str) -> str | None:
    """The value that demands nothing."""
    return LENIENT[name] if name in LENIENT else DOCUMENT[name].permissive


def demanding(name: str) -> str:
    """The value of a flag that demands something."""
    return "1" if permissive(name) == "0" else "0"


def allowed(name: str) -> str:
    """The values it may have, as people write them down."""
    if shape(name) == "flag":
        return "0 or 1"
    if shape(name) == "list":
        return "one a line"
    if name in CHOICES:
        return ", ".join(sorted({*CHOICES[name], permissive(name) or ""}))
    return RANGES.get(name, "a number")


def since(name: str) -> Version | None:
    """The oldest version in which a phone can be told of it; None if no phone is."""
    if name in LENIENT:
        return None
    told = Version.parse(VERSIONS[f"provision:{name}"][0])
    return min(Version) if name in WAP_READS else told


def wrong(settings: Mapping[str, str]) -> set[str]:
    """The settings whose value they cannot have."""
    return {name for name, value in settings.items() if not _fits(name, value)}


def _fits(name: str, value: str) -> bool:
    if name in LENIENT:
        return bool(re.fullmatch(FLAG, value))
    return not unfit({name: value})


def demands(settings: Mapping[str, str]) -> list[str]:
    """The settings that demand something, in the order of the groups."""
    ordered = (name for names in GROUPS.values() for name in names if name in settings)
    return [name for name in ordered if settings[name] != permissive(name)]
