"""The shape of every reply: which elements stand in which, in what order and how often.

One line per container, read like a regular expression over the names of its children; names
without a page are of the container's page. `Name[a..b]` is there in these versions only. A line
"Parent/Name" is for a Name inside that Parent. What has no line is a leaf. `page:~` is any
element of a page, each once.
"""

from __future__ import annotations

import re
from functools import cache

from adapters.eas.version import Version
from adapters.wbxml import Element

SHAPES = """
airsync:Sync: Status Limit | Status | Collections
airsync:Collections: Collection+
airsync:Collection: Class[2.5..12.0] SyncKey CollectionId Status MoreAvailable? Responses? Commands?
airsync:Responses: (Add|Change|Delete|Fetch)+
airsync:Responses/Add: ClientId (ServerId Status ApplicationData[16.0..16.1]? | Status)
airsync:Responses/Change: ServerId airsyncbase:InstanceId[16.0..16.1]? Status ApplicationData[16.0..16.1]?
airsync:Responses/Delete: ServerId airsyncbase:InstanceId[16.0..16.1]? Status
airsync:Responses/Fetch: ServerId Status ApplicationData?
airsync:Add/ApplicationData: calendar:UID? airsyncbase:Attachments? | {item}
airsync:Change/ApplicationData: airsyncbase:Attachments | {item}
airsync:ApplicationData: {item}
airsync:Commands: (Add|Change|Delete|SoftDelete)+
airsync:Commands/Add: ServerId ApplicationData
airsync:Commands/Change: ServerId ApplicationData
airsync:Commands/Delete: ServerId
airsync:SoftDelete: ServerId

calendar:Exceptions: Exception*
calendar:Exception: Deleted? ExceptionStartTime[2.5..14.1] airsyncbase:InstanceId[16.0..16.1] (StartTime EndTime AllDayEvent? {rest})?
calendar:Categories: Category*
calendar:Attendees: Attendee*
calendar:Attendee: Email Name? AttendeeStatus[12.0..16.1]? AttendeeType[12.0..16.1]? meetingresponse:ProposedStartTime[16.1..16.1]? meetingresponse:ProposedEndTime[16.1..16.1]?
calendar:Recurrence: Type calendar:~+
contacts:Categories: Category*
contacts:Children: Child*
airsyncbase:Body: Type EstimatedDataSize Truncated? (Data|itemoperations:Part)? Preview[14.0..16.1]?
airsyncbase:Location: DisplayName? airsyncbase:~*
airsyncbase:Attachments: Attachment*
airsyncbase:Attachment: DisplayName FileReference Method EstimatedDataSize ContentId? ContentLocation? IsInline? | ClientId FileReference

ping:Ping: Status (HeartbeatInterval | MaxFolders | Folders)?
ping:Folders: Folder+

folderhierarchy:FolderSync: Status (SyncKey Changes)?
folderhierarchy:Changes: Count Update* Delete* Add*
folderhierarchy:Add: ServerId ParentId DisplayName Type
folderhierarchy:Update: ServerId ParentId DisplayName Type
folderhierarchy:Delete: ServerId
folderhierarchy:FolderCreate: Status (SyncKey ServerId)?
folderhierarchy:FolderUpdate: Status SyncKey?
folderhierarchy:FolderDelete: Status SyncKey?

getitemestimate:GetItemEstimate: Status | Response+
getitemestimate:Response: Status Collection?
getitemestimate:Collection: Class[2.5..12.1] CollectionId Estimate

move:MoveItems: Status | Response+
move:Response: SrcMsgId Status DstMsgId?

itemoperations:ItemOperations: Status Response?
itemoperations:Response: Move[14.0..16.1]* EmptyFolderContents* Fetch*
itemoperations:Move: Status ConversationId
itemoperations:EmptyFolderContents: Status airsync:CollectionId
itemoperations:Fetch: Status airsync:CollectionId? airsync:ServerId? search:LongId? airsync:Class? documentlibrary:LinkId? airsyncbase:FileReference? Properties?
itemoperations:Properties: Range? Total? airsyncbase:ContentType (Data|Part) | {some}

search:Search: Status Response?
search:Response: Store
search:Store: Status (Result+ Range Total)?
search:Result: Properties?
search:Properties: {person}
gal:Picture: Status Data?

find:Find: Status Response?
find:Response: itemoperations:Store? Status (Result* Range Total)?
find:Result: Properties?
find:Properties: {person}

settings:Settings: Status (Oof|DeviceInformation|DevicePassword|UserInformation|RightsManagementInformation)*
settings:Oof: Status Get?
settings:DeviceInformation: Status
settings:DevicePassword: Status
settings:UserInformation: Status Get?
settings:RightsManagementInformation: Status Get?
settings:Oof/Get: OofState (StartTime EndTime)? OofMessage*
settings:OofMessage: (AppliesToInternal|AppliesToExternalKnown|AppliesToExternalUnknown) Enabled (ReplyMessage BodyType)?
settings:UserInformation/Get: EmailAddresses[12.0..14.0] Accounts[14.1..16.1]
settings:Accounts: Account+
settings:Account: AccountId? AccountName? UserDisplayName? SendDisabled? EmailAddresses
settings:EmailAddresses: SMTPAddress* PrimarySmtpAddress[14.1..16.1]?
settings:RightsManagementInformation/Get: rightsmanagement:RightsManagementTemplates

provision:Provision: settings:DeviceInformation[14.1..16.1]? Status Policies? (RemoteWipe | AccountOnlyRemoteWipe[16.1..16.1])?
provision:Policies: Policy
provision:Policy: PolicyType Status PolicyKey? Data?
provision:Data: EASProvisionDoc?
provision:EASProvisionDoc: provision:~*
provision:UnapprovedInROMApplicationList: ApplicationName*
provision:ApprovedApplicationList: Hash*
"""  # noqa: E501

