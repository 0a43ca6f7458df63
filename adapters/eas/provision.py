"""Policies as phones read them (MS-ASPROV 2.2.2.28), and what they say about them.

A policy names only what it demands. What is sent besides is the password group, permissive, and
whatever the phone may have been told before, so that a demand that was withdrawn is taken back.
Some phones refuse an account over a single element they cannot keep: nothing else is sent.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from xml.sax.saxutils import quoteattr

from adapters.eas.version import Version
from adapters.wbxml import E, Element
from adapters.wbxml.codepages import VERSIONS

WBXML, WAP = "MS-EAS-Provisioning-WBXML", "MS-WAP-Provisioning-XML"

FLAG, NUMBER, LIST = "[01]", "[0-9]{1,9}", r"[^\n]+(\n[^\n]+)*"
SIZE = "-1|" + NUMBER


@dataclass(frozen=True)
class Setting:
    """What a setting may be, and what it is when nothing is demanded; None: it is left out."""

    allowed: str
    permissive: str | None


DOCUMENT: Final = {
    "DevicePasswordEnabled": Setting(FLAG, "0"),
    "AlphanumericDevicePasswordRequired": Setting(FLAG, "0"),
    "PasswordRecoveryEnabled": Setting(FLAG, "0"),
    "RequireStorageCardEncryption": Setting(FLAG, "0"),
    "AttachmentsEnabled": Setting(FLAG, "1"),
    "MinDevicePasswordLength": Setting("|[1-9]|1[0-6]", ""),
    "MaxInactivityTimeDeviceLock": Setting("|" + NUMBER, ""),
    "MaxDevicePasswordFailedAttempts": Setting("|[4-9]|1[0-6]", ""),
    "MaxAttachmentSize": Setting("|" + NUMBER, ""),
    "AllowSimpleDevicePassword": Setting(FLAG, "1"),
    "DevicePasswordExpiration": Setting("|" + NUMBER, ""),
    "DevicePasswordHistory": Setting(NUMBER, "0"),
    "AllowStorageCard": Setting(FLAG, "1"),
    "AllowCamera": Setting(FLAG, "1"),
    "RequireDeviceEncryption": Setting(FLAG, "0"),
    "AllowUnsignedApplications": Setting(FLAG, "1"),
    "AllowUnsignedInstallationPackages": Setting(FLAG, "1"),
    "MinDevicePasswordComplexCharacters": Setting("[1-4]", "1"),
    "AllowWiFi": Setting(FLAG, "1"),
    "AllowTextMessaging": Setting(FLAG, "1"),
    "AllowPOPIMAPEmail": Setting(FLAG, "1"),
    "AllowBluetooth": Setting("[0-2]", "2"),
    "AllowIrDA": Setting(FLAG, "1"),
    "RequireManualSyncWhenRoaming": Setting(FLAG, "0"),
    "AllowDesktopSync": Setting(FLAG, "1"),
    "MaxCalendarAgeFilter": Setting("[04-7]", "0"),
    "AllowHTMLEmail": Setting(FLAG, "1"),
    "MaxEmailAgeFilter": Setting("[0-5]", "0"),
    "MaxEmailBodyTruncationSize": Setting(SIZE, "-1"),
    "MaxEmailHTMLBodyTruncationSize": Setting(SIZE, "-1"),
    "RequireSignedSMIMEMessages": Setting(FLAG, "0"),
    "RequireEncryptedSMIMEMessages": Setting(FLAG, "0"),
    "RequireSignedSMIMEAlgorithm": Setting(FLAG, "0"),
    "RequireEncryptionSMIMEAlgorithm": Setting("[0-4]", "0"),
    "AllowSMIMEEncryptionAlgorithmNegotiation": Setting("[0-2]", "2"),
    "AllowSMIMESoftCerts": Setting(FLAG, "1"),
    "AllowBrowser": Setting(FLAG, "1"),
    "AllowConsumerEmail": Setting(FLAG, "1"),
    "AllowRemoteDesktop": Setting(FLAG, "1"),
    "AllowInternetSharing": Setting(FLAG, "1"),
    "UnapprovedInROMApplicationList": Setting(LIST, None),
    "ApprovedApplicationList": Setting(LIST, None),
}
"""Every setting, in the order it is sent. A list has one entry a line and is never sent empty:
an empty ApprovedApplicationList would forbid everything."""

LISTS: Final = {
    "UnapprovedInROMApplicationList": "ApplicationName",
    "ApprovedApplicationList": "Hash",
}
PASSWORD_GROUP: Final = tuple(DOCUMENT)[:12]

WipeAsked = Literal["account", "device"]
WIPES: Final[dict[WipeAsked, str]] = {
    "account": "provision:AccountOnlyRemoteWipe",
    "device": "provision:RemoteWipe",
}
PROTOCOL_ERROR: Final = 2


@dataclass(frozen=True)
class Acknowledged:
    """What a phone says about a policy: `key` names the offer; None for one that cannot be ours."""

    key: int | None
    status: int


@dataclass(frozen=True)
class Asked:
    """A Provision request. `type` is None if it asks for no policy; then `acknowledged` is, too.

    `wipe` says which wipe the phone reports on, `wiped` how it went: 1 done, 2 failed.
    """

    about: Element | None = None
    type: str | None = None
    acknowledged: Acknowledged | None = None
    wipe: WipeAsked | None = None
    wiped: int = 0


class NotProvision(ValueError):
    """A Provision request that cannot be understood: Status 2 (MS-ASPROV 3.2.5.2)."""


def unfit(settings: Mapping[str, str]) -> str:
    """The first setting that is not one, or not with this value; empty if all may be sent."""
    for name, value in settings.items():
        if name not in DOCUMENT or not re.fullmatch(DOCUMENT[name].allowed, value):
            return name
    return ""


def policy_type(version: Version) -> str:
    """In which form this version reads policies (MS-ASPROV 2.2.2.43)."""
    return WBXML if version >= Version.V12_0 else WAP


def document(version: Version, settings: Mapping[str, str], told: Collection[str] = ()) -> Element:
    """The Data element: what is demanded, and what is not any more of what was `told` before."""
    if version < Version.V12_0:
        return E("provision:Data", wap(settings))
    names = {*PASSWORD_GROUP, *settings, *told}
    known = [name for name in DOCUMENT if name in names and _since(name) <= version]
    elements = (_element(name, settings.get(name, DOCUMENT[name].permissive)) for name in known)
    return E("provision:Data", E("provision:EASProvisionDoc", *elements))


def wap(settings: Mapping[str, str]) -> str:
    """The policy for Windows Mobile up to 2.5: whether there is a password, and which."""
    if settings.get("DevicePasswordEnabled", "0") == "0":
        return _wap_document(_characteristic("SecurityPolicy", _parm("4131", "1")))
    rules = [_characteristic(LASSD + path, parms) for path, parms in _wap_rules(settings) if parms]
    demand = _characteristic("SecurityPolicy", _parm("4131", "0"))
    return _wap_document(demand, _characteristic("Registry", *rules) if rules else "")


LASSD: Final = r"HKLM\Comm\Security\Policy\LASSD"
IDLE: Final = r"\AE\{50C13377-C66D-400C-889E-C316FC4AB374}"


def _wap_rules(settings: Mapping[str, str]) -> list[tuple[str, str]]:
    """The registry keys of Windows Mobile that lock, wipe and measure."""
    seconds = settings.get("MaxInactivityTimeDeviceLock")
    attempts = settings.get("MaxDevicePasswordFailedAttempts")
    length = settings.get("MinDevicePasswordLength")
    minutes = str(max(1, int(seconds) // 60)) if seconds else ""
    idle = _parm("AEFrequencyType", "1") + _parm("AEFrequencyValue", minutes) if minutes else ""
    letters = settings.get("AlphanumericDevicePasswordRequired") == "1"
    simple = settings.get("AllowSimpleDevicePassword", "1") == "1"
    return [
        (IDLE, idle),
        ("", _parm("DeviceWipeThreshold", attempts) if attempts else ""),
        (r"\LAP\lap_pw", _parm("MinimumPasswordLength", length) if length else ""),
        (r"\LAP\lap_pw", _parm("PasswordComplexity", "0" if letters else "2" if simple else "1")),
    ]


def _wap_document(*characteristics: str) -> str:
    return f"<wap-provisioningdoc>{''.join(characteristics)}</wap-provisioningdoc>"


def _characteristic(type: str, *content: str) -> str:
    return f"<characteristic type={quoteattr(type)}>{''.join(content)}</characteristic>"


def _parm(name: str, value: str) -> str:
    return f"<parm name={quoteattr(name)} value={quoteattr(value)}/>"


def read(body: Element | None) -> Asked:
    """What a Provision request asks; NotProvision if it says nothing that can be understood."""
    if body is None:
        raise NotProvision
    about = body.find("settings:DeviceInformation")
    for wipe, name in WIPES.items():
        report = body.find(name)
        if report is not None:
            return Asked(about, wipe=wipe, wiped=_status(report, (1, 2)))
    policies = body.find("provision:Policies")
    if policies is None:
        return Asked(about)
    found = policies.find_all("provision:Policy")
    type = found[0].text_of("provision:PolicyType") if len(found) == 1 else None
    if not type:
        raise NotProvision
    return Asked(about, type, _acknowledged(found[0]))


def _acknowledged(policy: Element) -> Acknowledged | None:
    key, status = policy.text_of("provision:PolicyKey"), policy.find("provision:Status")
    if status is None and key is None:
        return None
    if status is None or key is None:
        raise NotProvision
    number = int(key) if re.fullmatch(NUMBER + "[0-9]?", key.strip(), re.ASCII) else None
    return Acknowledged(number, _status(policy, (1, 2, 3, 4)))


def _status(element: Element, allowed: Collection[int]) -> int:
    text = element.text_of("provision:Status", "").strip()
    if text not in map(str, allowed):
        raise NotProvision
    return int(text)


def _since(name: str) -> Version:
    return Version.parse(VERSIONS[f"provision:{name}"][0])


def _element(name: str, value: str | None) -> Element | None:
    if value is None:
        return None
    if name in LISTS:
        return E(
            f"provision:{name}",
            *(E(f"provision:{LISTS[name]}", line) for line in value.split("\n")),
        )
    return E(f"provision:{name}", value)
