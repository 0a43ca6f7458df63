"""Use cases about policy sets beside writing one (people.py): who is under it, and its end."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from app import people
from app.groupware import Groupware
from domain.base import Authorship
from domain.policy import Policy
from domain.refused import Unknown
from projections import accounts, policies
from projections.accounts import AccountRow


def under(groupware: Groupware, name: str) -> list[AccountRow]:
    """The people under this policy, by their names."""
    with groupware.reading() as connection:
        return [each for each in accounts.all_accounts(connection) if each.policy == name]


def assign(groupware: Groupware, author: Authorship, persons: Iterable[UUID], name: str) -> None:
    """Put all of them under this policy, with an empty name under none; or, if anything is wrong
    with one of them, nobody."""
    with groupware.acting(author):
        for account in persons:
            people.assign_policy(groupware, author, account, name)


def remove(groupware: Groupware, author: Authorship, name: str) -> int:
    """A policy is no more, and nobody is under it. How many were."""
    with groupware.acting(author) as connection:
        row = policies.find(connection, name)
        if row is None or row.removed:
            raise Unknown(f"there is no policy {name}")
        followers = under(groupware, row.name)
        assign(groupware, author, (each.id for each in followers), "")
        policy = groupware.load(Policy, row.id)
        policy.remove()
        groupware.save(policy)
    return len(followers)
