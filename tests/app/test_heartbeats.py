"""A phone is told to wait less where its connections are cut (MS-ASCMD 2.2.3.88.1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from adapters.eas.reply import Empty
from adapters.eas.version import Version
from app.push import heartbeats
from app.push.beats import TOLD_AGAIN, Beats
from app.push.stay import Stay
from app.push.wake import Vanished
from domain.heartbeat import CUT, DAY, FORGOTTEN_AFTER, LATEST, SURVIVED, TRY_AFTER
from projections import erased
from projections import heartbeats as rows
from tests.app.handset import EVERY, Handset, status_of
from tests.app.house import House, Impatient, Waiting, a_request
from tests.app.test_ping import asking, parked, ready, told

ELSEWHERE = "198.51.100.9"


class Cutting(Impatient):
    """Time passes where a request waits; `cut` is when its connection ends, `news` what comes
    meanwhile, and `after` how long the phone takes to come again."""

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.now, self.after = 1000.0, 1.0
        self.cut: float | None = None
        self.beats = beats_of(house, lambda: self.now)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.house.clock.advance(seconds=seconds)

    def ring(self, topics: Iterable[UUID]) -> None:
        self.beats.heard(frozenset(topics))

    def wait(self, seconds: float) -> frozenset[UUID]:
        super().wait(seconds)
        if not seconds:
            return frozenset()
        gone = self.cut is not None and self.cut <= seconds
        self.pass_by(self.cut if gone and self.cut else round(seconds))
        if gone:
            raise Vanished
        return frozenset()


def beats_of(house: House, moment: Callable[[], float]) -> Beats:
    """They teach at once."""
    beats = Beats(moment)
    beats.teach = partial(heartbeats.learned, house.groupware, house.settings)
    return beats


@pytest.fixture
def hub(house: House) -> Cutting:
    house.hub = Cutting(house)
    return house.hub


def ping(phone: Handset, interval: object = 480, **facts: str) -> tuple[int, int | None] | None:
    """Status, and what is to be asked for instead; None if the connection was cut."""
    phone.house.hub.pass_by(phone.house.hub.after)
    try:
        answer = phone.answer("Ping", asking(phone.contacts, interval=interval), **facts)
    except Vanished:
        return None
    said = answer.text_of("ping:HeartbeatInterval")
    return status_of(answer), None if said is None else int(said)


def steer(phone: Handset, hub: Cutting, at: float = 300) -> None:
    """Two cuts, and the phone is told."""
    hub.cut = at
    assert [ping(phone), ping(phone)] == [None, None]
    assert ping(phone) == (5, max(60, int(at * 0.9)))


@pytest.mark.parametrize("version", EVERY)
@pytest.mark.parametrize("cut", [75, 120, 300])
def test_after_two_cuts_at_one_age_the_phone_is_told_to_ask_for_less(
    house: House, hub: Cutting, version: Version, cut: float
) -> None:
    phone = ready(house, version)
    steer(phone, hub, cut)
    less = int(cut * 0.9)
    hub.waited.clear()
    assert ping(phone, max(60, less)) == (1, None)
    assert hub.waited == [less]


def test_a_phone_that_is_not_cut_is_told_nothing(house: House, hub: Cutting) -> None:
    phone, other = ready(house), ready(house, device="OTHER")
    steer(phone, hub)
    hub.cut = None
    assert [ping(other, 1680), ping(other, 3540)] == [(1, None)] * 2
    with house.groupware.reading() as connection:
        assert len(list(rows.shortened(connection, house.clock().timestamp()))) == 1
        (kept,) = connection.execute("SELECT count(*) FROM heartbeat").fetchone()
    assert kept == 1, "nothing is kept of a phone whose waits hold"


def test_where_connections_end_before_the_shortest_wait_the_answer_comes_sooner(
    house: House, hub: Cutting
) -> None:
    """It is told no less than what phones may ask for here."""
    phone = ready(house)
    steer(phone, hub, 60)
    hub.waited.clear()
    assert ping(phone, 60) == (1, None)
    assert hub.waited == [54]


def test_a_sync_that_waits_is_answered_sooner_as_if_its_time_were_over(
    house: House, hub: Cutting
) -> None:
    phone = ready(house)
    steer(phone, hub)
    hub.waited.clear()
    asked = phone.request(phone.about(phone.contacts), HeartbeatInterval=600)
    assert phone.ask("Sync", asked) == Empty()
    assert hub.waited == [270]


def test_cuts_of_a_sync_that_waits_count_as_those_of_a_ping(house: House, hub: Cutting) -> None:
    phone = ready(house)
    hub.cut = 300
    asked = phone.request(phone.about(phone.contacts), HeartbeatInterval=600)
    for _ in range(2):
        hub.pass_by(1)
        with pytest.raises(Vanished):
            phone.ask("Sync", asked)
    hub.pass_by(1)
    assert phone.ask("Sync", asked) == Empty()
    assert ping(phone) == (5, 270)


def test_it_holds_for_the_network_in_which_it_was_learned(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    hub.cut = None
    hub.pass_by(TOLD_AGAIN)
    assert ping(phone, address=ELSEWHERE) == (1, None)
    assert ping(phone) == (5, 270)


def test_cuts_in_two_networks_are_not_counted_together(house: House, hub: Cutting) -> None:
    phone = ready(house)
    hub.cut = 300
    for _ in range(5):
        assert ping(phone) is None
        assert ping(phone, address=ELSEWHERE) is None


def test_a_phone_that_comes_back_late_was_off(house: House, hub: Cutting) -> None:
    phone = ready(house)
    hub.cut, hub.after = 300, LATEST + 1
    assert [ping(phone) for _ in range(6)] == [None] * 6


def test_who_comes_back_late_after_whole_waits_did_not_hear_the_answer(
    house: House, hub: Cutting
) -> None:
    """As Android does: five seconds after the answer was due."""
    phone = ready(house)
    hub.after = 5.3
    assert [ping(phone) for _ in range(3)] == [(1, None)] * 3
    assert ping(phone) == (5, 240)


def test_it_is_known_to_other_workers_and_after_a_restart(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    house.restart()
    house.hub = Cutting(house)
    assert ping(phone) == (5, 270)


def test_a_phone_that_does_not_obey_is_not_told_for_ever(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    hub.waited.clear()
    assert ping(phone) == (1, None)
    assert hub.waited == [270]
    hub.pass_by(TOLD_AGAIN)
    assert ping(phone) == (5, 270)


def test_after_a_while_more_is_tried_and_one_cut_takes_it_back(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    assert [ping(phone, 270) for _ in range(2)] == [(1, None)] * 2
    hub.pass_by(TRY_AFTER)
    assert [ping(phone, 270) for _ in range(2)] == [(1, None)] * 2
    assert ping(phone) == (5, 405)
    assert ping(phone, 405) is None
    assert ping(phone, 405) == (5, 270)


def test_it_is_forgotten_after_two_weeks(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    hub.cut = None
    hub.pass_by(FORGOTTEN_AFTER + DAY)
    assert ping(phone) == (1, None)


def test_an_interval_that_is_left_out_is_steered_as_well(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    hub.pass_by(TOLD_AGAIN)
    assert ping(phone, None) == (5, 270)
    assert [ping(phone, 270), ping(phone, None)] == [(1, None)] * 2


def test_a_wait_that_held_counts_although_the_cut_before_is_not_written_yet(
    house: House, hub: Cutting
) -> None:
    phone, taught = ready(house), list[str]()
    hub.beats.teach = lambda _, lesson: taught.append(lesson.kind)
    hub.cut = 300
    assert ping(phone) is None
    hub.cut = None
    assert [ping(phone) for _ in range(9)] == [(1, None)] * 9
    assert taught == [CUT, SURVIVED], "once it is written, what is written counts"


def test_nothing_is_written_while_waits_hold(house: House, hub: Cutting) -> None:
    """Neither where nothing is known nor where all of it is."""
    phone = ready(house)
    ping(phone)
    assert _kept(house) == []
    steer(phone, hub)
    ping(phone, 270)
    ping(phone, 270)
    before = _kept(house)
    for _ in range(5):
        ping(phone, 270)
    assert _kept(house) == before


def _kept(house: House) -> list[tuple[object, ...]]:
    with house.groupware.reading() as connection:
        return connection.execute("SELECT * FROM heartbeat").fetchall()


def test_no_address_is_kept_and_an_erased_person_leaves_nothing(house: House, hub: Cutting) -> None:
    phone = ready(house)
    steer(phone, hub)
    ((_, network, *_),) = _kept(house)
    assert isinstance(network, bytes)
    assert b"192.0.2" not in network
    assert len(network) == 16
    with house.groupware.pool.writing() as connection:
        erased.forget(connection, house.account().id)
    assert _kept(house) == []


def test_only_so_many_networks_of_a_phone_are_known(house: House, hub: Cutting) -> None:
    phone = ready(house)
    hub.cut = 300
    for number in range(rows.MOST + 5):
        for _ in range(3):
            ping(phone, address=f"198.51.100.{number}")
    assert len(_kept(house)) == rows.MOST


# With a hub that wakes


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, hub=True)
    house.person()
    yield house
    house.close()


class Watch:
    """The clock on the wall of the waits."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(open_house: House) -> Watch:
    watch = Watch()
    open_house.hub.beats.moment = watch
    open_house.hub.beats.teach = partial(
        heartbeats.learned, open_house.groupware, open_house.settings
    )
    return watch


