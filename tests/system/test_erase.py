"""Somebody is erased while the server runs: they are out, the others go on, and nothing is left."""

from __future__ import annotations

import random
import time
from itertools import cycle

import pytest

from tests.app.somebody import NAME, Somebody, remains
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import HOST, PASSWORD, Server
from tests.system.test_push import REVOKED, in_step, parked_ping
from tests.system.wire import Denied, Wire

PEOPLE = ("bob",)
SETTINGS = {"HEARTBEAT_MINIMUM": "1", "LOG_LEVEL": "debug"}
UPLOADED = "quploaded by a phone"


DEVICE, AGENT = "QREALPHONE", "Apple-QiPhone15C4/2201.7"


def phone_of(
    server: Server, name: str, password: str, device: str, agent: str = Wire.agent
) -> Phone:
    wire = Wire(HOST, server.port, name, password, device, agent=agent)
    phone = Phone(wire, random.Random(device))
    phone.set_up()
    in_step(phone)
    return phone


def signed_in(server: Server, token: str) -> bool:
    """Whether a browser with this cookie is shown what is somebody's."""
    connection = server.connection()
    connection.request("GET", "/my", headers={"Cookie": f"taccuino={token}"})
    status = connection.getresponse().status
    connection.close()
    return status == 200


def test_an_erased_person_is_out_at_once_and_in_no_byte_of_any_file(server: Server) -> None:
    with server.groupware() as groupware:
        somebody = Somebody(groupware, cycle(["Ünïcode ὣς 日本 and plain"]))
        somebody.live()
    said = [*somebody.said, UPLOADED, DEVICE, AGENT]
    theirs = phone_of(server, NAME, somebody.password, DEVICE, AGENT)
    for kind in (CALENDAR, CONTACTS):
        theirs.edit(kind, "a", UPLOADED)
    in_step(theirs)
    bob = phone_of(server, "bob", PASSWORD, "BOBS")
    bob.add(CONTACTS, 1)
    in_step(bob)
    assert signed_in(server, somebody.token)
    assert len({text for _, text in remains(server.home, said)}) > 20
    keys = [folder.key for folder in bob.folders.values()]

    with parked_ping(server, theirs) as answer:
        server.verb("person", "erase", NAME, "--yes")
        began = time.monotonic()
        with pytest.raises(Denied):
            answer.result(timeout=REVOKED)
        assert time.monotonic() - began < REVOKED
    with pytest.raises(Denied):
        theirs.wire.options()
    assert not signed_in(server, somebody.token)

    assert remains(server.home, said) == []
    server.verify()
    assert "nothing had to be replaced" in server.verb("rebuild")
    assert [folder.key for folder in bob.folders.values()] == keys
    bob.add(CALENDAR, 2)
    in_step(bob)
    assert bob.strange == []
    theirs.wire.close()
    bob.wire.close()
    assert remains(server.home, said) == []
