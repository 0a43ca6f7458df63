"""Pain 25: after a new password the phone locks the account, and the office is banned.

Seen in: serverfault 370651 ("none of them have a way to stop the EAS device from failing"),
Mail-in-a-Box 1050, fail2ban 779 (asks for: the same wrong secret again is no attack), KB 2810886.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest

from app import people
from app.auth import Authenticator, Unauthorized
from app.identity import passwords
from app.identity.guesses import PER_ACCOUNT
from projections import attempts
from projections.findings import findings
from tests.app.house import House
from tests.app.lines import written

OFFICE = "192.0.2.7"
OLD, NEW = "the old password", "the new password"
DEVICES, RETRIES, PROCESSES = 20, 200, 4


class Office:
    """Several processes of a server, and twenty phones of one person behind one address."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.hashed = house, 0
        self.stores = [house.open() for _ in range(PROCESSES)]
        self.id = house.account().id
        self.start()
        verify = passwords.verify

        def counted(secret: str, hash: str) -> bool:
            self.hashed += 1
            return verify(secret, hash)

        monkeypatch.setattr(passwords, "verify", counted)

    def start(self) -> None:
        """The processes begin anew, knowing nothing but what is in the store."""
        clock = self.house.clock
        self.doors = [
            Authenticator(each, clock=lambda: clock().timestamp()) for each in self.stores
        ]

    def set_password(self, secret: str) -> None:
        people.set_password(self.house.groupware, self.house.admin, self.id, secret)

    def asks(self, secret: str, number: int, device: str = "PHONE") -> int | str | None:
        """ "in", None for a plain no, or the seconds to wait."""
        header = "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode()
        try:
            self.doors[number % PROCESSES].principal(header, OFFICE, device, "Phone/1.0")
        except Unauthorized as refused:
            return refused.retry_after
        return "in"


@pytest.fixture
def office(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    office = Office(house, monkeypatch)
    office.set_password(OLD)
    yield office
    for each in office.stores:
        each.pool.close()


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with written("info") as stream:
        yield stream


def test_twenty_phones_that_go_on_with_the_old_password_harm_nobody(
    office: Office, lines: io.StringIO
) -> None:
    assert office.asks(OLD, 0) == "in"
    office.set_password(NEW)
    office.hashed = 0
    for retry in range(RETRIES):
        office.house.clock.advance(seconds=30)
        for device in range(DEVICES):
            assert office.asks(OLD, retry + device, f"PHONE{device}") is None
    assert office.hashed == 0, "what is known to be outdated is not hashed"
    assert "refused" not in lines.getvalue(), "fail2ban has nothing to read"
    for number in range(PROCESSES):
        assert office.asks(NEW, number) == "in"


def test_somebody_is_told_which_phone_still_sends_it(office: Office) -> None:
    office.set_password(NEW)
    for device in range(DEVICES):
        office.asks(OLD, device, f"PHONE{device}")
    with office.house.groupware.reading() as connection:
        found = findings(connection, office.house.clock())
    assert {each.kind for each in found} == {attempts.OUTDATED}
    assert {each.detail for each in found} == {f"PHONE{n} Phone/1.0" for n in range(DEVICES)}
    office.asks(NEW, 0, "PHONE3")
    with office.house.groupware.reading() as connection:
        left = findings(connection, office.house.clock())
    assert {each.detail for each in found} - {each.detail for each in left} == {"PHONE3 Phone/1.0"}


def test_a_password_mistyped_once_and_sent_for_hours_locks_nobody_out(office: Office) -> None:
    for retry in range(6 * 12):
        office.house.clock.advance(minutes=5)
        assert office.asks("the mistyped password", retry) is None
    assert office.hashed <= 6 * 5 * PROCESSES
    assert office.asks(OLD, 0) == "in"


def test_fifty_guesses_are_slowed_down_through_all_processes_and_restarts(office: Office) -> None:
    waits = []
    for number in range(50):
        told = office.asks(f"guess {number}", number)
        if isinstance(told, int):
            waits.append(told)
            office.start()
            assert office.asks(f"guess {number}", number) == told, "a restart forgets nothing"
            office.house.clock.advance(seconds=told)
            assert office.asks(f"guess {number}", number) is None
    assert len(waits) == 50 - PER_ACCOUNT.free - 1
    assert waits == sorted(waits)
    assert waits[-1] == PER_ACCOUNT.longest
    assert office.hashed == 50


def test_who_guesses_learns_nothing_of_old_passwords_faster(office: Office) -> None:
    office.set_password(NEW)
    for number in range(PER_ACCOUNT.free + 1):
        assert office.asks(f"guess {number}", number) is None
    assert office.asks(OLD, 0) == office.asks("another guess", 0) == 1
