"""The fields of a contact on the wire, and what it means to leave one out: tables only.

The order of the rows is the order in which the elements are written: page 1, the body, then
page 12, so that an item switches its code page twice (MS-ASCNTC 2.2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from adapters.eas.dialect import Dialect
from adapters.eas.version import Version
from domain.patch import CLEARED, Mark


class Kind(Enum):
    """How a value is written and read."""

    TEXT = "text"
    EMAIL = "email"
    FILE_AS = "file as"
    DATE = "date"
    LIST = "list"
    PICTURE = "picture"
    BODY = "body"


@dataclass(frozen=True)
class Row:
    """One field: our name, its element, its kind, and the versions that have the element.

    `entry` is the element of one entry of a list.
    """

    field: str
    element: str
    kind: Kind = Kind.TEXT
    entry: str = ""
    since: Version = Version.V2_5
    until: Version = Version.V16_1


def _texts(**elements: str) -> tuple[Row, ...]:
    return tuple(Row(field, f"contacts:{element}") for field, element in elements.items())


def _emails(**elements: str) -> tuple[Row, ...]:
    return tuple(
        Row(field, f"contacts:{element}", Kind.EMAIL) for field, element in elements.items()
    )


def _texts_of_page_12(**elements: str) -> tuple[Row, ...]:
    return tuple(Row(field, f"contacts2:{element}") for field, element in elements.items())


def _address(field: str, element: str) -> tuple[Row, ...]:
    return _texts(
        **{
            f"{field}_street": f"{element}Street",
            f"{field}_city": f"{element}City",
            f"{field}_state": f"{element}State",
            f"{field}_postal_code": f"{element}PostalCode",
            f"{field}_country": f"{element}Country",
        }
    )


CONTACT: Final[tuple[Row, ...]] = (
    Row("birthday", "contacts:Birthday", Kind.DATE),
    Row("anniversary", "contacts:Anniversary", Kind.DATE),
    Row("file_as", "contacts:FileAs", Kind.FILE_AS),
    *_texts(
        title="Title",
        first_name="FirstName",
        middle_name="MiddleName",
        last_name="LastName",
        suffix="Suffix",
        yomi_first_name="YomiFirstName",
        yomi_last_name="YomiLastName",
        yomi_company_name="YomiCompanyName",
        company_name="CompanyName",
        department="Department",
        job_title="JobTitle",
        office_location="OfficeLocation",
        assistant_name="AssistantName",
        spouse="Spouse",
        web_page="WebPage",
    ),
    *_emails(email1="Email1Address", email2="Email2Address", email3="Email3Address"),
    *_texts(
        business_phone="BusinessPhoneNumber",
        business2_phone="Business2PhoneNumber",
        home_phone="HomePhoneNumber",
        home2_phone="Home2PhoneNumber",
        mobile_phone="MobilePhoneNumber",
        car_phone="CarPhoneNumber",
        radio_phone="RadioPhoneNumber",
        pager="PagerNumber",
        business_fax="BusinessFaxNumber",
        home_fax="HomeFaxNumber",
        assistant_phone="AssistantPhoneNumber",
    ),
    *_address("business", "BusinessAddress"),
    *_address("home", "HomeAddress"),
    *_address("other", "OtherAddress"),
    Row("picture", "contacts:Picture", Kind.PICTURE),
    Row("categories", "contacts:Categories", Kind.LIST, "contacts:Category"),
    Row("children", "contacts:Children", Kind.LIST, "contacts:Child"),
    Row("body", "contacts:Body", Kind.BODY, until=Version.V2_5),
    Row("body", "airsyncbase:Body", Kind.BODY, since=Version.V12_0),
    *_texts_of_page_12(
        nickname="NickName",
        manager_name="ManagerName",
        company_main_phone="CompanyMainPhone",
        mms="MMS",
        im1="IMAddress",
        im2="IMAddress2",
        im3="IMAddress3",
        customer_id="CustomerId",
        government_id="GovernmentId",
        account_name="AccountName",
    ),
)

BY_VERSION: Final = {
    version: tuple(row for row in CONTACT if row.since <= version <= row.until)
    for version in Version
}
"""The rows that a version knows; no element goes to a device that is older than it."""

KEPT: Final = None
"""A field that is left out stays as it is."""

LEFT_OUT: Final[dict[Version, Mark | None]] = {
    Version.V2_5: KEPT,
    Version.V12_0: KEPT,
    Version.V12_1: KEPT,
    Version.V14_0: KEPT,
    Version.V14_1: KEPT,
    Version.V16_0: CLEARED,
    Version.V16_1: CLEARED,
}
"""What an absent contact element means in a Change of a device without a Supported list.

The text says that it is deleted (MS-ASCMD 2.2.3.179); clients up to 14.1 that send no such list
mean that it is kept and write an empty element for what is gone. From 16.0 on a Change is the
whole contact.
"""

NEVER_LEFT_OUT: Final = frozenset({Kind.PICTURE, Kind.BODY})
"""Kinds that no omission clears, in whatever version and Supported list (MS-ASCMD 2.2.3.179)."""


def left_out(row: Row, dialect: Dialect) -> Mark | None:
    """What it means that a Change lacks the element of `row`: CLEARED, or None for kept.

    A Supported list, even an empty one, is followed exactly: what it names and the Change lacks
    is gone, everything else is kept.
    """
    if row.kind in NEVER_LEFT_OUT:
        return KEPT
    if dialect.supported is not None:
        return CLEARED if row.element in dialect.supported else KEPT
    return LEFT_OUT[dialect.version]
