"""The tables of tags and versions."""

import pytest

from adapters.wbxml import E, decode, encode
from adapters.wbxml.codepages import NAMES, ORDER, PREFIXES, TOKENS, VERSIONS, available


def test_there_are_26_pages_and_every_token_of_each_has_a_name() -> None:
    assert list(PREFIXES) == list(range(26))
    assert sorted(NAMES) == [page << 8 | token for page in range(26) for token in range(5, 0x40)]


def test_the_tables_hold_586_current_tags_and_the_old_ones_of_2_5() -> None:
    current = [
        name for name, (since, until) in VERSIONS.items() if (since, until) != ("2.5", "2.5")
    ]
    assert len(current) == 586
    assert len(VERSIONS) == 586 + 50


def test_no_two_names_are_sent_as_the_same_tag() -> None:
    assert len(set(TOKENS.values())) == len(TOKENS)


def test_what_is_sent_is_read_back_under_the_same_name() -> None:
    assert all(NAMES[page << 8 | token] == name for name, (page, token) in TOKENS.items())


@pytest.mark.parametrize(
    ("name", "page", "token"),
    [
        ("airsync:Sync", 0, 0x05),
        ("contacts:WeightedRank", 1, 0x3E),
        ("calendar:ClientUid", 4, 0x3C),
        ("folderhierarchy:FolderSync", 7, 0x16),
        ("airsyncbase:InstanceId", 17, 0x2D),
        ("find:Picture", 25, 0x22),
    ],
)
def test_a_tag_has_the_place_the_specification_gives_it(name: str, page: int, token: int) -> None:
    assert TOKENS[name] == (page, token)


@pytest.mark.parametrize(
    ("name", "versions"),
    [
        ("airsync:Sync", ORDER),
        ("airsync:Wait", ("12.1", "14.0", "14.1", "16.0", "16.1")),
        ("calendar:Location", ("2.5", "12.0", "12.1", "14.0", "14.1")),
        ("calendar:Body", ("2.5",)),
        ("airsyncbase:Location", ("16.0", "16.1")),
        ("folderhierarchy:Folder", ("2.5", "12.0", "12.1")),
        ("find:Find", ("16.1",)),
        ("airnotify:Notify", ()),
        ("airsync:0x3F", ()),
    ],
)
def test_a_tag_is_available_in_its_versions_only(name: str, versions: tuple[str, ...]) -> None:
    assert tuple(version for version in ORDER if available(name, version)) == versions


@pytest.mark.parametrize(
    ("token", "name"), [(0x1A, "MaxPictures"), (0x1B, "MaxSize"), (0x1C, "Picture")]
)
def test_the_picture_options_of_find_are_read_at_either_place(token: int, name: str) -> None:
    published = encode(E("find:Options", E(f"find:{name}")))
    other = published[:-2] + bytes((token, 0x01))
    assert decode(other) == decode(published) == E("find:Options", E(f"find:{name}"))


@pytest.mark.parametrize("name", ["airnotify:Notify", "airsync:0x3F", "airsync:Nonsense", "Sync"])
def test_a_name_that_cannot_be_sent_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        encode(E("airsync:Sync", E(name)))
