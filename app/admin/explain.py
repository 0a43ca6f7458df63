"""/admin/devices/…/explain: what a phone holds of a folder, what it was sent, and why."""

from __future__ import annotations

import sqlite3
from uuid import UUID

from adapters.ids import server_id, uuid_of
from app.composition import CODEC
from app.devices import quarantine
from app.http import Http
from app.log.explaining import Explaining, NeverSynced, NoLongerKept
from app.log.reasons import lines, wanted
from app.web.paging import place
from app.web.visit import Visit
from domain.refused import Unknown
from projections import devices, folders, items
from projections.devices import PartnershipRow
from projections.folders import FolderRow


def look(visit: Visit) -> Http:
    """How the phone and a folder stand, and the answers of late."""
    with visit.site.groupware.reading() as connection:
        phone, mine, folder = _place(connection, visit)
        about = _about(visit, connection, phone, folder)
        try:
            standing = about.standing()
        except NeverSynced:
            standing = None
        pending, spared = (standing.pending, standing.spared) if standing else ([], [])
        return visit.page(
            "admin/explain.html",
            phone=phone,
            folders=mine,
            folder=folder,
            standing=standing,
            pending=list(lines(visit.site.groupware, connection, visit.words, pending)),
            spared=list(lines(visit.site.groupware, connection, visit.words, spared)),
            wants=wanted(visit.words, standing) if standing else "",
            rounds=about.rounds(place(visit.asked("before"))),
        )


def offer(visit: Visit) -> Http:
    """Offer an item once more that the phone is spared; Unknown if it is not."""
    item = uuid_of(visit.form.text("item"))
    with visit.site.groupware.acting(visit.as_administrator) as connection:
        phone, _, folder = _place(connection, visit)
        collection = items.collection(connection, folder.id)
        if item is None or collection is None:
            raise Unknown("there is no such item")
        quarantine.release(visit.site.groupware, connection, phone.id, collection, item)
    here = f"/admin/devices/{visit.names['id']}/explain?folder={server_id(folder.id)}"
    return visit.go(here, said="offered")


def one(visit: Visit) -> Http:
    """One answer, item by item."""
    with visit.site.groupware.reading() as connection:
        phone, _, folder = _place(connection, visit)
        about = _about(visit, connection, phone, folder)
        answered = about.round(place(visit.names["round"]) or 0)
        try:
            told = about.told(answered)
        except NoLongerKept:
            told = None
        return visit.page(
            "admin/explain_round.html",
            phone=phone,
            folder=folder,
            answered=answered,
            kept=told is not None,
            told=list(lines(visit.site.groupware, connection, visit.words, told or [])),
        )


def _place(
    connection: sqlite3.Connection, visit: Visit
) -> tuple[PartnershipRow, list[FolderRow], FolderRow]:
    """The phone, the folders of its person, and the one that is asked about."""
    phone = devices.by_id(connection, visit.id)
    if phone is None:
        raise Unknown("there is no such phone")
    mine = [each for each in folders.folders(connection, CODEC, phone.account) if each.kind]
    asked: UUID | None = uuid_of(visit.asked("folder"))
    found = next((each for each in mine if asked in (None, each.id)), None)
    if found is None:
        raise Unknown("there is no such folder")
    return phone, mine, found


def _about(
    visit: Visit, connection: sqlite3.Connection, phone: PartnershipRow, folder: FolderRow
) -> Explaining:
    return Explaining(visit.site.groupware, connection, phone.id, folder.id, folder.kind)
