"""An administrator reads which phones are cut off, and what they do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.ids import server_id
from app.cli.doctor_checks import Wrong
from app.cli.doctor_waits import commonest, waits
from app.composition import STORE
from domain.heartbeat import FORGOTTEN_AFTER, Learned
from domain.partnership import Partnership
from projections import findings, heartbeats
from tests.app.cli_runner import Cli
from tests.app.house import House, a_request
from tests.app.reader import administrator, with_administrator

NETWORK = bytes(16)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def a_phone(cli: Cli, device: str = "PHONE1") -> UUID:
    account = cli.account().id
    with cli.groupware() as house, house.acting(house.author("system", "t")):
        house.save(Partnership.begin(account, device, "iPhone"))
    return Partnership.id_of(account, device)


def cut_off(cli: Cli, phone: UUID, longest: int, cut: int = 0, network: bytes = NETWORK) -> None:
    now = datetime.now(UTC).timestamp()
    with cli.groupware() as house, house.pool.writing() as connection:
        learned = Learned(longest, longest, cut, since=now)
        heartbeats.keep(connection, phone, network, learned, now)


def test_the_command_line_says_what_cuts_a_phone_off_and_how_long_it_waits(cli: Cli) -> None:
    phone = a_phone(cli)
    show = ("device", "show", server_id(phone))
    assert "network" not in dict(cli.rows(*show))
    cut_off(cli, phone, 54, 60)
    said = "cuts waiting connections after about 60 s; the phone waits 54 s now"
    assert dict(cli.rows(*show))["network"] == said
    (row,) = cli.rows("findings")
    assert (row[0], row[1], row[2]) == (findings.CUT_OFF, "ada", server_id(phone))
    assert "after about 60 s: it waits 54 s now" in row[-1]


def test_what_is_forgotten_without_a_word_is_told_as_that(cli: Cli) -> None:
    phone = a_phone(cli)
    cut_off(cli, phone, 240)
    assert "without a word" in dict(cli.rows("device", "show", server_id(phone)))["network"]
    assert "without a word: it waits 240 s now" in cli.rows("findings")[0][-1]


def test_a_phone_in_two_such_networks_is_one_finding(cli: Cli) -> None:
    phone = a_phone(cli)
    for number in range(2):
        cut_off(cli, phone, 54, 60, bytes([number]) * 16)
    assert len(cli.rows("findings")) == 1
    shown = cli.rows("device", "show", server_id(phone))
    assert [name for name, _ in shown].count("network") == 2


def test_the_phones_page_says_so_in_the_readers_language(house: House) -> None:
    with_administrator(house)
    house.admit(a_request())
    phone, now = house.phone().id, house.clock().timestamp()
    reader, page = administrator(house), f"/admin/devices/{server_id(phone)}"
    assert "<dt>Network</dt>" not in reader.get(page).text
    with house.groupware.pool.writing() as connection:
        for network, cut in ((NETWORK, 60), (bytes(15) + b"1", 0)):
            learned = Learned(longest=54, proven=54, cut=cut, since=now)
            heartbeats.keep(connection, phone, network, learned, now)
    text = reader.get(page).text
    assert "cuts waiting connections after about 60 s; the phone waits 54 s now" in text
    assert "forgets waiting connections without a word; the phone waits 54 s now" in text
    house.clock.advance(seconds=FORGOTTEN_AFTER + 1)
    assert "<dt>Network</dt>" not in administrator(house).get(page).text


# The doctor


def said(cli: Cli) -> str:
    return waits(cli.home / STORE, lambda: datetime.now(UTC))


def test_the_doctor_names_what_cuts_many_off_at_one_age(cli: Cli) -> None:
    assert said(cli) == "no phone's network is known to cut off what waits"
    for number, cut in enumerate((60, 61, 300)):
        cut_off(cli, a_phone(cli, f"PHONE{number}"), 54, cut)
    assert said(cli).startswith("cut off by their networks: 3, ")
    cut_off(cli, a_phone(cli, "ANOTHER"), 54, 60)
    with pytest.raises(Wrong, match="3 phones are cut off after about 60 s of waiting"):
        said(cli)


def test_a_store_that_cannot_be_read_says_so_elsewhere(tmp_path: Path) -> None:
    broken = tmp_path / STORE
    broken.write_text("no store any more" * 999)
    assert "no phone" in waits(broken, lambda: datetime.now(UTC))


@pytest.mark.parametrize(
    ("ages", "found"),
    [([], (0, 0)), ([60], (60, 1)), ([60, 300, 305, 310], (300, 3)), ([60, 62, 120, 121], (60, 2))],
)
def test_the_commonest_age_is_where_most_lie_close_together(
    ages: list[int], found: tuple[int, int]
) -> None:
    assert commonest(ages) == found
