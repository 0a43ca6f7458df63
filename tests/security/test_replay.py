"""A code that was good is good once: in no other session, for no other act, for nobody else, and
in no other process."""

from __future__ import annotations

import threading

import pyotp
import pytest

from app import people
from app.identity import secondfactor
from app.identity.onetime import MAIL_GOOD_FOR
from app.identity.proof import Proof, Prover, WrongCode
from tests.app.house import House
from tests.app.reader import PASSWORD, Reader, pages
from tests.security.factors import Somebody, say

pytestmark = pytest.mark.usefixtures("cheap_hashes")

AFTER = MAIL_GOOD_FOR + 1


KINDS = ["app", "mail", "recovery"]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Door:
    """Ada's way in by a code of one kind, in as many browsers and processes as there are."""

    def __init__(self, house: House, kind: str) -> None:
        self.house, self.kind = house, kind
        self.ada = Somebody(house, "ada", "mail" if kind == "mail" else "app")
        self.app = pages(house, self.ada.post)

    @property
    def code(self) -> str:
        """A good one; that by mail went out when somebody was halfway in last."""
        if self.kind == "app":
            return self.ada.shown()
        return self.ada.recovery[0] if self.kind == "recovery" else self.ada.post.code


@pytest.fixture
def door(house: House, kind: str) -> Door:
    return Door(house, kind)


def test_a_code_opens_one_session(door: Door) -> None:
    first, other = door.ada.halfway(door.app), door.ada.halfway(door.app)
    code = door.code
    assert say(first, code).status == 303
    assert say(other, code).status == 422
    assert other.get("/my").status == 303
    assert first.get("/my").status == 200


def test_nor_is_it_good_for_an_act_of_the_session_it_has_opened(door: Door) -> None:
    reader = door.ada.halfway(door.app)
    code = door.code
    say(reader, code)
    reader.get("/my/second-factor/codes")
    answer = reader.post("/my/second-factor/codes", {"proof": PASSWORD, "code": code})
    assert answer.status == 422


def test_a_code_for_an_act_opens_no_session(door: Door) -> None:
    """Its page may be read over a shoulder."""
    door.ada.halfway(door.app)
    code, prover = door.code, Prover(door.house.groupware)
    prover.expect(door.house.admin, door.ada.id, Proof(PASSWORD, code))
    assert say(door.ada.halfway(door.app), code).status == 422


def test_another_process_and_a_restart_know_that_it_was_used(door: Door) -> None:
    reader = door.ada.halfway(door.app)
    code = door.code
    say(reader, code)
    other = door.house.open()
    with pytest.raises(WrongCode):
        Prover(other).expect_code(door.house.admin, door.ada.id, code, "")
    other.pool.close()
    door.house.restart()
    with pytest.raises(WrongCode):
        Prover(door.house.groupware).expect_code(door.house.admin, door.ada.id, code, "")


def test_of_many_who_come_with_it_at_once_one_is_let_in(door: Door) -> None:
    door.ada.halfway(door.app)
    code, start, let_in = door.code, threading.Barrier(5), []
    prover, author = Prover(door.house.groupware), door.house.admin

    def come() -> None:
        start.wait(10)
        try:
            prover.expect_code(author, door.ada.id, code, "")
        except WrongCode:
            return
        let_in.append(1)

    threads = [threading.Thread(target=come) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert let_in == [1]


def test_the_code_of_another_person_opens_nothing(door: Door) -> None:
    door.house.person("bob", "Bob Example")
    bob = Somebody(door.house, "bob", door.ada.factor, door.ada.post)
    reader = bob.halfway(door.app)
    door.ada.halfway(door.app)
    code = door.code
    assert say(reader, code).status == 422
    assert say(door.ada.halfway(door.app), code).status == 303, "and is still its owner's"


def test_a_code_is_good_no_more_once_the_factor_was_made_anew(door: Door) -> None:
    """The app that was lost, the mail that lies around, the paper in the wallet."""
    door.ada.halfway(door.app)
    before, house = door.code, door.house
    secondfactor.reset(house.groupware, house.admin, door.ada.id)
    house.clock.advance(minutes=1)
    door.ada.enrol()
    reader = door.ada.halfway(door.app)
    assert say(reader, before).status == 422


# What only an app, or only a mail, can do


def test_an_earlier_step_is_not_good_after_a_later_one(house: House) -> None:
    """Drift is for clocks, not for who looked over a shoulder half a minute ago."""
    ada = Somebody(house, "ada")
    app = pages(house)
    earlier, later = ada.shown(-1), ada.shown(1)
    assert say(ada.halfway(app), later).status == 303
    for code in (earlier, ada.shown(), later):
        assert say(ada.halfway(app), code).status == 422


def test_the_code_that_enrolled_an_app_opens_nothing(house: House) -> None:
    house.person("carol", "Carol Example")
    people.set_password(house.groupware, house.admin, house.account("carol").id, PASSWORD)
    carol, prover = house.account("carol").id, Prover(house.groupware)
    offer = secondfactor.begin(prover, house.admin, carol, Proof(PASSWORD), "app")
    first = pyotp.TOTP(offer.secret).at(house.clock())
    secondfactor.enrol(prover, house.admin, carol, first, "for phones, of Carol")
    with pytest.raises(WrongCode):
        prover.expect_code(house.admin, carol, first, "")


def test_a_mailed_code_ends_when_another_is_sent_or_its_time_is_over(house: House) -> None:
    ada = Somebody(house, "ada", "mail")
    app = pages(house, ada.post)
    reader = ada.halfway(app)
    first = ada.post.code
    house.clock.advance(seconds=31)
    reader.post("/sign-in/code", {"again": "1"})
    second = ada.post.code
    if first != second:
        assert say(reader, first).status == 422
    house.clock.advance(seconds=AFTER)
    assert say(ada.halfway(app), second).status == 422


def test_a_code_alone_is_no_way_in(door: Door) -> None:
    """Neither without the password, nor in the place of it."""
    door.ada.halfway(door.app)
    stranger = Reader(door.app)
    stranger.get("/sign-in")
    assert say(stranger, door.code)["Location"].startswith("/sign-in")
    assert stranger.sign_in("ada", door.code).status == 422
    assert stranger.get("/my").status == 303
