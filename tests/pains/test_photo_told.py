"""Photos (pain 14): the history says whether one was changed, and the one there was comes back byte
for byte."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest

from adapters.ids import server_id
from adapters.vcard import Entry, read
from adapters.wbxml import E, Element
from tests.app.handset import Handset, changing, commanding, first_name
from tests.app.house import texts
from tests.app.reader import signed_in, with_password
from tests.pains.desk import Desk
from tests.wire.contact_cases import photo

ORIGINAL, OTHER = photo(900), photo(40)
LARGE, SMALL = (f"(a picture, {len(each)} bytes)" for each in (ORIGINAL, OTHER))


@pytest.fixture
def contact(desk: Desk) -> str:
    """It has a photo ten times too big for a phone."""
    return server_id(desk.house.contact(first_name="Ada", picture=ORIGINAL))


@pytest.fixture
def phone(desk: Desk) -> Handset:
    """None of those that always send an empty picture."""
    return Handset(
        desk.house, facts={"device_type": "Android", "user_agent": "Android-Mail/2026.1"}
    )


def picture(data: bytes) -> Element:
    return E("contacts:Picture", b64encode(data).decode())


def edit(phone: Handset, contact: str, *said: Element) -> None:
    phone.house.clock.advance(minutes=1)
    phone.told(phone.contacts, commanding(changing(contact, *said)))


def came(phone: Handset) -> bytes:
    """The photo as the phone was sent it."""
    (told,) = phone.catch_up(phone.contacts)
    (sent,) = texts(told, "contacts:Picture")
    assert len(sent) < len(ORIGINAL) / 10
    return b64decode(sent)


def position(desk: Desk) -> str:
    return str(desk.house.log_length())


def photo_at(desk: Desk, contact: str, place: str) -> bytes:
    """As somebody has it who asks for the card as of then."""
    card = desk.cli.done("as-of", place, "item", contact, "--vcf")
    (found,) = read(card.encode())
    assert isinstance(found, Entry)
    data = found.values["picture"]
    assert isinstance(data, bytes)
    return data


def test_a_small_one_that_comes_back_is_no_edit(desk: Desk, contact: str, phone: Handset) -> None:
    edit(phone, contact, first_name("Ada Mae"), picture(came(phone)))
    begun, revised = desk.life(contact)
    assert f"Picture: {LARGE}" in begun[1]
    assert revised[0].endswith("changed the contact “Ada Mae” of Ada Example: First name.")
    assert revised[1] == "First name: Ada → Ada Mae"
    assert photo_at(desk, contact, position(desk)) == ORIGINAL


def test_who_changes_it_is_said_to_and_the_one_before_is_there(
    desk: Desk, contact: str, phone: Handset
) -> None:
    came(phone)
    before = position(desk)
    edit(phone, contact, first_name("Ada"), picture(OTHER))
    sentence, changed = desk.life(contact)[-1]
    assert sentence.startswith("The phone ")
    assert sentence.endswith(": Picture.")
    assert changed == f"Picture: {LARGE} → {SMALL}"
    assert photo_at(desk, contact, before) == ORIGINAL
    assert photo_at(desk, contact, position(desk)) == OTHER
    (row,) = desk.cli.rows("as-of", before, "item", contact, "--and", position(desk))
    assert row[2] == f"picture: {len(ORIGINAL)} bytes → {len(OTHER)} bytes"


@pytest.mark.parametrize("said", [picture(OTHER), E("contacts:Picture")], ids=["other", "none"])
def test_undone_it_is_the_one_it_was(
    desk: Desk, contact: str, phone: Handset, said: Element
) -> None:
    came(phone)
    desk.house.clock.advance(minutes=1)
    since = desk.since
    edit(phone, contact, first_name("Ada"), said)
    assert "Picture" in desk.life(contact)[-1][1]
    done = desk.cli.done("undo", "--device", desk.id(phone), "--from", since)
    assert done == "0 brought back, 0 taken away, 1 put back\n"
    assert phone.values(contact)["picture"] == ORIGINAL
    assert desk.life(contact)[-1][1].endswith(LARGE)


def test_an_empty_one_from_a_phone_that_always_sends_it_is_no_edit(
    desk: Desk, contact: str
) -> None:
    iphone = Handset(desk.house)
    came(iphone)
    edit(iphone, contact, first_name("Ada"), E("contacts:Picture"))
    assert len(desk.life(contact)) == 1


def test_its_owner_reads_the_same(desk: Desk, contact: str, phone: Handset) -> None:
    with_password(desk.house)
    edit(phone, contact, first_name("Ada"), picture(came(phone)))
    reader = signed_in(desk.house)
    assert reader.get(f"/my/history/{contact}").text.count("(a picture") == 1
    edit(phone, contact, first_name("Ada"), picture(OTHER))
    told = reader.get(f"/my/history/{contact}").text
    assert LARGE in told
    assert SMALL in told
