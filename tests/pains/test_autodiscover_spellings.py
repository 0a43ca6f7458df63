"""Set-up fails because the path is spelt in a way the server does not know.

mailcow/mailcow-dockerized #2653 and #681, Z-Hub/Z-Push #137; iOS alone writes three spellings,
some phones put something before the path, some a slash behind it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.shell import RIGHT, Shell

XML = [
    "/autodiscover/autodiscover.xml",
    "/Autodiscover/Autodiscover.xml",
    "/AutoDiscover/AutoDiscover.xml",
    "/AUTODISCOVER/AUTODISCOVER.XML",
    "/autodiscover/autodiscover.xml/",
    "//autodiscover//autodiscover.xml",
    "/mail/autodiscover/autodiscover.xml",
]
JSON = [
    "/autodiscover/autodiscover.json",
    "/Autodiscover/Autodiscover.JSON",
    "/autodiscover/autodiscover.json/v1.0/anna@example.org",
    "/Autodiscover/AutoDiscover.json/V1.0/anna%40example.org/",
    "/mail/autodiscover/autodiscover.json",
]
NEITHER = [
    "/autodiscover",
    "/autodiscover/autodiscover.xml.bak",
    "/notautodiscover/autodiscover.xml",
    "/autodiscover/autodiscover.json/v1.0/anna/more",
]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.close()


@pytest.mark.parametrize("path", XML)
def test_the_xml_is_found_in_any_spelling_and_asks_for_credentials_first(
    shell: Shell, path: str
) -> None:
    assert shell.ask("POST", path).status == 401
    assert shell.ask("GET", path).status == 401
    found = shell.ask("POST", path, Authorization=RIGHT)
    assert found.status == 200
    assert b"/Microsoft-Server-ActiveSync</Url>" in found.body


@pytest.mark.parametrize("path", JSON)
def test_the_json_is_found_in_any_spelling(shell: Shell, path: str) -> None:
    found = shell.ask("GET", path, "Protocol=ActiveSync")
    assert found.status == 200
    assert b'/Microsoft-Server-ActiveSync"' in found.body


@pytest.mark.parametrize("path", NEITHER)
def test_what_only_looks_like_it_is_not_found(shell: Shell, path: str) -> None:
    assert shell.ask("GET", path, Authorization=RIGHT).status == 404


@pytest.mark.parametrize(
    "path", ["/{}", "/autodiscover{}x", "/autodiscover/autodiscover.json/v1{}a/b", "{}xml{}x"]
)
def test_a_hostile_spelling_costs_time_linear_in_its_length(shell: Shell, path: str) -> None:
    began = time.process_time()
    assert shell.ask("GET", path.format("/" * 100_000, "/" * 100_000)).status == 404
    assert time.process_time() - began < 2
