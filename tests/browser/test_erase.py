"""All that is held on a person is taken along as files; then they are erased, and are nowhere."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from adapters.ids import server_id
from tests.app.somebody import remains
from tests.browser.phones import a_phone
from tests.browser.visitor import Somebody, Visitor
from tests.system.couple import in_step
from tests.system.phone import CALENDAR, CONTACTS
from tests.system.server import PASSWORD, Server, until
from tests.system.wire import Denied

SHARED = True


def said_by(name: str) -> str:
    """A word that stands nowhere but in what this person has."""
    return f"Zyxwv{name[::-1]}"


def opened(file: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(file)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def lives(server: Server, name: str) -> str:
    """With a phone, an event and a contact; the contact's id."""
    server.admit(name)
    with a_phone(server, name, "LIVEDIN") as phone:
        phone.set_up()
        in_step(phone)
        phone.add(CALENDAR, 5)
        phone.add(CONTACTS, 6)
        for item in (folder.unsent for folder in phone.folders.values()):
            for values in item.values():
                values["a"] = said_by(name)
        in_step(phone)
        (id,) = phone.folders[CONTACTS].store
    return id


def test_a_person_takes_all_that_is_held_on_them_along(somebody: Somebody, server: Server) -> None:
    lives(server, "vera")
    vera = somebody("vera")
    vera.signs_in()
    vera.follows("web.tab.settings")
    vera.follows("my.data.title")
    vera.types("proof", "not my password")
    vera.presses("my.data.go")
    vera.reads("refused.WrongPassword")
    vera.types("proof", PASSWORD)
    files = opened(vera.takes("my.data.go"))
    assert json.loads(files["person.json"])["account"]["name"] == "vera"
    assert f"SUMMARY:{said_by('vera')}" in files["Calendar.ics"]
    assert said_by("vera") in files["Contacts.vcf"]
    told = [json.loads(line) for line in files["log.jsonl"].splitlines()]
    assert {"contact.added", "appointment.scheduled"} <= {each["kind"] for each in told}
    assert not any(PASSWORD in text for text in files.values())


def test_a_person_is_handed_over_and_erased_and_is_nowhere_any_more(
    root: Visitor, somebody: Somebody, server: Server
) -> None:
    contact, said = lives(server, "wanda"), said_by("wanda")
    account = server_id(server.account("wanda"))
    wanda = somebody("wanda")
    wanda.signs_in()
    root.opens("/admin/users?q=wanda")
    root.page.get_by_role("link", name="Wanda Example").click()
    root.follows("erase.link")
    assert said in opened(root.takes("erase.take_go"))["Contacts.vcf"]

    # Nothing happens before root is sure, and names whom they mean.
    root.types("name", "wanda")
    root.presses("erase.go")
    root.is_at("erase.title")
    root.ticks("erase.sure")
    root.types("name", "vera")
    root.presses("erase.go")
    root.reads("refused.NotNamed")
    root.types("name", "wanda")
    root.presses("erase.go")
    root.is_told("said.erased")

    # Wanda is out, on the pages and with the phone, and nobody finds her.
    wanda.opens("/my")
    wanda.is_at("sign_in.title")
    wanda.signs_in()
    wanda.reads("refused.WrongPassword")
    with a_phone(server, "wanda", "LIVEDIN") as phone, pytest.raises(Denied):
        phone.set_up()
    root.opens("/admin/users?q=wanda")
    root.reads("admin.users.not_found")
    root.opens(f"/admin/users/{account}")
    root.is_at("error.404.title")

    # The log goes on to say that something happened, and that it can be read no more.
    root.opens(f"/admin/items/{contact}")
    root.sees("added the contact “(erased)” of (erased)")
    root.sees_no(said)
    root.page.locator("section").last.get_by_role("link").first.click()
    root.reads("log.page.erased")

    # And it is still one whole chain, in files in which no word of hers is left.
    until(lambda: not remains(server.home, [said]), "a word of hers is left")
    assert "every row is what it says" in server.verify()
