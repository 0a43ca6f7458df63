"""A contact: its fields, and the facts that can become of it."""

from __future__ import annotations

from datetime import date

from domain.body import Body
from domain.fields import TEXT, Field, Fields, texts

NAMES = ("title", "first_name", "middle_name", "last_name", "suffix", "nickname", "file_as")
PHONETIC = ("yomi_first_name", "yomi_last_name", "yomi_company_name")
WORK = ("company_name", "department", "job_title", "office_location", "manager_name")
PEOPLE = ("assistant_name", "spouse")
EMAILS = ("email1", "email2", "email3")
PHONES = (
    "business_phone",
    "business2_phone",
    "home_phone",
    "home2_phone",
    "mobile_phone",
    "car_phone",
    "radio_phone",
    "pager",
    "business_fax",
    "home_fax",
    "assistant_phone",
    "company_main_phone",
    "mms",
)
MESSENGERS = ("im1", "im2", "im3")
ADDRESSES = tuple(
    f"{place}_{part}"
    for place in ("business", "home", "other")
    for part in ("street", "city", "state", "postal_code", "country")
)
REST = ("web_page", "customer_id", "government_id", "account_name")

TEXTS = (*NAMES, *PHONETIC, *WORK, *PEOPLE, *EMAILS, *PHONES, *MESSENGERS, *ADDRESSES, *REST)

FIELDS: Fields = {
    "uid": TEXT,
    **dict.fromkeys(TEXTS, TEXT),
    "birthday": Field(date),
    "anniversary": Field(date),
    "children": texts(),
    "categories": texts(),
    "picture": Field(bytes),
    "body": Field(Body),
    "foreign": texts(),
}
"""`title` is the courtesy title. A birthday without a year has the year 1604, as phones write
it. `picture` is the original; phones get a smaller one where it is too big. `foreign` holds
vCard lines without a counterpart, so that an export gives back what an import brought."""
