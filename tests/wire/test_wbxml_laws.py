"""What holds for every tree and for any bytes at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wbxml import E, Element, Fragment, Malformed, decode, encode, encode_fragment
from adapters.wbxml.codec import decode_fragment
from adapters.wbxml.codepages import TOKENS
from adapters.wbxml.dump import dump
from tests.fixtures.wbxml import VECTORS

NAMES = st.sampled_from(sorted(TOKENS))
# The characters of XML 1.0.
PLAIN = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[*map(chr, {*range(32)} - {9, 10, 13}), "\ufffe", "\uffff"],
)
TEXTS = st.text(PLAIN, max_size=20) | st.binary(max_size=200)
LEAVES = st.builds(E, NAMES, TEXTS)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(lambda name, kids: E(name, *kids), NAMES, st.lists(inner, max_size=5)),
    max_leaves=30,
)
ANY_TEXT = st.text(st.characters(), max_size=40)
MESSAGES = st.sampled_from([vector.wbxml for vector in VECTORS])
# The bytes that mean something, so that random documents get past their header.
TELLING = st.sampled_from(
    [bytes((byte,)) for byte in (0, 1, 2, 3, 4, 5, 0x43, 0x45, 0x4F, 0x80, 0x83, 0x85, 0xC3, 0xC5)]
)
SPEECH = st.lists(TELLING | st.binary(max_size=3), max_size=60).map(b"".join)


def outcome(data: bytes) -> Element | Malformed:
    """The tree or the refusal; any other exception fails the test."""
    try:
        return decode(data)
    except Malformed as refusal:
        return refusal


def is_lawful(data: bytes) -> bool:
    """A tree can be shown to a person; a refusal points into the document."""
    result = outcome(data)
    if isinstance(result, Malformed):
        return 0 <= result.offset <= len(data)
    return dump(result).startswith(result.name)


@given(TREES)
def test_what_is_written_reads_back_the_same(tree: Element) -> None:
    assert decode(encode(tree)) == tree


@given(TREES)
def test_reading_and_writing_again_changes_no_byte(tree: Element) -> None:
    assert encode(decode(encode(tree))) == encode(tree)


@given(ANY_TEXT)
def test_only_characters_of_xml_are_written_and_none_of_those_is_lost(text: str) -> None:
    allowed = [c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff")]
    kept = "".join(c for c in allowed if not "\ud800" <= c <= "\udfff")
    assert decode(encode(E("airsyncbase:Data", text))) == E("airsyncbase:Data", kept)


@pytest.mark.parametrize(
    "character", [*map(chr, {*range(32)} - {9, 10, 13}), *"\ud800\udfff\ufffe\uffff"]
)
def test_a_text_of_forbidden_characters_only_is_an_empty_element(character: str) -> None:
    assert encode(E("airsyncbase:Data", character)) == encode(E("airsyncbase:Data"))


@pytest.mark.parametrize(
    ("size", "length"),
    [
        (1, "01"),
        (127, "7f"),
        (128, "8100"),
        (16_383, "ff7f"),
        (16_384, "818000"),
        (1 << 21, "81808000"),
    ],
)
def test_opaque_data_is_led_by_its_length_in_groups_of_seven_bits(size: int, length: str) -> None:
    written = encode(E("airsyncbase:Data", bytes(size)))
    assert written[7 : -1 - size].hex() == "c3" + length
    assert decode(written) == E("airsyncbase:Data", bytes(size))


@given(TREES, st.randoms(use_true_random=False))
def test_fragments_anywhere_in_a_tree_change_no_byte(tree: Element, chance: Any) -> None:
    assert encode(cut(tree, chance)) == encode(tree)


def cut(tree: Element, chance: Any) -> Element:
    """The same tree with some runs of children already encoded."""
    children: list[Element | Fragment] = []
    rest = [cut(child, chance) for child in tree]
    while rest:
        run = chance.randint(1, len(rest))
        head, rest = rest[:run], rest[run:]
        children += (
            [encode_fragment(head, chance.randint(0, 25))] if chance.random() < 0.5 else head
        )
        children += [encode_fragment([], chance.randint(0, 25))] if chance.random() < 0.1 else []
    return Element(tree.name, children, tree.text)


@given(st.lists(TREES, max_size=4))
def test_a_fragment_reads_back_as_its_elements(trees: list[Element]) -> None:
    assert decode_fragment(encode_fragment(trees, 0)) == trees


@given(st.binary(max_size=300))
def test_random_bytes_are_a_tree_or_malformed(data: bytes) -> None:
    assert is_lawful(data)


@given(SPEECH)
def test_random_tokens_after_a_good_header_are_a_tree_or_malformed(body: bytes) -> None:
    assert is_lawful(b"\x03\x01\x6a\x00" + body)
    assert is_lawful(b"\x03\x01\x6a\x04ab\x00c\x45" + body)


@given(MESSAGES, st.data())
def test_a_message_with_bytes_changed_is_a_tree_or_malformed(message: bytes, data: Any) -> None:
    mutant = bytearray(message)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(mutant)))
        mutant[start : start + data.draw(st.integers(0, 3))] = data.draw(
            TELLING | st.binary(max_size=2)
        )
    assert is_lawful(bytes(mutant))


@pytest.mark.parametrize("vector", VECTORS, ids=repr)
def test_a_message_cut_short_anywhere_is_malformed(vector: Any) -> None:
    parts = [vector.wbxml[:cut] for cut in range(len(vector.wbxml))]
    assert [part for part in parts if not isinstance(outcome(part), Malformed)] == []


@given(MESSAGES, st.binary(min_size=1, max_size=5))
def test_a_message_with_bytes_after_it_is_malformed(message: bytes, more: bytes) -> None:
    with pytest.raises(Malformed, match="after the end"):
        decode(message + more)
