"""What phones ask beside Sync, and what is decided about them meanwhile: words of scenarios."""

from __future__ import annotations

from collections.abc import Callable

from adapters.wbxml import E, Element
from app import folders, people
from app.composition import CODEC
from app.devices import access, phones, wiping
from projections.folders import folders as all_folders
from tests.app.shell import RIGHT, Response
from tests.app.test_itemoperations import item
from tests.app.test_provision import acknowledgement, initial
from tests.app.test_search import search, within
from tests.app.test_settings_command import get, message, put, s, settings
from tests.faults.acts import UNGIVEN, post
from tests.faults.phone import Phone
from tests.faults.stage import Stage

Body = Callable[[Phone], Element | bytes | None]


def moves(*each: tuple[str, str, str]) -> Body:
    def body(phone: Phone) -> Element:
        listed = (
            E(
                "move:Move",
                E("move:SrcMsgId", phone.ids.get(what, what)),
                E("move:SrcFldId", phone.ids.get(here, here)),
                E("move:DstFldId", phone.ids.get(there, there)),
            )
            for what, here, there in each
        )
        return E("move:MoveItems", *listed)

    return body


MOVES = moves(
    ("Bea", "contacts", "club"),
    ("Carl", "contacts", "club"),
    ("nobody", "contacts", "club"),
    ("Dora", "contacts", "nowhere"),
    ("Dora", "contacts", "contacts"),
    ("Dora", "contacts", "calendar"),
    ("Dora", "club", "inbox"),
)


def estimates(
    *words: str, filter: int | None = None, key: str = "", conversations: bool = False
) -> Body:
    def body(phone: Phone) -> Element:
        listed = (
            E(
                "getitemestimate:Collection",
                E("airsync:SyncKey", key or phone.keys.get(phone.ids.get(word, word), UNGIVEN)),
                E("getitemestimate:CollectionId", phone.ids.get(word, word)),
                E("airsync:ConversationMode", 1) if conversations else None,
                None if filter is None else E("airsync:Options", E("airsync:FilterType", filter)),
            )
            for word in words
        )
        return E("getitemestimate:GetItemEstimate", E("getitemestimate:Collections", *listed))

    return body


def operations(*each: Callable[[Phone], Element]) -> Body:
    return lambda phone: E("itemoperations:ItemOperations", *(one(phone) for one in each))


def the_item(folder: str, word: str, *options: Element) -> Callable[[Phone], Element]:
    return lambda phone: item(phone.ids[folder], phone.ids.get(word, word), *options)


def emptying(word: str, below: bool = False) -> Callable[[Phone], Element]:
    options = E("itemoperations:Options", E("itemoperations:DeleteSubFolders")) if below else None
    return lambda phone: E(
        "itemoperations:EmptyFolderContents",
        E("airsync:CollectionId", phone.ids.get(word, word)),
        options,
    )


def conversation(word: str, always: bool) -> Callable[[Phone], Element]:
    options = E("itemoperations:Options", E("itemoperations:MoveAlways")) if always else None
    return lambda phone: E(
        "itemoperations:Move",
        E("itemoperations:ConversationId", "abc"),
        E("itemoperations:DstFldId", phone.ids[word]),
        options,
    )


def said(element: Element) -> Body:
    return lambda phone: element


def under_policy(stage: Stage, phone: Phone) -> None:
    stage.house.under_policy(DevicePasswordEnabled="1")


def strict(stage: Stage, phone: Phone) -> None:
    lenient = ("AllowNonProvisionableDevices", "AllowExternalDeviceManagement")
    stage.house.under_policy(DevicePasswordEnabled="1", **dict.fromkeys(lenient, "0"))


def provision(*about: Element) -> Callable[[Stage, Phone], Response]:
    return post("Provision", said(initial(*about)))


def acknowledge(status: int = 1) -> Callable[[Stage, Phone], Response]:
    """Of what was offered last."""
    return post("Provision", lambda phone: acknowledgement(phone.ids["offer"], status))


def offered(stage: Stage, phone: Phone) -> None:
    told = phone.post(stage, "Provision", initial())
    phone.ids["offer"] = next(
        each.value for each in _below(told.root) if each.name == "provision:PolicyKey"
    )


def to_be_wiped(stage: Stage, phone: Phone) -> None:
    id = stage.house.phone(device="PHONE1").id
    wiping.request_wipe(stage.groupware, stage.house.admin, id)


def without_policy(stage: Stage, phone: Phone) -> None:
    people.assign_policy(stage.groupware, stage.house.admin, stage.house.account().id, "")


def wiped(status: int = 1) -> Body:
    wipe = E("provision:AccountOnlyRemoteWipe", E("provision:Status", status))
    return said(E("provision:Provision", wipe))


def cleared(stage: Stage, phone: Phone) -> None:
    id = stage.house.phone(device="PHONE1").id
    wiping.cancel_wipe(stage.groupware, stage.house.admin, id)


