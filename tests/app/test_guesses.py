"""Guesses count in every process, before a restart and after, and the journal names the address."""

from __future__ import annotations

import configparser
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import journal
from app.identity.guesses import AHEAD, FORGOTTEN_AFTER, PER_ACCOUNT, PER_ADDRESS, Guesses
from projections import attempts
from tests.app.house import House
from tests.app.lines import written

ADDRESS = r"(?P<address>[0-9a-fA-F:.]+)"
FILTER = Path(__file__).parents[2] / "ops" / "fail2ban" / "filter.d" / "taccuino.conf"
WHO = b"somebody"


def guess(house: House, number: int = 1, address: str = "192.0.2.7", who: bytes = WHO) -> None:
    for each in range(number):
        Guesses(house.groupware).count(who, address, f"{each}".encode())


def wait(house: House, address: str = "192.0.2.7", who: bytes = WHO) -> float:
    return Guesses(house.groupware).wait(who, address)


def test_a_restart_forgets_no_guess(house: House) -> None:
    guess(house, PER_ACCOUNT.free + 3)
    before = wait(house)
    house.restart()
    assert wait(house) == before == 4


def test_what_one_process_counts_another_knows(house: House) -> None:
    guess(house, PER_ACCOUNT.free + 1)
    other = house.open()
    assert Guesses(other).wait(WHO, "192.0.2.7") == 1
    Guesses(other).forgive(WHO, "192.0.2.7")
    other.pool.close()
    assert wait(house) == 0


def test_the_same_guess_counts_once_wherever_it_comes_to(house: House) -> None:
    other = house.open()
    for _ in range(50):
        for groupware in (house.groupware, other):
            Guesses(groupware).count(WHO, "192.0.2.7", b"the same")
    other.pool.close()
    assert wait(house) == 0


def test_who_chooses_another_address_of_the_same_network_is_still_the_same(house: House) -> None:
    for number in range(PER_ADDRESS.free + 2):
        address = f"2001:db8:1:2::{number:x}"
        Guesses(house.groupware).count(b"%d" % number, address, b"%d" % number)
    assert wait(house, "2001:db8:1:2:ffff::1", b"another") == 2
    assert wait(house, "2001:db8:1:3::1", b"another") == 0


def test_a_clock_that_was_set_back_locks_nobody_out(house: House) -> None:
    house.clock.advance(days=300)
    guess(house, 40)
    assert wait(house) == PER_ACCOUNT.longest
    house.clock.advance(days=-300)
    assert wait(house) == 0
    guess(house)
    assert wait(house) == 0


def test_a_clock_that_is_set_by_a_second_changes_nothing(house: House) -> None:
    guess(house, 40)
    house.clock.advance(seconds=-AHEAD / 2)
    assert wait(house) == PER_ACCOUNT.longest


def test_old_guesses_leave_nothing_behind(house: House) -> None:
    guess(house, 40)
    house.clock.advance(seconds=FORGOTTEN_AFTER + 1)
    guess(house, 1, who=b"another")
    with house.groupware.reading() as connection:
        assert connection.execute("SELECT count(*) FROM guess").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM guessed").fetchone() == (1,)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the journal says."""
    with written("info") as stream:
        yield stream


def filtered(text: str) -> list[str]:
    """The addresses that fail2ban would count, by our filter."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(FILTER, "utf-8")
    settings = parser["Definition"]
    regex = settings["failregex"].replace("%(_daemon)s", settings["_daemon"])
    pattern = re.compile(regex.replace("<ADDR>", ADDRESS))
    return [found["address"] for line in text.splitlines() if (found := pattern.search(line))]


@pytest.mark.parametrize("prefix", ["", "host taccuino[123]: ", "host python3[7]: "])
def test_each_guess_is_a_line_that_fail2ban_reads(
    house: House, lines: io.StringIO, prefix: str
) -> None:
    guess(house, 2)
    guess(house, 2)
    Guesses(house.groupware).count(WHO, "2001:db8::7", b"another")
    told = "".join(prefix + line for line in lines.getvalue().splitlines(keepends=True))
    assert filtered(told) == ["192.0.2.7", "192.0.2.7", "2001:db8::7"]


def test_nobody_can_have_somebody_else_kept_out(house: House, lines: io.StringIO) -> None:
    forged = "event=refused address=203.0.113.1 level=warning"
    with journal.entry() as fields:
        fields.update(command="Sync", device=forged, why=f"\n{forged}\n")
    guess(house, 1, f"x {forged}")
    guess(house, 1, f"192.0.2.7\n{forged}", b"another")
    assert filtered(lines.getvalue()) == []


def test_nobody_elsewhere_keeps_somebody_out_of_where_they_came_in_lately(house: House) -> None:
    home, elsewhere = "192.0.2.7", "198.51.100.7"
    Guesses(house.groupware).forgive(WHO, home)
    guess(house, 40, elsewhere)
    assert wait(house, elsewhere) == PER_ACCOUNT.longest
    assert wait(house, home) == 0
    assert wait(house, "203.0.113.7") == PER_ACCOUNT.longest, "nobody was there before"


def test_who_comes_in_at_a_familiar_place_wins_no_time_for_who_guesses_elsewhere(
    house: House,
) -> None:
    home, elsewhere = "192.0.2.7", "198.51.100.7"
    Guesses(house.groupware).forgive(WHO, home)
    guess(house, 40, elsewhere)
    Guesses(house.groupware).forgive(WHO, home)
    assert wait(house, elsewhere) == PER_ACCOUNT.longest


def test_at_a_familiar_place_guessing_is_slowed_down_as_well(house: House) -> None:
    Guesses(house.groupware).forgive(WHO, "192.0.2.7")
    guess(house, PER_ACCOUNT.free + 3)
    assert wait(house) == 4
    assert wait(house, "198.51.100.7") == 0


def test_a_place_is_familiar_for_a_month_and_as_long_as_it_is_used(house: House) -> None:
    for _ in range(3):
        Guesses(house.groupware).forgive(WHO, "192.0.2.7")
        house.clock.advance(days=20)
    guess(house, 40, "198.51.100.7")
    assert wait(house) == 0
    house.clock.advance(days=31)
    guess(house, 40, "198.51.100.7")
    assert wait(house) == PER_ACCOUNT.longest


def test_only_so_many_places_are_familiar_to_somebody(house: House) -> None:
    for number in range(attempts.PLACES_MOST + 5):
        Guesses(house.groupware).forgive(WHO, f"192.0.2.{number}")
        house.clock.advance(minutes=1)
    with house.groupware.reading() as connection:
        kept = connection.execute("SELECT count(*) FROM familiar_place").fetchone()
    assert kept == (attempts.PLACES_MOST,)
