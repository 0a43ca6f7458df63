"""What an administrator decides for everybody at once."""

from __future__ import annotations

from app.groupware import Groupware
from domain.base import Authorship
from domain.house import House
from domain.refused import Unknown


def decide(groupware: Groupware, author: Authorship, rule: str, holds: bool) -> None:
    """A rule of RULES holds from now on, or does not. That a second factor is required is
    decided by `secondfactor.require_of_all`, which looks at the phones first."""
    with groupware.acting(author):
        house = the_house(groupware)
        house.decide(rule, holds)
        groupware.save(house)


def the_house(groupware: Groupware) -> House:
    """What holds for everybody, also where nobody has decided anything yet."""
    try:
        return groupware.load(House, House.id_of())
    except Unknown:
        return House.open()
