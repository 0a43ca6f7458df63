"""The test messages, each read and written byte for byte."""

import pytest

from adapters.wbxml import Element, decode, encode
from adapters.wbxml.codepages import available
from tests.fixtures.wbxml import VECTORS, Vector


def names(element: Element) -> set[str]:
    return {element.name}.union(*map(names, element))


def test_there_are_74_messages() -> None:
    assert len({vector.name for vector in VECTORS}) == 74


@pytest.mark.parametrize("vector", VECTORS, ids=repr)
def test_a_message_reads_as_its_tree(vector: Vector) -> None:
    assert decode(vector.wbxml) == vector.tree


@pytest.mark.parametrize("vector", VECTORS, ids=repr)
def test_a_tree_is_written_as_exactly_its_bytes(vector: Vector) -> None:
    assert encode(vector.tree) == vector.wbxml


@pytest.mark.parametrize("vector", VECTORS, ids=repr)
def test_a_message_of_a_version_uses_only_tags_of_that_version(vector: Vector) -> None:
    assert [name for name in names(vector.tree) if not available(name, vector.version)] == []
