"""/my/phones/set-up: the four values that every phone asks for, as words, as a QR code that
brings this page to the phone, and as a profile that an iPhone takes them from.

The profile is Apple's com.apple.eas.account (Device Management, "Exchange ActiveSync"): without
the password, which the phone asks for. The same person gets the same identifiers each time, so a
profile that is installed again takes the place of the first.
"""

from __future__ import annotations

import plistlib
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import segno

from app.http import Http
from app.web.visit import Visit
from projections.accounts import AccountRow

HERE: Final = "/my/phones/set-up"
PROFILE: Final = "application/x-apple-aspen-config"
SVG: Final = "image/svg+xml"
IDENTIFIER: Final = "app.taccuino.exchange"


def look(visit: Visit) -> Http:
    secure = visit.site.is_secure(visit.req)
    return visit.page("my/set_up.html", host=host(visit.url), secure=secure)


def picture(visit: Visit) -> Http:
    """The address of this page as a QR code: phones open it."""
    drawn = BytesIO()
    code = segno.make(visit.url + HERE, error="m", micro=False)
    code.save(drawn, kind="svg", scale=1, border=4, dark="#000", light="#fff", omitsize=True)
    return Http(200, drawn.getvalue(), SVG)


def download(visit: Visit) -> Http:
    title = visit.words.text("my.set_up.profile")
    about = visit.words.text("my.set_up.profile_about", host=host(visit.url))
    facts = profile(visit.person, visit.url, title, about)
    headers = {"Content-Disposition": 'attachment; filename="taccuino.mobileconfig"'}
    return Http(200, plistlib.dumps(facts), PROFILE, headers)


def host(url: str) -> str:
    """What a phone is told as its server: the name, and the port if it is not the usual one."""
    return urlsplit(url).netloc


def profile(person: AccountRow, url: str, title: str, about: str) -> dict[str, Any]:
    """What an iPhone needs to know, and nothing secret."""
    exchange = {
        "PayloadType": "com.apple.eas.account",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{IDENTIFIER}.account",
        "PayloadUUID": _name(person.id, "account", url),
        "PayloadDisplayName": title,
        "Host": host(url),
        "UserName": person.name,
        "EmailAddress": person.mail,
        "SSL": url.startswith("https:"),
        "EnableMail": False,
        "EnableCalendars": True,
        "EnableContacts": True,
        "EnableReminders": False,
        "EnableNotes": False,
    }
    return {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": IDENTIFIER,
        "PayloadUUID": _name(person.id, "profile", url),
        "PayloadDisplayName": title,
        "PayloadDescription": about,
        "PayloadContent": [exchange],
    }


def _name(person: UUID, part: str, url: str) -> str:
    return str(uuid5(person, f"{part}:{url}")).upper()
