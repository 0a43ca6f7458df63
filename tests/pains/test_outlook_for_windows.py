"""Outlook for Windows is not supported by newer builds nor by us; it must fail in a clean way, or
work as far as it goes (Group-Office #1130, Z-Push #137; pain 30)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from adapters.eas.version import Version
from adapters.wbxml import E
from app.commands import COMMANDS
from tests.app.handset import Handset, first_name, status_of
from tests.app.house import House, texts
from tests.app.shell import RIGHT, Shell

SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ASKED = f"""<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">
  <Request>
    <EMailAddress>anna@example.org</EMailAddress>
    <AcceptableResponseSchema>{SCHEMA}</AcceptableResponseSchema>
  </Request>
</Autodiscover>""".encode()
ERROR = "{http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006}"
OUTLOOK = {"user_agent": "Microsoft.Outlook.15", "device_type": "WindowsOutlook15"}
MAIL = ["SendMail", "SmartReply", "SmartForward", "MeetingResponse", "ValidateCert"]
MAPI = ["/mapi/emsmdb", "/EWS/Exchange.asmx", "/rpc/rpcproxy.dll", "/OAB"]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path, commands=COMMANDS)
    yield shell
    shell.close()


def test_its_own_schema_is_answered_with_a_named_error_and_never_with_ours(shell: Shell) -> None:
    answer = shell.ask("POST", "/autodiscover/autodiscover.xml", body=ASKED, Authorization=RIGHT)
    assert answer.status == 200
    root = fromstring(answer.body)
    assert root.findtext(f"{ERROR}Response/{ERROR}Error/{ERROR}ErrorCode") == "601"
    assert b"MobileSync" not in answer.body


@pytest.mark.parametrize("path", MAPI)
def test_what_exchange_has_beside_activesync_is_not_here(shell: Shell, path: str) -> None:
    """Not asked for a password either: a prompt would come again and again."""
    assert shell.ask("POST", path, Authorization=RIGHT).status == 404
    assert shell.ask("GET", path).status == 404


def test_commands_of_mail_are_neither_offered_nor_half_done(shell: Shell) -> None:
    offered = shell.ask("OPTIONS", Authorization=RIGHT)["MS-ASProtocolCommands"] or ""
    for command in MAIL:
        assert command not in offered.split(",")
        answer = shell.post(command, "14.1", b"\x03\x01\x6a\x00", "", User_Agent="Outlook/15.0")
        assert answer.status in (200, 501)
        if answer.status == 200:
            assert status_of(answer.root) == 137


def test_an_old_outlook_added_by_hand_is_served_as_a_phone_is(house: House) -> None:
    phone = Handset(house, Version.V14_1, device="OUTLOOK15", facts=OUTLOOK)
    types = texts(phone.folder_sync("0"), "folderhierarchy:Type")
    assert {"2", "8", "9"} <= set(types)
    phone.begin(phone.contacts)
    phone.catch_up(phone.contacts, E("airsync:WindowSize", 512))
    id = phone.add(phone.contacts, first_name("Bea"))
    assert phone.values(id)["first_name"] == "Bea"
    assert phone.catch_up(phone.inbox) == []