def blocked(stage: Stage, phone: Phone) -> None:
    phones.block(stage.groupware, stage.house.admin, stage.house.phone(device="PHONE1").id)


def unblocked(stage: Stage, phone: Phone) -> None:
    phones.unblock(stage.groupware, stage.house.admin, stage.house.phone(device="PHONE1").id)


def quarantined(stage: Stage, phone: Phone) -> None:
    access.put_rule(stage.groupware, stage.house.admin, "type", "iPhone", "quarantine")


def ruled_out(stage: Stage, phone: Phone) -> None:
    access.put_rule(stage.groupware, stage.house.admin, "type", "iPhone", "block")


def without_rule(stage: Stage, phone: Phone) -> None:
    access.remove_rule(stage.groupware, stage.house.admin, "type", "iPhone")


def under_ceiling(stage: Stage, phone: Phone) -> None:
    people.set_ceiling(stage.groupware, stage.house.admin, stage.house.account().id, "14.1")


def without_ceiling(stage: Stage, phone: Phone) -> None:
    people.set_ceiling(stage.groupware, stage.house.admin, stage.house.account().id, "")


def silent(stage: Stage, phone: Phone) -> None:
    """A phone was here once, and was not heard of for long."""
    stage.post("FolderSync", "16.1", FIRST, query=line("OTHER"))
    id = stage.house.phone(device="OTHER").id
    phones.change(stage.groupware, stage.house.admin, id, lambda it: it.fall_silent())


def _below(element: Element) -> list[Element]:
    return [each for child in element for each in (child, *_below(child))]


def discover(body: bytes) -> Callable[[Stage, Phone], Response]:
    return lambda stage, phone: stage.ask(
        "POST", "/autodiscover/autodiscover.xml", body=body, Authorization=RIGHT
    )


def http(
    method: str, path: str = "/Microsoft-Server-ActiveSync", **how: str
) -> Callable[[Stage, Phone], Response]:
    return lambda stage, phone: stage.ask(method, path, **{"Authorization": RIGHT, **how})


SCHEMA = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync"
QUESTION = (
    f'<Autodiscover xmlns="{SCHEMA}/requestschema/2006"><Request>'
    "<EMailAddress>ada@example.org</EMailAddress>"
    f"<AcceptableResponseSchema>{SCHEMA}/responseschema/2006</AcceptableResponseSchema>"
    "</Request></Autodiscover>"
).encode()
TRYING = "Cmd=FolderSync&User=anna&DeviceId=validate&DeviceType=iPhone"
OOF = message("AppliesToInternal", 1, "Away")
EVERYTHING = settings(
    get("Oof", s("BodyType", "Text")),
    s("UserInformation", s("Get")),
    s("RightsManagementInformation", s("Get")),
    put("DeviceInformation", s("Model", "One"), s("OS", "Two")),
    put("DevicePassword", s("Password", "1234")),
)

MAIL = E("find:Query", E("airsync:Class", "Email"), E("find:FreeText", "x"))
FIRST = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))
WORDS = " ".join(f"word{number}" for number in range(200))


def find_by(criterion: Element) -> Body:
    return said(E("find:Find", E("find:SearchId", "1"), E("find:ExecuteSearch", criterion)))


def find_mail(query: Element, range: str) -> Body:
    return find_by(
        E("find:MailBoxSearchCriterion", query, E("find:Options", E("find:Range", range)))
    )


def search_mail(query: Element, range: str = "0-9") -> Body:
    return said(search(query, within(range), store="Mailbox"))


def in_another_version(
    command: str, version: str, body: Element
) -> Callable[[Stage, Phone], Response]:
    return lambda stage, phone: stage.post(command, version, body)


def a_folder_less(stage: Stage, phone: Phone) -> None:
    """Somebody deletes the club, and makes a choir in another new folder."""
    with stage.groupware.acting(stage.house.admin) as connection:
        ada = stage.house.account().id
        row = next(each for each in all_folders(connection, CODEC, ada) if each.name == "Club")
        folders.delete(stage.groupware, connection, row)
        arts = folders.make(stage.groupware, connection, ada, "Arts", 14)
        folders.make(stage.groupware, connection, ada, "Choir", 14, arts.id)


def crowded(stage: Stage, phone: Phone) -> None:
    """As many phones as one person may have."""
    for number in range(2, stage.house.settings.devices_per_user + 1):
        stage.post("FolderSync", "16.1", FIRST, query=line(f"PHONE{number}"))


def line(device: str, command: str = "FolderSync") -> str:
    return f"Cmd={command}&User=anna&DeviceId={device}&DeviceType=iPhone"


def forgotten(stage: Stage, phone: Phone) -> None:
    """A phone was here once, and is to come back."""
    stage.post("FolderSync", "16.1", FIRST, query=line("OTHER"))
    id = stage.house.phone(device="OTHER").id
    phones.forget(stage.groupware, stage.house.admin, id)
