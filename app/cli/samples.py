"""What the account `demo` has to show: a few events, a series, some contacts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from domain.body import Body
from domain.calendar import Attendee, Location
from domain.recurrence import WEEKLY, Recurrence
from domain.steps import weekday_bit
from domain.when import AllDay, Timed
from domain.zone import Zone
from projections.accounts import AccountRow


def contacts() -> list[dict[str, Any]]:
    """Three people whom nobody knows."""
    return [
        {
            "first_name": "Ada",
            "last_name": "Bianchi",
            "company_name": "Esempio & Figli",
            "email1": "ada.bianchi@example.org",
            "mobile_phone": "+39 055 555 0101",
            "birthday": date(1985, 12, 10),
        },
        {
            "first_name": "Martin",
            "last_name": "Weber",
            "email1": "martin.weber@example.org",
            "business_phone": "+49 30 555 0102",
            "body": Body("Met at the trade fair."),
        },
        {
            "first_name": "Grace",
            "last_name": "Okafor",
            "home_phone": "+44 20 5550 0103",
            "home_city": "London",
            "categories": ("Friends",),
        },
    ]


def events(account: AccountRow, now: datetime) -> list[dict[str, Any]]:
    """Three events of the coming days and a weekly series; Ada Bianchi is invited to the first."""
    zone = Zone(account.zone)
    today = now.astimezone(zone.tzinfo).date()
    tomorrow, later = today + timedelta(days=1), today + timedelta(days=3)
    monday = today + timedelta(days=7 - today.weekday())
    return [
        {
            "subject": "Lunch with Ada",
            "when": _at(tomorrow, 12, 30, 60, zone),
            "location": Location("Trattoria"),
            "reminder": 30,
            "attendees": (Attendee("ada.bianchi@example.org", "Ada Bianchi"),),
            "organizer_email": account.mail,
            "organizer_name": account.full_name,
            "meeting_status": 1,
        },
        {
            "subject": "Dentist",
            "when": _at(tomorrow + timedelta(days=1), 9, 0, 45, zone),
            "reminder": 60,
            "sensitivity": 2,
        },
        {
            "subject": "Trip to the lake",
            "when": AllDay(later, later + timedelta(days=2)),
            "body": Body("Take the small tent."),
            "categories": ("Friends",),
        },
        {
            "subject": "Weekly planning",
            "when": _at(monday, 10, 0, 30, zone),
            "recurrence": Recurrence(WEEKLY, days=weekday_bit(monday)),
            "reminder": 15,
        },
    ]


def _at(day: date, hour: int, minute: int, minutes: int, zone: Zone) -> Timed:
    start = datetime.combine(day, time(hour, minute))
    return Timed(start, start + timedelta(minutes=minutes), zone)
