"""What a phone tells about itself: in Settings, since 14.1 in Provision (MS-ASCMD 2.2.3.45)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapters.wbxml import Element

NAMES: Final = {
    "Model": "model",
    "IMEI": "imei",
    "FriendlyName": "name",
    "OS": "os",
    "OSLanguage": "language",
    "PhoneNumber": "number",
    "UserAgent": "agent",
    "EnableOutboundSMS": "sms",
    "MobileOperator": "operator",
}
LONGEST: Final = 1024

PROTOCOL_ERROR, INVALID = 2, 5


class BadInformation(ValueError):
    """`status` is that of the DeviceInformation element in the reply (MS-ASCMD 2.2.3.177.15)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def read(element: Element, known: Mapping[str, str]) -> dict[str, str]:
    """What is known after this Set: an empty element clears what it names, an empty Set all."""
    given = element.find("settings:Set")
    if given is None:
        raise BadInformation(PROTOCOL_ERROR)
    about = dict(known) if given.children else {}
    for child in given:
        name = NAMES.get(child.name.removeprefix("settings:"))
        if name is None:
            continue
        value = child.value.strip()
        if (
            child.children
            or len(value) > LONGEST
            or (name == "sms" and value not in ("", "0", "1"))
        ):
            raise BadInformation(INVALID)
        about[name] = value
    return {name: value for name, value in about.items() if value}
