"""Law 10: every row can be dropped and folded again; phones go on with the keys they have."""

from __future__ import annotations

import pytest

from adapters.store.chain import verify_chain
from app.composition import CODEC
from projections import schema
from projections.rebuild import rebuild
from projections.verify import Report, verify
from tests.builders import House
from tests.laws.histories import EngineSide
from tests.laws.test_histories import TwoFolders, filter_and_rule
from tests.laws.test_poison import Choking
from tests.model.history import History


def verified(house: House) -> Report:
    groupware = house.groupware
    with groupware.reading() as connection:
        projectors = schema.projectors(CODEC)
        return verify(groupware, connection, verify_chain, schema.create, projectors)


def rebuilt(house: House) -> None:
    with house.groupware.pool.writing() as connection:
        rebuild(house.groupware, connection, schema.create, schema.projectors(CODEC))


@pytest.mark.parametrize("seed", range(8))
def test_every_row_of_a_history_is_what_the_log_says(house: House, seed: int) -> None:
    history = Choking(seed, EngineSide(house, wishes=filter_and_rule))
    for _ in range(200):
        history.step()
    report = verified(house)
    assert report.sound, report.faults
    assert report.rows > 50


@pytest.mark.parametrize("seed", range(3))
def test_items_that_move_are_rows_of_the_log_too(house: House, seed: int) -> None:
    both = TwoFolders(house, seed)
    for _ in range(200):
        both.step()
    report = verified(house)
    assert report.sound, report.faults


@pytest.mark.parametrize("seed", range(4))
def test_after_a_rebuild_phones_go_on_with_their_keys(house: House, seed: int) -> None:
    history = History(seed, EngineSide(house))
    for number in range(300):
        history.step()
        if number % 60 == 30:
            rebuilt(house)
    history.settle()
    history.check()
