"""What a secret is worth; and that how long the answer takes tells nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app import people
from app.identity import credentials, passwords, secondfactor
from app.identity.judging import Judgement, judge, own_password
from projections.accounts import AccountRow
from projections.attempts import LOGIN, NONE, OUTDATED
from tests.app.house import House
from tests.app.post import Post

PASSWORD, PHONES, OLD = "correct horse", "battery staple", "the old password"


def plain(house: House) -> AccountRow | None:
    return house.account()


def with_passwords(house: House) -> AccountRow | None:
    id = house.account().id
    credentials.reset_activesync_password(house.groupware, house.admin, id, PHONES)
    credentials.reset_activesync_password(house.groupware, house.admin, id, "another one", "iPad")
    return house.account()


def with_factor_only(house: House) -> AccountRow | None:
    secondfactor.require_of_all(house.groupware, house.admin, Post(), sure=True)
    return house.account()


def nobody(house: House) -> AccountRow | None:
    return None


def of_directory(house: House) -> AccountRow | None:
    people.leave_login_to_directory(house.groupware, house.admin, house.account().id)
    return house.account()


@pytest.mark.parametrize(
    ("state", "secret", "right", "why", "hashes"),
    [
        (plain, PASSWORD, True, "", 1),
        (plain, "a guess", False, "", 1),
        (plain, OLD, False, OUTDATED, 0),
        (with_passwords, PHONES, True, "", 1),
        (with_passwords, "another one", True, "", 1),
        (with_passwords, "a guess", False, "", 1),
        (with_passwords, PASSWORD, False, LOGIN, 1),
        (with_passwords, OLD, False, OUTDATED, 0),
        (with_factor_only, PASSWORD, False, NONE, 1),
        (with_factor_only, "a guess", False, "", 1),
        (nobody, PASSWORD, False, "", 1),
        (of_directory, PASSWORD, False, "", 1),
        (of_directory, OLD, False, "", 1),
    ],
)
def test_what_a_secret_is_worth_and_how_many_hashes_that_takes(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    state: Callable[[House], AccountRow | None],
    secret: str,
    right: bool,
    why: str,
    hashes: int,
) -> None:
    for password in (OLD, PASSWORD):
        people.set_password(house.groupware, house.admin, house.account().id, password)
    account, made, verify = state(house), [], passwords.argon2.verify

    def counted(secret: str, hash: str) -> bool:
        made.append(hash)
        return bool(verify(secret, hash))

    monkeypatch.setattr(passwords.argon2, "verify", counted)
    found = judge(house.groupware, own_password, account, secret)
    assert (found.right, found.why, len(made)) == (right, why, hashes)
    assert not found.stale


def test_the_password_it_is_has_a_name(house: House) -> None:
    account = with_passwords(house)
    first, second = (
        judge(house.groupware, own_password, account, s) for s in (PHONES, "another one")
    )
    assert first.password
    assert second.password
    assert first.password != second.password


def test_an_old_password_that_the_directory_takes_is_right(house: House) -> None:
    for password in (OLD, PASSWORD):
        people.set_password(house.groupware, house.admin, house.account().id, password)
    account = of_directory(house)
    found = judge(house.groupware, lambda account, secret: secret == OLD, account, OLD)
    assert found == Judgement(right=True)
