"""Contact photos that vanish, wear out or are too big (Z-Push-contrib #57, Horde 14361)."""

from __future__ import annotations

import pytest

from adapters.eas import contact
from adapters.eas.dialect import Dialect, Unconvertible
from adapters.eas.picture import LIMIT
from adapters.eas.quirks import IOS, ORDINARY
from adapters.eas.version import Version
from adapters.wbxml import E
from domain.patch import CLEARED, apply
from tests.wire.contact_cases import NAME, photo, sent, with_element

VERSIONS = [Version.V2_5, Version.V12_1, Version.V14_1, Version.V16_1]
PICTURE = "contacts:Picture"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("side", [48, 900])
def test_ten_round_trips_leave_the_original_identical(version: Version, side: int) -> None:
    dialect = Dialect(version)
    values = {"first_name": "Ada", "picture": photo(side)}
    for trip in range(10):
        data = sent(values, dialect)
        assert len(data.text_of(PICTURE, "")) <= LIMIT
        name = E("contacts:FirstName", f"Ada {trip}")
        patch = contact.read(with_element(data, name, name.name), dialect, values)
        values = apply(values, patch)
        assert values == {"first_name": f"Ada {trip}", "picture": photo(side)}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_picture_that_is_left_out_is_kept(version: Version) -> None:
    values = {"first_name": "Ada", "picture": photo()}
    for supported in (None, frozenset[str](), frozenset({PICTURE, "contacts:FirstName"})):
        dialect = Dialect(version, supported=supported)
        data = with_element(sent(values, dialect), None, PICTURE)
        assert contact.read(data, dialect, values) == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_empty_picture_removes_it_except_from_phones_that_always_send_one(
    version: Version,
) -> None:
    values = {"first_name": "Ada", "picture": photo(900)}
    for quirks, meant in ((ORDINARY, {"picture": CLEARED}), (IOS, {})):
        dialect = Dialect(version, quirks=quirks)
        data = with_element(sent(values, dialect), E(PICTURE), PICTURE)
        assert contact.read(data, dialect, values) == meant


def test_an_empty_picture_where_there_is_none_is_no_change() -> None:
    data = E(NAME, E("contacts:FirstName", "Ada"), E(PICTURE))
    assert contact.read(data, Dialect(), None) == {"first_name": "Ada"}
    assert contact.read(data, Dialect(), {"first_name": "Ada"}) == {}


@pytest.mark.parametrize("text", ["A" * (LIMIT + 4), "äöü", "AAA"])
def test_an_oversize_or_broken_picture_refuses_the_item_and_nothing_else(text: str) -> None:
    with pytest.raises(Unconvertible):
        contact.read(E(NAME, E("contacts:FirstName", "Ada"), E(PICTURE, text)), Dialect(), None)


def test_a_corrupt_picture_that_is_too_big_is_left_out_of_the_item() -> None:
    values = {"first_name": "Ada", "picture": photo(900)[:200] + bytes(60_000)}
    broken = {**values, "picture": b"\xff\xd8\xff" + bytes(60_000)}
    assert sent(broken, Dialect()).find(PICTURE) is None
    assert len(sent(values, Dialect()).text_of(PICTURE, "")) <= LIMIT
