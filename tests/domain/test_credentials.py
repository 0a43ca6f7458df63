"""What a person's secrets do to each other, whatever is decided in whatever order."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import Account
from domain.base import Authorship, acting
from domain.credentials import (
    PASSWORDS_MOST,
    RETIRED_KEPT,
    ActiveSyncPassword,
    SecretInUse,
    entry,
    retired,
)
from domain.house import FULL_WIPE_ALLOWED, PASSWORDS_VIEWABLE, RULES, House
from domain.refused import NameTaken, Refused, Unknown

AUTHOR = Authorship("admin:root", "test", datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _acting() -> object:
    with acting(AUTHOR):
        yield


def ada() -> Account:
    return Account.open("ada", "ada@example.org", "Ada Example", "UTC")


def a_password(number: int, secret: str, label: str = "") -> ActiveSyncPassword:
    return ActiveSyncPassword(UUID(int=number), label, f"hash of {secret}", secret.encode(), b"")


@pytest.mark.parametrize(
    ("has_password", "factor", "sends"),
    [
        (False, "off", "login"),
        (True, "off", "activesync"),
        (False, "mail", "none"),
        (True, "mail", "activesync"),
        (False, "app", "none"),
        (True, "app", "activesync"),
    ],
)
def test_what_phones_have_to_send(has_password: bool, factor: str, sends: str) -> None:
    assert entry(has_password, factor) == sends  # type: ignore[arg-type]


def test_a_secret_that_was_replaced_is_outdated_until_it_is_right_again() -> None:
    person = ada()
    for secret in ("one", "two", "three"):
        person.set_login_password(f"hash of {secret}", secret.encode())
    assert person.retired == (b"one", b"two")
    person.set_login_password("hash of one", b"one")
    assert person.retired == (b"two", b"three")


def test_another_hash_of_the_same_password_makes_nothing_outdated() -> None:
    person = ada()
    person.set_login_password("old hash", b"one")
    person.set_login_password("new hash", b"one")
    assert (person.retired, person.login_hash) == ((), "new hash")


def test_the_password_of_a_phone_is_outdated_once_changed_or_removed() -> None:
    person = ada()
    person.set_activesync_password(a_password(1, "first"))
    person.set_activesync_password(a_password(2, "second", "iPad"))
    person.set_activesync_password(a_password(1, "third"))
    person.remove_activesync_password(UUID(int=2))
    assert person.retired == (b"first", b"second")
    assert list(person.activesync_passwords) == [UUID(int=1)]


@given(st.lists(st.binary(min_size=1, max_size=1), max_size=100))
def test_old_secrets_are_bounded_and_each_is_there_once(digests: list[bytes]) -> None:
    kept: tuple[bytes, ...] = ()
    for digest in digests:
        kept = retired(kept, digest)
        assert kept[-1] == digest
    assert len(kept) == len(set(kept)) <= RETIRED_KEPT


def test_no_secret_serves_two_purposes() -> None:
    person = ada()
    person.set_login_password("hash", b"login")
    person.set_activesync_password(a_password(1, "phone"))
    with pytest.raises(SecretInUse):
        person.set_login_password("hash", b"phone")
    with pytest.raises(SecretInUse):
        person.set_activesync_password(a_password(2, "login", "iPad"))
    with pytest.raises(SecretInUse):
        person.set_activesync_password(a_password(2, "phone", "iPad"))
    with pytest.raises(NameTaken):
        person.set_activesync_password(a_password(2, "another"))
    assert person.retired == ()


def test_there_are_so_many_passwords_and_no_more() -> None:
    person = ada()
    for number in range(PASSWORDS_MOST):
        person.set_activesync_password(a_password(number, f"secret {number}", f"phone {number}"))
    with pytest.raises(Refused, match="remove one first"):
        person.set_activesync_password(a_password(99, "one more", "one more"))


def test_a_password_that_is_not_there_is_neither_seen_nor_removed() -> None:
    person = ada()
    for act in (person.see_activesync_password, person.remove_activesync_password):
        with pytest.raises(Unknown):
            act(UUID(int=1))


def test_a_password_that_was_not_kept_cannot_be_seen() -> None:
    person = ada()
    person.set_activesync_password(a_password(1, "first"))
    with pytest.raises(Refused, match="set another"):
        person.see_activesync_password(UUID(int=1))


def test_a_code_is_good_once_and_not_after_a_later_one() -> None:
    person = ada()
    person.enrol("app", b"sealed")
    assert person.use_one_time_code(10)
    assert not person.use_one_time_code(10)
    assert not person.use_one_time_code(9)
    assert person.use_one_time_code(11)


def test_each_recovery_code_is_good_once_and_new_ones_end_the_old() -> None:
    person = ada()
    person.make_recovery_codes((b"a", b"b"))
    assert person.use_recovery_code(b"a")
    assert not person.use_recovery_code(b"a")
    person.make_recovery_codes((b"c",))
    assert not person.use_recovery_code(b"b")
    assert person.use_recovery_code(b"c")


def test_a_second_factor_that_is_turned_off_takes_its_codes_along() -> None:
    person = ada()
    person.enrol("app", b"sealed")
    person.make_recovery_codes((b"a",))
    person.turn_second_factor_off()
    assert (person.factor, person.factor_sealed, person.recovery_codes) == ("off", b"", ())
    events = len(person.pending_events)
    person.turn_second_factor_off()
    assert len(person.pending_events) == events


def test_a_rule_is_changed_once_and_only_if_it_is_one() -> None:
    house = House.open()
    assert house.rules == RULES
    for _ in range(2):
        house.decide(PASSWORDS_VIEWABLE, False)
        house.decide(FULL_WIPE_ALLOWED, False)
    assert len(house.pending_events) == 2
    assert not house.rules[PASSWORDS_VIEWABLE]
    with pytest.raises(Unknown, match="second-factor-required"):
        house.decide("no-such-rule", True)
