"""What is just within a limit is taken, and one more is refused by its name (docs/limits.md)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from adapters.eas import picture
from adapters.eas.calendar_forms import MOST_CATEGORIES
from adapters.eas.sync import LONGEST_NAME
from adapters.eas.version import Version
from adapters.wbxml import E, Element
from app.auth import LONGEST_HEADER, Unauthorized, credentials
from app.commands.itemoperations import MOST
from tests.app.handset import Handset, adding, commanding, only, responses, status_of
from tests.app.house import House


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Handset]:
    house = House(tmp_path)
    house.person("ada")
    phone = Handset(house)
    phone.folder_sync()
    phone.catch_up(phone.calendar)
    yield phone
    house.close()


def test_an_authorization_header_has_a_longest() -> None:
    secret = "x" * ((LONGEST_HEADER - 4) // 4 * 3 - len("anna:"))
    header = f"Basic {b64encode(f'anna:{secret}'.encode()).decode()}"
    assert credentials(header) == ("anna", secret)
    longer = f"Basic {b64encode(f'anna:{secret}{secret}'.encode()).decode()}"
    with pytest.raises(Unauthorized):
        credentials(longer)


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("what", ["CollectionId", "SyncKey"])
def test_a_name_in_a_sync_has_a_longest(phone: Handset, version: Version, what: str) -> None:
    phone.version = version
    for length, status in ((LONGEST_NAME, {"3", "12"}), (LONGEST_NAME + 1, {"4"})):
        name = "x" * length
        folder, key = (name, "1") if what == "CollectionId" else (phone.calendar, name)
        told = only(phone.answer("Sync", phone.request(phone.about(folder, key=key))))
        assert told.text_of("airsync:Status") in status


@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_1, Version.V16_1])
def test_there_are_only_so_many_operations(phone: Handset, version: Version) -> None:
    phone.version = version

    def told(count: int) -> str | None:
        fetch = E("itemoperations:Fetch", E("itemoperations:Store", "Mailbox"))
        asked = E("itemoperations:ItemOperations", *[fetch] * count)
        return phone.answer("ItemOperations", asked).text_of("itemoperations:Status")

    assert (told(MOST), told(MOST + 1)) == ("1", "11")


def test_an_event_has_only_so_many_categories(phone: Handset) -> None:
    def event(count: int) -> list[Element]:
        words = [E("calendar:Category", f"word {n}") for n in range(count)]
        times = (
            E("calendar:StartTime", "20260907T080000Z"),
            E("calendar:EndTime", "20260907T090000Z"),
        )
        return [*times, E("calendar:Categories", *words)]

    adds = [adding(*event(MOST_CATEGORIES + more), client_id=f"c{more}") for more in (0, 1)]
    told = phone.told(phone.calendar, commanding(*adds))
    assert [status_of(each) for each in responses(told)] == [1, 6]


def test_a_picture_that_would_fill_the_memory_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = BytesIO()
    Image.effect_noise((300, 300), 90).save(out, "PNG")
    assert len(out.getvalue()) > picture.LIMIT
    monkeypatch.setattr(picture, "MAX_PIXELS", 300 * 300)
    assert picture._smaller(out.getvalue())
    monkeypatch.setattr(picture, "MAX_PIXELS", 300 * 300 - 1)
    assert picture._smaller(out.getvalue()) is None