def from_here(house: House, phone: Handset, address: str) -> Waiting:
    def ask() -> object:
        return phone.ask("Ping", asking(phone.contacts), address=address)

    return Waiting(house, ask)


def test_who_asks_anew_before_the_time_is_over_was_cut(open_house: House, watch: Watch) -> None:
    """The server has not noticed; the phone has."""
    phone = ready(open_house)
    first = parked(open_house, phone)
    watch.now += 300
    second = parked(open_house, phone)
    assert told(first.answer()) == (1, [])
    watch.now += 300
    assert status_of(phone.answer("Ping", asking(phone.contacts))) == 5
    assert told(second.answer()) == (1, [])


def test_who_asks_anew_from_elsewhere_has_moved(open_house: House, watch: Watch) -> None:
    phone = ready(open_house)
    waiting = from_here(open_house, phone, ELSEWHERE)
    for number in range(5):
        watch.now += 300
        moved = from_here(open_house, phone, f"198.51.100.{number % 2}")
        waiting.answer()
        waiting = moved
    assert _kept(open_house) == []


def test_news_that_were_heard_show_that_a_wait_held(open_house: House, watch: Watch) -> None:
    phone = ready(open_house)
    parked(open_house, phone)
    watch.now += 300
    last = parked(open_house, phone)
    assert len(_kept(open_house)) == 1, "one suspicion"
    watch.now += 400
    open_house.contact(first_name="Bea")
    assert told(last.answer())[0] == 2
    phone.catch_up(phone.contacts)
    parked(open_house, phone)
    assert _kept(open_house) == []


def test_of_two_phones_by_one_name_nothing_is_learned(house: House, hub: Cutting) -> None:
    ready(house)
    phone, asked = replace(house.phone(device="PHONE"), shared=True), a_request("Ping")
    context = house.context(house.account(), phone, Stay())
    assert heartbeats.begin(context, asked, phone.id, 480) == (None, 480)
    assert list(heartbeats.ringing(context, asked, phone.id)) == [phone.id]
    assert heartbeats.told(context, asked, phone.id, 480) is None


def test_whoever_hears_of_it_does_not_wait_for_the_store(house: House, hub: Cutting) -> None:
    """A worker that hears a ring has others to wake."""
    hub.beats.teach = heartbeats.teacher(house.groupware, house.settings)
    phone = ready(house)
    hub.cut = 300
    assert ping(phone) is None
    with house.groupware.pool.writing():
        before = set(threading.enumerate())
        assert ping(phone) is None
        (learning,) = set(threading.enumerate()) - before
        assert learning.is_alive()
    learning.join(10)
    assert len(_kept(house)) == 1
