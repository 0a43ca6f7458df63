"""How long an answer takes tells nobody which names there are.

Names of every kind are tried in turn, a round after the other, at the pages and as a phone would;
what is compared are medians, so that a machine busy with something else disturbs nothing: each kind
must take at least half and at most twice as long as somebody whom there is. Without a hash that is
computed for nobody it would be a tenth.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

import pytest

from adapters.directory.person import Person
from app import people
from app.auth import Authenticator, Unauthorized
from app.identity import passwords, secondfactor
from app.identity.guesses import FORGOTTEN_AFTER
from app.identity.logins import Logins
from tests.app.house import House
from tests.app.post import Post
from tests.app.reader import PASSWORD, Reader, pages
from tests.app.test_auth import basic

ROUNDS: Final = 7
KNOWN: Final = "known"
NAMES: Final = ("known", "unknown", "disabled", "passwordless", "ofthedirectory", "withfactor")
BOUNDS: Final = (0.5, 2.0)

Attempt = Callable[[str, str], float]
"""Seconds until a name and a secret are refused."""


def nobody(name: str, secret: str) -> Person | None:
    """A directory that says no at once, as one nearby does."""
    return None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One person of each kind, and nobody called unknown."""
    house = House(tmp_path_factory.mktemp("house"))
    groupware, admin = house.groupware, house.admin
    for name in NAMES:
        if name == "unknown":
            continue
        id = house.person(name).id
        if name != "passwordless":
            people.set_password(groupware, admin, id, PASSWORD)
        if name == "disabled":
            people.disable(groupware, admin, id)
        if name == "ofthedirectory":
            people.leave_login_to_directory(groupware, admin, id)
        if name == "withfactor":
            secondfactor.turn_on_for(groupware, admin, id, Post(), "for phones, with a factor")
    yield house
    house.close()


def at_the_pages(house: House) -> Attempt:
    app = pages(house, login=Logins(house.groupware, nobody))

    def attempt(name: str, secret: str) -> float:
        reader = Reader(app)
        reader.get("/sign-in")
        began = time.perf_counter()
        answer = reader.post("/sign-in", {"name": name, "password": secret})
        took = time.perf_counter() - began
        assert answer.status == 422, name
        return took

    return attempt


def as_a_phone(house: House) -> Attempt:
    phones = Authenticator(house.groupware, login=Logins(house.groupware, nobody))

    def attempt(name: str, secret: str) -> float:
        header = basic(f"{name}:{secret}")
        began = time.perf_counter()
        with pytest.raises(Unauthorized):
            phones.principal(header, "192.0.2.7", "PHONE", "Phone/1.0")
        return time.perf_counter() - began

    return attempt


def taken(house: House, attempt: Attempt) -> dict[str, float]:
    """The median for each kind of name, of samples that took turns."""
    samples: dict[str, list[float]] = {name: [] for name in NAMES}
    for number in range(ROUNDS):
        house.clock.advance(seconds=FORGOTTEN_AFTER + 1)
        for name in (*NAMES[number % len(NAMES) :], *NAMES[: number % len(NAMES)]):
            samples[name].append(attempt(name, f"guess {number} at {name}"))
    return {name: median(each) for name, each in samples.items()}


def strange(medians: dict[str, float]) -> dict[str, float]:
    """The kinds whose answers tell them from somebody who is there, and by how much."""
    least, most = BOUNDS
    ratios = {name: each / medians[KNOWN] for name, each in medians.items()}
    return {name: ratio for name, ratio in ratios.items() if not least < ratio < most}


@pytest.mark.parametrize("door", [at_the_pages, as_a_phone])
def test_the_time_tells_nothing_about_a_name(
    house: House, door: Callable[[House], Attempt]
) -> None:
    assert strange(taken(house, door(house))) == {}


@pytest.mark.parametrize("door", [at_the_pages, as_a_phone])
def test_without_a_hash_for_nobody_it_would(
    house: House, door: Callable[[House], Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail."""
    verify = passwords.verify
    monkeypatch.setattr(
        passwords, "verify", lambda secret, hash: bool(hash) and verify(secret, hash)
    )
    found = strange(taken(house, door(house)))
    assert set(found) >= {"unknown", "passwordless", "ofthedirectory"}
    assert max(found.values()) < BOUNDS[0]
