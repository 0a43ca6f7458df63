"""Provision: a phone asks for its policy, acknowledges it, or says that it is wiped.

Two phases with two keys (MS-ASPROV 3.2.5.1): the key of the offer is good for its acknowledgement
only, which gives the policy key. Either step may be repeated, since a reply can get lost; within
a minute the same question has the same answer, and nothing is written.
"""

from __future__ import annotations

from typing import Final

from adapters.eas import device_information
from adapters.eas.device_information import BadInformation
from adapters.eas.provision import (
    PROTOCOL_ERROR,
    WIPES,
    Acknowledged,
    Asked,
    NotProvision,
    document,
    policy_type,
    read,
)
from adapters.eas.reply import Answer, Failure, Reply
from adapters.eas.request import Request
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import chance
from app.context import Context
from app.devices import phones, wiping
from domain.partnership import WIPED
from projections.devices import PartnershipRow

OK: Final = 1
UNKNOWN_TYPE, WRONG_KEY = 3, 5


def handle(context: Context, request: Request) -> Reply:
    try:
        asked = read(request.body)
    except NotProvision:
        return _answer(PROTOCOL_ERROR)
    phone = context.partnership
    if asked.wipe is not None:
        return _wiped(context, asked)
    if phone.blocked == WIPED and not phone.wipe:
        return Failure(phones.BLOCKED)
    about = _described(context, request, asked)
    if phone.wipe is not None:
        return _answer(OK, about, E(WIPES[phone.wipe]))
    if asked.type is None:
        return _answer(OK, about)
    if asked.type.strip() != policy_type(request.version):
        return _answer(OK, about, _policy(request, UNKNOWN_TYPE))
    if asked.acknowledged is not None:
        return _acknowledge(context, request, asked.acknowledged)
    return _answer(OK, about, _offer(context, request))


def _answer(status: int, about: Element | None = None, content: Element | None = None) -> Answer:
    return Answer(E("provision:Provision", about, E("provision:Status", status), content))


def _policy(request: Request, status: int, key: int | None = None, *data: Element) -> Element:
    return E(
        "provision:Policies",
        E(
            "provision:Policy",
            E("provision:PolicyType", policy_type(request.version)),
            E("provision:Status", status),
            None if key is None else E("provision:PolicyKey", key),
            *data,
        ),
    )


def _described(context: Context, request: Request, asked: Asked) -> Element | None:
    """Keep what the phone tells of itself; before 14.1 it gets no answer (MS-ASPROV 2.2.2.53)."""
    if asked.about is None:
        return None
    status, known = OK, context.partnership.about
    try:
        about = device_information.read(asked.about, known)
        if about != known:
            phones.describe(context.groupware, context.author(), context.partnership.id, about)
    except BadInformation as error:
        status = error.status
    if request.version < Version.V14_1:
        return None
    return E("settings:DeviceInformation", E("settings:Status", status))


def _offer(context: Context, request: Request) -> Element:
    groupware, phone = context.groupware, context.partnership
    demand = phones.demand_on(groupware, context.account, phone)
    key = phones.standing_offer(phone, demand, context.now)
    if key is None:
        author = context.author()
        key = phones.offer_policy(groupware, author, phone.id, demand, chance.policy_key())
    return _policy(request, OK, key, document(request.version, demand.wanted(), demand.told))


def _acknowledge(context: Context, request: Request, said: Acknowledged) -> Reply:
    """Phase two. A phone that keeps the policy only in part comes in unless the policy forbids."""
    groupware, phone = context.groupware, context.partnership
    if not said.key or said.key not in (phone.offered_key, phone.acknowledged_key):
        return _answer(OK, content=_policy(request, WRONG_KEY))
    refusal = phones.demand_on(groupware, context.account, phone).verdict(said.status)
    if refusal:
        phones.refuse_policy(groupware, context.author(), phone.id, said.status)
        return Failure(refusal)
    key: int | None = phone.policy_key
    if said.key != phone.acknowledged_key:
        author, new = context.author(), _new_key(phone)
        key = phones.acknowledge_policy(groupware, author, phone.id, said.key, new, said.status)
    return _answer(OK, content=_policy(request, OK if key else WRONG_KEY, key))


def _new_key(phone: PartnershipRow) -> int:
    """Two phones that go by one name share the key of an edition, or neither would ever have it."""
    offered, kept = (phone.offered_policy, phone.offered_edition), (phone.policy, phone.edition)
    return phone.policy_key if phone.shared and offered == kept else chance.policy_key()


def _wiped(context: Context, asked: Asked) -> Reply:
    """Record how the wipe went; said again, it is answered again (MS-ASPROV 3.2.5.1.2.2)."""
    phone = context.partnership
    if asked.wipe is None or phone.wipe not in (None, asked.wipe):
        return _answer(PROTOCOL_ERROR)
    if phone.wipe is not None:
        author = context.author()
        wiping.acknowledge_wipe(context.groupware, author, phone.id, asked.wiped)
        return _answer(asked.wiped, content=E(WIPES[asked.wipe]))
    if phone.blocked != WIPED:
        return _answer(PROTOCOL_ERROR)
    return _answer(phone.wiped, content=E(WIPES[asked.wipe]))
