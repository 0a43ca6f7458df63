"""The tools take no more memory for a long log than for a short one (pain 22): they keep what they
show, and of what they go through a part at a time. Counted is what Python holds; what SQLite caches
has bounds of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from adapters.ids import server_id
from adapters.store.sqlite import PAGE
from adapters.wbxml import E
from app.log.replaying import AT_ONCE
from domain.body import Body
from tests.app.handset import Handset
from tests.app.recorded import Studio

FEW = 2 * max(PAGE, AT_ONCE)
MANY = FEW + 200
"""Contacts in the two houses; the fewer are more than are gone through at a time."""

NOTE = Body("A note of some length, as people keep them. " * 200)

MORE = 1 << 20
"""What may differ. The texts that the large house has more are three times as much."""

MEASURE = """
import sys, tracemalloc
from importlib import import_module
from app.cli import main

verbs = sys.stdin.read().splitlines()
for line in verbs:
    import_module(f"app.cli.{line.split()[0]}")
tracemalloc.start()
for line in verbs:
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    try:
        main(line.split())
    except SystemExit as end:
        assert not end.code, line
    print("PEAK", tracemalloc.get_traced_memory()[1] - before, flush=True)
"""
"""Each line of its input is a verb; how much it took at most stands below what it says."""


@dataclass(frozen=True)
class Place:
    """A house in which Grace has so many contacts, all on her phone, and Ada a phone and one;
    `item` is one of Grace's."""

    home: Path
    graces: str
    adas: str
    item: str

    def peaks(self, *verbs: str) -> list[int]:
        """The most memory that each of these took."""
        done = subprocess.run(
            [sys.executable, "-c", MEASURE],
            input="\n".join(verbs),
            env=os.environ | {"TACCUINO_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=True,
        )
        told = [line.split() for line in done.stdout.splitlines() if line.startswith("PEAK ")]
        return [int(peak) for _, peak in told]


def place(home: Path, number: int) -> Place:
    house = Studio(home)
    house.person()
    house.person("grace", "Grace Example")
    house.contact(first_name="Bea")
    with house.groupware.acting(house.admin):
        ids = [house.contact("grace", first_name=f"No {n}", body=NOTE) for n in range(number)]
    phone, other = Handset(house, name="grace"), Handset(house, device="ADAS")
    other.folder_sync("0")
    house.record("ada", "ADAS")
    phone.catch_up(phone.contacts, E("airsync:WindowSize", 512))
    other.catch_up(other.contacts)
    graces, adas = house.phone("grace").id, house.phone(device="ADAS").id
    house.close()
    return Place(home, server_id(graces), server_id(adas), server_id(ids[-1]))


VERBS = (
    "log -n 50",
    "log -n 50 -u grace --kind contacts --json",
    "history {item}",
    "explain {graces} --contacts",
    "explain {graces} --contacts --item {item}",
    "findings",
    "verify",
    "rebuild",
    "bundle {adas} {home}/bundle",
    "replay --bundle {home}/bundle",
)


def test_they_take_no_more_in_a_large_house_than_in_a_small_one(tmp_path: Path) -> None:
    """What is shown is what is kept; a proof goes through the log a part at a time; in a bundle is
    what is Ada's, however much Grace keeps."""
    houses = [place(tmp_path / f"of{number}", number) for number in (FEW, MANY)]
    small, large = (each.peaks(*(verb.format(**vars(each)) for verb in VERBS)) for each in houses)
    more = {verb: many - few for verb, few, many in zip(VERBS, small, large, strict=True)}
    assert {verb: each for verb, each in more.items() if each > MORE} == {}
