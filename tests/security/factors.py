"""People with a second factor, as the tests of guesses and replays need them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyotp

from app import people
from app.identity import secondfactor
from app.identity.onetime import STEP
from app.identity.proof import Proof, Prover
from domain.credentials import Factor
from tests.app.house import House
from tests.app.post import Post
from tests.app.reader import PASSWORD, Answer, Reader


@dataclass
class Somebody:
    """Their login password is PASSWORD; `seed` is that of their app, `recovery` are their codes."""

    house: House
    name: str
    factor: Factor = "app"
    post: Post = field(default_factory=Post)
    seed: str = ""
    recovery: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.id = self.house.account(self.name).id
        people.set_password(self.house.groupware, self.house.admin, self.id, PASSWORD)
        self.enrol()

    def enrol(self) -> None:
        """By a first code; from now on it is their second factor."""
        prover, author = Prover(self.house.groupware), self.house.admin
        begun = secondfactor.begin(
            prover, author, self.id, Proof(PASSWORD), self.factor, self.post, "en"
        )
        self.seed = begun.secret
        code = self.shown() if self.factor == "app" else self.post.code
        phones = f"{self.name} has this for phones"
        self.recovery = secondfactor.enrol(prover, author, self.id, code, phones)
        self.house.clock.advance(minutes=2)

    def shown(self, steps: int = 0) -> str:
        """What the app shows now, or some steps later."""
        return pyotp.TOTP(self.seed).at(self.house.clock() + timedelta(seconds=STEP * steps))

    def wrong(self, number: int) -> str:
        """Codes that no app shows about now, each another one."""
        right = {self.shown(steps) for steps in range(-2, 3)} if self.seed else {self.post.code}
        codes = (f"{each:06}" for each in range(10**6) if f"{each:06}" not in right)
        return next(code for place, code in enumerate(codes) if place == number)

    def halfway(self, app: Any, address: str = "127.0.0.1") -> Reader:
        """A browser of theirs that has said the password, and stands before the code."""
        reader = Reader(app, headers={"X-Forwarded-For": address, "Accept-Language": "en"})
        assert reader.sign_in(self.name)["Location"] == "/sign-in/code"
        reader.get("/sign-in/code")
        return reader


def say(reader: Reader, code: str) -> Answer:
    """303 who is in, 422 for a wrong one, 429 for one that was not looked at."""
    return reader.post("/sign-in/code", {"code": code})
