"""Foreign readers and writers of WBXML agree with ours, but for the lists below.

The lists are exact: a tag that a judge comes to know, or to call as we do, has to leave them.
"""

import pytest

from adapters.wbxml import Element, decode, encode
from tests.fixtures.wbxml import VECTORS, Vector
from tests.wire.judges import (
    Differences,
    differences,
    expected,
    libwbxml_bytes,
    libwbxml_names,
    libwbxml_view,
    libwbxml_xml,
    pyactivesync_bytes,
    pyactivesync_names,
    pyactivesync_view,
    renames,
    table,
)

LIBWBXML = Differences(
    renamed=renames("""
    contacts: AssistantPhoneNumber=AssistantTelephoneNumber BusinessAddressCity=BusinessCity
        BusinessAddressCountry=BusinessCountry BusinessAddressPostalCode=BusinessPostalCode
        BusinessAddressState=BusinessState BusinessAddressStreet=BusinessStreet
        HomeAddressCity=HomeCity HomeAddressCountry=HomeCountry
        HomeAddressPostalCode=HomePostalCode HomeAddressState=HomeState
        HomeAddressStreet=HomeStreet OtherAddressCity=OtherCity
        OtherAddressCountry=OtherCountry OtherAddressPostalCode=OtherPostalCode
        OtherAddressState=OtherState OtherAddressStreet=OtherStreet
    email: AttOid=AttOId ReplyTo=Reply-To DtStamp=DTStamp Type=Recurrence_Type
        Until=Recurrence_Until Occurrences=Recurrence_Occurrences Interval=Recurrence_Interval
        DayOfWeek=Recurrence_DayOfWeek DayOfMonth=Recurrence_DayOfMonth
        WeekOfMonth=Recurrence_WeekOfMonth MonthOfYear=Recurrence_MonthOfYear
        Status=FlagStatus
    calendar: Timezone=TimeZone Email=Attendee_Email Name=Attendee_Name
        CompressedRTF=Compressed_RTF DtStamp=DTStamp Deleted=Exception_Deleted
        ExceptionStartTime=Exception_StartTime OrganizerEmail=Organizer_Email
        OrganizerName=Organizer_Name Type=Recurrence_Type Until=Recurrence_Until
        Occurrences=Recurrence_Occurrences Interval=Recurrence_Interval
        DayOfWeek=Recurrence_DayOfWeek DayOfMonth=Recurrence_DayOfMonth
        WeekOfMonth=Recurrence_WeekOfMonth MonthOfYear=Recurrence_MonthOfYear
        AttendeeStatus=Attendee_Status AttendeeType=Attendee_Type
    tasks: UtcDueDate=UTCDueDate Type=Recurrence_Type Start=Recurrence_Start
        Until=Recurrence_Until Occurrences=Recurrence_Occurrences Interval=Recurrence_Interval
        DayOfMonth=Recurrence_DayOfMonth DayOfWeek=Recurrence_DayOfWeek
        WeekOfMonth=Recurrence_WeekOfMonth MonthOfYear=Recurrence_MonthOfYear
        Regenerate=Recurrence_Regenerate DeadOccur=Recurrence_DeadOccur
        UtcStartDate=UTCStartDate
    provision: RequireStorageCardEncryption=DeviceEncryptionEnabled
    settings: SMTPAddress=SmtpAddress RightsManagementInformation=ihsManagementInformation
    composemail: Mime=MIME Name=ForwardeeName Email=ForwardeeEmail
    rightsmanagement: Owner=RMOwner
        RemoveRightsManagementProtection=RemoveRightsManagementDistribution
    """),
    lacking=frozenset(
        table("""
    calendar: Attachment Attachments AttName AttSize AttOid AttMethod AttRemoved DisplayName
    meetingresponse: ProposedStartTime ProposedEndTime
    ping: Version
    provision: AccountOnlyRemoteWipe
    search: Stores SubstringOp
    composemail: Type
    find: *
    """)
    ),
    extra={"airnotify:0x17": "airnotify:DeviceFriendlyName"},
)

