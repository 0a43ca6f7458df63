"""A phone is recorded, from its page; what was recorded is bundled without anybody's words, and
answered again byte for byte on another machine."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from domain.partnership import Partnership
from projections import recorded
from tests.browser.phones import a_phone, page_of
from tests.browser.visitor import Visitor
from tests.system.couple import in_step
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.server import Server, until

SHARED = True
SAID = "Qwertzuiop"


def heard(server: Server, phone: Phone) -> int:
    """How much is kept once the phone has asked for something; a worker looks every second whom
    it is to record."""
    phone.wire.folders()
    with server.groupware() as groupware, groupware.reading() as connection:
        id = Partnership.id_of(server.account(phone.wire.user), phone.wire.device)
        return recorded.taken(connection, id)[0]


def test_a_phone_is_recorded_and_the_bundle_replays_elsewhere(
    root: Visitor, server: Server, tmp_path: Path
) -> None:
    server.admit("xaver")
    with a_phone(server, "xaver", "RECORDED") as phone:
        phone.set_up()

        # Root has it recorded, and says why.
        root.opens(page_of(server, "xaver", "RECORDED"))
        root.chooses("hours", "admin.recording.hour.one")
        root.types("why", "an event is missing")
        root.presses("admin.act.record")
        root.reads("admin.recording.because", why="an event is missing")

        # The phone goes about its day; then root ends it.
        until(lambda: heard(server, phone), "nobody records")
        in_step(phone)
        phone.add(CONTACTS, 1)
        phone.add(CALENDAR, 2)
        for values in phone.folders[CONTACTS].unsent.values():
            values["a"] = SAID
        in_step(phone)
        exchanges = root.page.locator("section", has_text=root.text("admin.recording.title"))
        root.page.reload()
        kept = int("".join(filter(str.isdigit, exchanges.locator(".note").last.inner_text())))
        assert kept > 2
        root.presses("admin.act.stop_recording")
        root.reads("admin.recording.text")

    # It is in the log, for everybody who may read that.
    root.opens("/admin/log?person=xaver&kind=phones")
    root.sees("because: an event is missing.")
    root.sees("ended the recording")

    # The bundle has nobody's words in it, and says the same on a machine with a store of its own.
    file, id = tmp_path / "bundle", page_of(server, "xaver", "RECORDED").rpartition("/")[2]
    server.verb("bundle", id, str(file))
    elsewhere = Server(tmp_path / "elsewhere")
    elsewhere.home.mkdir()
    told = elsewhere.verb("replay", "--bundle", str(file), "--json")
    outcomes = [json.loads(line) for line in told.splitlines()]
    assert (len(outcomes), all(each["same"] for each in outcomes)) == (kept, True)
    assert SAID.encode() not in gzip.decompress(file.read_bytes())
