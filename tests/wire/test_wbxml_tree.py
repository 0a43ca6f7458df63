"""Building and asking trees, and the readable outline of a message."""

import pytest

from adapters.wbxml import E, Element, Fragment, encode, encode_fragment
from adapters.wbxml.dump import dump

CONTACT = E(
    "airsync:ApplicationData",
    E("contacts:FirstName", "Ada"),
    E("contacts:Categories", E("contacts:Category", "Friends"), E("contacts:Category", "Bees")),
    E("contacts:LastName"),
)


@pytest.mark.parametrize(
    ("built", "meant"),
    [
        (E("airsync:Wait", 8), Element("airsync:Wait", text="8")),
        (E("airsync:GetChanges", True), Element("airsync:GetChanges", text="1")),
        (E("airsync:SyncKey", ""), Element("airsync:SyncKey")),
        (E("airsync:Sync", None, E("airsync:Limit"), None), E("airsync:Sync", E("airsync:Limit"))),
        (E("airsync:Class", "Calen", "dar"), Element("airsync:Class", text="Calendar")),
        (E("composemail:Mime", b"From: "), Element("composemail:Mime", text=b"From: ")),
        (Element("airsync:Sync", [], ""), Element("airsync:Sync")),
    ],
)
def test_content_of_every_kind_finds_its_place(built: Element, meant: Element) -> None:
    assert built == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (E("airsync:Status", 1), E("airsync:Status", 2)),
        (E("airsync:Status", 1), E("ping:Status", 1)),
        (E("composemail:Mime", "x"), E("composemail:Mime", b"x")),
        (E("airsync:Sync", E("airsync:Limit")), E("airsync:Sync")),
    ],
)
def test_trees_that_say_different_things_are_not_equal(one: Element, other: Element) -> None:
    assert one != other


def test_children_are_found_by_name() -> None:
    categories = CONTACT.find("contacts:Categories")
    assert categories is not None
    assert [c.value for c in categories.find_all("contacts:Category")] == ["Friends", "Bees"]
    assert [child.name for child in categories] == ["contacts:Category"] * 2
    assert CONTACT.find("contacts:Category") is None


def test_the_text_of_a_child_tells_absent_from_empty() -> None:
    assert CONTACT.text_of("contacts:FirstName") == "Ada"
    assert CONTACT.text_of("contacts:LastName") == ""
    assert CONTACT.text_of("contacts:Title") is None
    assert CONTACT.text_of("contacts:Title", "none") == "none"


def test_the_value_of_opaque_bytes_is_their_text() -> None:
    assert E("airsyncbase:Data", "né".encode()).value == "né"
    assert E("airsyncbase:Data", b"n\xff").value == "n\ufffd"
    assert E("airsyncbase:Data").value == ""


def test_the_repr_of_a_tree_builds_it_again() -> None:
    assert eval(repr(CONTACT), {"E": E}) == CONTACT


def test_a_fragment_among_the_children_is_kept_but_not_listed() -> None:
    fragment = Fragment(b"\x05", 17, 17)
    parent = E("airsync:Options", fragment, E("airsync:Class", "Email"))
    assert parent.children[0] is fragment
    assert [child.name for child in parent] == ["airsync:Class"]


OUTLINE = """\
airsync:Sync
  airsync:Status "1"
  airsync:Partial
  airsync:ApplicationData
    contacts:FileAs "Lovelace, \\"Ada\\"\\r\\nCountess é"
    airsyncbase:Body
      airsyncbase:Data <4 bytes: 0001feff>
    email2:ConversationId <20 bytes: 00000000000000000000000000000000…>"""

CONTENT = [
    E("contacts:FileAs", 'Lovelace, "Ada"\r\nCountess é'),
    E("airsyncbase:Body", E("airsyncbase:Data", b"\x00\x01\xfe\xff")),
    E("email2:ConversationId", bytes(20)),
]


@pytest.mark.parametrize("content", [CONTENT, [encode_fragment(CONTENT, 1)]], ids=["tree", "cut"])
def test_the_outline_of_a_message_is_easy_to_read(content: list[Element | Fragment]) -> None:
    data = E("airsync:ApplicationData", *content)
    root = E("airsync:Sync", E("airsync:Status", 1), E("airsync:Partial"), data)
    assert dump(root) == OUTLINE
    assert dump(encode(root)) == OUTLINE


def test_the_outline_names_a_tag_we_do_not_know_by_its_number() -> None:
    assert dump(bytes.fromhex("03016a00456a0331000101")) == 'airsync:Sync\n  airsync:0x2A "1"'
