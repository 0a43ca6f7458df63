"""Phones of the people in a story: simulated, over real connections."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager

from adapters.ids import server_id
from adapters.wbxml import E, Element
from domain.partnership import Partnership
from tests.system.phone import Phone
from tests.system.server import HOST, PASSWORD, Server
from tests.system.wire import POLICY, Wire


@contextmanager
def a_phone(server: Server, name: str, device: str, kind: str = "iPhone") -> Iterator[Phone]:
    """One of this person's, which has not come yet."""
    wire = Wire(HOST, server.port, name, PASSWORD, device, kind=kind)
    with closing(wire):
        yield Phone(wire, random.Random(1))


def page_of(server: Server, name: str, device: str) -> str:
    """Where administrators find this phone."""
    return f"/admin/devices/{server_id(Partnership.id_of(server.account(name), device))}"


def says(wire: Wire, *parts: Element) -> Element:
    """What is answered to a Provision (MS-ASPROV 2.2.2)."""
    reply = wire.ask("Provision", E("provision:Provision", *parts))
    assert reply is not None
    return reply


def takes_on(wire: Wire, status: int) -> str | None:
    """The phone asks for its policy and says how much of it it keeps (MS-ASPROV 2.2.2.54.2); it is
    told what becomes of that."""
    offered = says(wire, _policies())
    key = _policy(offered).text_of("provision:PolicyKey", "")
    kept = E("provision:PolicyKey", key), E("provision:Status", status)
    return says(wire, _policies(*kept)).text_of("provision:Status")


def demanded(wire: Wire) -> dict[str, str]:
    """What the policy that is offered to the phone demands."""
    data = _policy(says(wire, _policies())).find("provision:Data")
    document = data.find("provision:EASProvisionDoc") if data else None
    assert document is not None
    return {each.name.partition(":")[2]: each.value for each in document}


def _policies(*about: Element) -> Element:
    policy = E("provision:Policy", E("provision:PolicyType", POLICY), *about)
    return E("provision:Policies", policy)


def _policy(reply: Element) -> Element:
    policies = reply.find("provision:Policies")
    policy = policies.find("provision:Policy") if policies else None
    assert policy is not None, reply
    return policy
