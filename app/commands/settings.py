"""Settings: what a phone is, whose it is, and the automatic reply (MS-ASCMD 2.2.1.18).

Properties are answered in the order they are asked, each with a Status of its own first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from adapters.eas import device_information, out_of_office
from adapters.eas.device_information import BadInformation
from adapters.eas.out_of_office import BadOof
from adapters.eas.reply import Answer, Reply
from adapters.eas.request import Request
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app import people
from app.context import Context
from app.devices import phones

OK, PROTOCOL_ERROR, INVALID, DENIED = 1, 2, 5, 7
LONGEST_PASSWORD: Final = 255


def handle(context: Context, request: Request) -> Reply:
    asked = list(request.body or ())
    names = [element.name for element in asked]
    if not asked or len(set(names)) < len(names) or set(names) - served(request.version):
        return Answer(E("settings:Settings", E("settings:Status", PROTOCOL_ERROR)))
    answers = [_answer(context, request, element) for element in asked]
    return Answer(E("settings:Settings", E("settings:Status", OK), *answers))


def served(version: Version) -> set[str]:
    """The properties this version of the protocol has."""
    return {name for name, (since, _) in PROPERTIES.items() if since <= version}


def _answer(context: Context, request: Request, asked: Element) -> Element:
    _, answer = PROPERTIES[asked.name]
    status, *content = answer(context, request, asked)
    return E(asked.name, E("settings:Status", status), *content)


def _device_information(
    context: Context, request: Request, asked: Element
) -> Iterator[int | Element]:
    known = context.partnership.about
    try:
        about = device_information.read(asked, known)
    except BadInformation as error:
        yield error.status
        return
    if about != known:
        author = context.author()
        phones.describe(context.groupware, author, context.partnership.id, about)
    yield OK


def _user_information(
    context: Context, request: Request, asked: Element
) -> Iterator[int | Element]:
    if asked.find("settings:Get") is None:
        yield PROTOCOL_ERROR
        return
    yield OK
    yield E("settings:Get", _whose(context, request.version))


def _whose(context: Context, version: Version) -> Element:
    """Whose phone it is. The name of the first account has no AccountId (MS-ASCMD 2.2.3.3.2)."""
    mail = context.account.mail
    address = E("settings:SMTPAddress", mail)
    if version < Version.V14_1:
        return E("settings:EmailAddresses", address)
    return E(
        "settings:Accounts",
        E(
            "settings:Account",
            E("settings:UserDisplayName", context.account.full_name),
            E("settings:EmailAddresses", address, E("settings:PrimarySmtpAddress", mail)),
        ),
    )


def _oof(context: Context, request: Request, asked: Element) -> Iterator[int | Element]:
    away, given = context.account.out_of_office, asked.find("settings:Set")
    wish = asked.find("settings:Get")
    if (given is None) == (wish is None):
        yield PROTOCOL_ERROR
        return
    try:
        if wish is not None:
            shown = out_of_office.write(away, wish)
            yield OK
            yield shown
        elif given is not None:
            reply = out_of_office.read(given, away)
            if reply != away:
                author = context.author()
                people.set_out_of_office(context.groupware, author, context.account.id, reply)
            yield OK
    except BadOof as error:
        yield error.status


def _device_password(context: Context, request: Request, asked: Element) -> Iterator[int | Element]:
    """Recovery passwords are not kept: whoever could read them could unlock the phone."""
    given = asked.find("settings:Set")
    password = given.text_of("settings:Password") if given is not None else None
    if password is None:
        yield PROTOCOL_ERROR
    else:
        yield INVALID if len(password) > LONGEST_PASSWORD else DENIED


def _rights(context: Context, request: Request, asked: Element) -> Iterator[int | Element]:
    """There are no rights templates to choose from (MS-ASRM 2.2.2.19)."""
    if asked.find("settings:Get") is None:
        yield PROTOCOL_ERROR
        return
    yield OK
    yield E("settings:Get", E("rightsmanagement:RightsManagementTemplates"))


Property = Callable[[Context, Request, Element], Iterator[int | Element]]
PROPERTIES: Final[dict[str, tuple[Version, Property]]] = {
    "settings:RightsManagementInformation": (Version.V14_1, _rights),
    "settings:Oof": (Version.V12_0, _oof),
    "settings:DevicePassword": (Version.V12_0, _device_password),
    "settings:DeviceInformation": (Version.V12_0, _device_information),
    "settings:UserInformation": (Version.V12_0, _user_information),
}