PARTS = {
    "item": "({appointment}|{contact})",
    "appointment": (
        "calendar:Timezone? calendar:StartTime calendar:EndTime calendar:AllDayEvent {rest}"
        " calendar:Recurrence? calendar:Exceptions?"
    ),
    "rest": (
        "calendar:DtStamp? calendar:Subject? calendar:Location[2.5..14.1]?"
        " airsyncbase:Location[16.0..16.1]? calendar:UID? calendar:OrganizerName?"
        " calendar:OrganizerEmail? calendar:MeetingStatus? calendar:BusyStatus?"
        " calendar:Sensitivity? calendar:Reminder? calendar:ResponseRequested[14.0..16.1]?"
        " calendar:ResponseType[14.0..16.1]? calendar:AppointmentReplyTime[14.0..16.1]?"
        " calendar:DisallowNewTimeProposal[14.0..16.1]? calendar:Body[2.5..2.5]?"
        " calendar:BodyTruncated[2.5..2.5]? airsyncbase:Body[12.0..16.1]?"
        " airsyncbase:NativeBodyType[12.0..16.1]? airsyncbase:Attachments[16.0..16.1]?"
        " calendar:OnlineMeetingConfLink[14.1..16.1]?"
        " calendar:OnlineMeetingExternalLink[14.1..16.1]? calendar:Categories?"
        " calendar:Attendees?"
    ),
    "contact": "contacts:~* airsyncbase:Body[12.0..16.1]? contacts2:~*",
    "some": "(calendar:~|contacts:~|contacts2:~|airsyncbase:~)*",
    "person": "(gal:~)*",
}
"""An appointment tells its times first: some phones judge what follows by them."""

TOKEN = re.compile(r"((?:\w+:)?(?:\w+|~))(?:\[([\d.]+)\.\.([\d.]+)\])?([?*+]?)")


def expect(root: Element, version: Version) -> None:
    """AssertionError with the line that is broken."""
    _expect(root, "", version)


def _expect(element: Element, parent: str, version: Version) -> None:
    page, _, local = element.name.partition(":")
    shape = LINES.get(f"{page}:{parent}/{local}") or LINES.get(element.name)
    children = [child.name for child in element]
    if shape is None:
        assert not children, f"{element.name} has no shape but holds {children}"
        return
    said = "".join(f"{name}," for name in children)
    assert _pattern(shape, page, version).fullmatch(said), (
        f"in {version.text} {element.name} is {shape!r}, not {said!r}"
    )
    free = "~" in shape
    assert not free or len(children) == len(set(children)), f"twice in {element.name}: {said!r}"
    for child in element:
        _expect(child, local, version)


@cache
def _pattern(shape: str, page: str, version: Version) -> re.Pattern[str]:
    def spelt(token: re.Match[str]) -> str:
        name, since, until, often = token.groups()
        if since and not Version.parse(since) <= version <= Version.parse(until):
            return ""
        full = name if ":" in name else f"{page}:{name}"
        return f"(?:{full.replace('~', '[A-Za-z0-9]+')},){often}"

    return re.compile(TOKEN.sub(spelt, shape).replace(" ", ""))


def _lines() -> dict[str, str]:
    lines: dict[str, str] = {}
    for line in SHAPES.splitlines():
        if line.strip():
            name, shape = re.split(r":\s+", line, maxsplit=1)
            while "{" in shape:
                shape = re.sub(r"\{(\w+)\}", lambda part: PARTS[part[1]], shape)
            lines[name] = shape
    return lines


LINES = _lines()