PYACTIVESYNC = Differences(
    renamed=renames("""
    composemail: Mime=MIME
    find: GalSearchCriterion=GALSearchCriterion
    """),
    lacking=frozenset(
        table("""
    airsync: RTFTruncation NotifyGUID ConversationMode
    contacts: Body BodySize BodyTruncated Children Child YomiCompanyName YomiFirstName
        YomiLastName CompressedRTF Picture Alias WeightedRank
    email: Attachment Attachments AttName AttSize AttOid AttMethod AttRemoved Body BodySize
        BodyTruncated DisplayName AllDayEvent DtStamp EndTime InstanceType BusyStatus Location
        MeetingRequest Organizer RecurrenceId Reminder ResponseRequested Recurrences
        Recurrence Type Until Occurrences Interval DayOfWeek DayOfMonth WeekOfMonth
        MonthOfYear StartTime Sensitivity TimeZone GlobalObjId ThreadTopic MIMEData
        MIMETruncated MIMESize DisallowNewTimeProposal
    airnotify: *
    calendar: *
    getitemestimate: Version Class DateTime
    folderhierarchy: Folders Folder ContentClass Version
    meetingresponse: *
    tasks: Body BodySize BodyTruncated Categories Category Complete Importance Recurrence Type
        Start Until Occurrences Interval DayOfMonth DayOfWeek WeekOfMonth MonthOfYear
        Regenerate DeadOccur Sensitivity CompressedRTF SubOrdinalDate CalendarType IsLeapMonth
        FirstDayOfWeek
    resolverecipients: Availability StartTime EndTime MergedFreeBusy Picture MaxSize Data
        MaxPictures
    validatecert: *
    contacts2: *
    ping: Version
    provision: DevicePasswordEnabled AlphanumericDevicePasswordRequired
        RequireStorageCardEncryption PasswordRecoveryEnabled DocumentBrowseEnabled@12
        AttachmentsEnabled MinDevicePasswordLength MaxInactivityTimeDeviceLock
        MaxDevicePasswordFailedAttempts MaxAttachmentSize AllowSimpleDevicePassword
        DevicePasswordExpiration DevicePasswordHistory AllowStorageCard AllowCamera
        RequireDeviceEncryption AllowUnsignedApplications AllowUnsignedInstallationPackages
        MinDevicePasswordComplexCharacters AllowWiFi AllowTextMessaging AllowPOPIMAPEmail
        AllowBluetooth AllowIrDA RequireManualSyncWhenRoaming AllowDesktopSync
        MaxCalendarAgeFilter AllowHTMLEmail MaxEmailAgeFilter MaxEmailBodyTruncationSize
        MaxEmailHTMLBodyTruncationSize RequireSignedSMIMEMessages
        RequireEncryptedSMIMEMessages RequireSignedSMIMEAlgorithm
        RequireEncryptionSMIMEAlgorithm AllowSMIMEEncryptionAlgorithmNegotiation
        AllowSMIMESoftCerts AllowBrowser AllowConsumerEmail AllowRemoteDesktop
        AllowInternetSharing UnapprovedInROMApplicationList ApplicationName
        ApprovedApplicationList Hash AccountOnlyRemoteWipe
    search: Stores SubstringOp LessThan Schema Supported UserName Password ConversationId
        Picture MaxSize MaxPictures
    gal: Picture Status Data
    airsyncbase: BodyPartPreference BodyPart Status Add Delete ClientId Content Location
        Annotation Street City State Country PostalCode Latitude Longitude Accuracy Altitude
        AltitudeAccuracy LocationUri InstanceId
    settings: DevicePassword Password UserInformation EmailAddresses SMTPAddress
        EnableOutboundSMS MobileOperator PrimarySmtpAddress Accounts Account AccountId
        AccountName UserDisplayName SendDisabled RightsManagementInformation
    documentlibrary: *
    itemoperations: EmptyFolderContents DeleteSubFolders UserName Password Move DstFldId
        ConversationId MoveAlways
    composemail: Type Forwardees Forwardee Name Email
    email2: *
    notes: *
    rightsmanagement: *
    find: MaxPictures MaxSize Picture
    """)
    ),
    extra={},
)


def knows(judge: Differences, element: Element) -> bool:
    return element.name not in judge.lacking and all(knows(judge, child) for child in element)


FOR_LIBWBXML = [vector for vector in VECTORS if knows(LIBWBXML, vector.tree)]
FOR_PYACTIVESYNC = [vector for vector in VECTORS if knows(PYACTIVESYNC, vector.tree)]


def test_libwbxml_names_every_tag_as_we_do_but_for_the_list() -> None:
    assert differences(libwbxml_names()) == LIBWBXML


def test_pyactivesync_names_every_tag_as_we_do_but_for_the_list() -> None:
    assert differences(pyactivesync_names()) == PYACTIVESYNC


def test_the_judges_know_every_tag_of_this_many_messages() -> None:
    assert (len(FOR_LIBWBXML), len(FOR_PYACTIVESYNC)) == (73, 50)


@pytest.mark.parametrize("vector", VECTORS, ids=repr)
def test_libwbxml_reads_what_we_write(vector: Vector) -> None:
    assert libwbxml_view(encode(vector.tree)) == expected(vector.tree, LIBWBXML)


@pytest.mark.parametrize("string_table", [False, True], ids=["inline", "table"])
@pytest.mark.parametrize("vector", FOR_LIBWBXML, ids=repr)
def test_we_read_what_libwbxml_writes(vector: Vector, string_table: bool) -> None:
    written = libwbxml_bytes(libwbxml_xml(vector.wbxml), string_table=string_table)
    assert decode(written) == vector.tree


def test_libwbxml_writes_string_references_we_never_write() -> None:
    documents = [libwbxml_bytes(libwbxml_xml(v.wbxml), string_table=True) for v in FOR_LIBWBXML]
    assert any(document[3] > 0 and b"\x83" in document for document in documents)


@pytest.mark.parametrize("vector", VECTORS, ids=repr)
def test_pyactivesync_reads_what_we_write(vector: Vector) -> None:
    assert pyactivesync_view(encode(vector.tree)) == expected(vector.tree, PYACTIVESYNC)


@pytest.mark.parametrize("vector", FOR_PYACTIVESYNC, ids=repr)
def test_pyactivesync_writes_the_same_bytes(vector: Vector) -> None:
    assert pyactivesync_bytes(vector.tree, PYACTIVESYNC) == vector.wbxml
