"""`python -m ops.bench`: measure, and print a table. The load comes from this process; servers
are others."""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import platform  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from dataclasses import replace  # noqa: E402
from datetime import UTC, datetime  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402
from typing import Any, Final  # noqa: E402

from ops.bench.carrying import first, upload  # noqa: E402
from ops.bench.changing import one  # noqa: E402
from ops.bench.figures import Figure, Report  # noqa: E402
from ops.bench.flooding import flood  # noqa: E402
from ops.bench.growing import grow  # noqa: E402
from ops.bench.measure import SIZES, Bench  # noqa: E402
from ops.bench.parking import park  # noqa: E402
from ops.bench.phone import CALENDAR, CONTACTS, Miscount  # noqa: E402
from ops.bench.polling import poll  # noqa: E402
from ops.bench.processes import Processes  # noqa: E402
from ops.bench.pushing import push  # noqa: E402
from ops.bench.refolding import refold  # noqa: E402
from ops.bench.serving import BARE, OURS, Target, furnish, serving  # noqa: E402
from ops.bench.undoing import take_back  # noqa: E402

Case = Callable[[Bench], Iterator[Figure]]

CASES: Final[dict[str, Case]] = {
    "upload": upload,
    "poll": poll,
    "first": first,
    "one": one,
    "push": push,
    "park": park,
    "flood": flood,
    "grow": grow,
    "refold": refold,
    "undo": take_back,
}
OURS_ONLY: Final = {"grow", "refold", "undo"}
BIG: Final = (10_000, 1_000_000)


def main() -> int:
    chosen = _arguments()
    _raise_limits()
    with ExitStack() as stack:
        target = _target(chosen, stack)
        if chosen.url:
            _expect_empty(target, chosen.empty)
        bare = stack.enter_context(serving(BARE, _home(stack), chosen.workers))
        sizes = SIZES[chosen.size]
        bench = Bench(target, bare, replace(sizes, logs=BIG) if chosen.big else sizes)
        report = Report(_about(chosen), bench.counts)
        for name in chosen.case or CASES:
            if not (chosen.url and name in OURS_ONLY):
                for figure in filter(bench.knows, CASES[name](bench)):
                    print("bench:", *figure.row(), file=sys.stderr)
                    report.figures.append(figure)
        report.about["protocol"] = target.version.text if target.version else ""
    print(json.dumps(report.as_json(), indent=1) if chosen.json else report.table())
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m ops.bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--case", choices=CASES, action="append", help="only this; may be repeated")
    parser.add_argument("--big", action="store_true", help="grow the log to 1 million events")
    parser.add_argument("--json", action="store_true", help="figures as data")
    parser.add_argument("--workers", type=int, default=2)
    other = parser.add_argument_group("another server")
    other.add_argument("--url", help="its address; the account there must be empty")
    other.add_argument("--user")
    other.add_argument("--password")
    other.add_argument("--server-pid", type=int, action="append", default=[], metavar="PID")
    other.add_argument("--empty", action="store_true", help="delete what the account holds")
    chosen = parser.parse_args()
    if chosen.url and not (chosen.user and chosen.password):
        parser.error("--url needs --user and --password")
    return chosen


def _target(chosen: argparse.Namespace, stack: ExitStack) -> Target:
    if chosen.url:
        processes = Processes(tuple(chosen.server_pid))
        return Target(chosen.url, (chosen.user,), chosen.password, processes)
    home, people = _home(stack), SIZES[chosen.size].people
    furnish(home, people=people)
    return stack.enter_context(serving(OURS, home, chosen.workers, people))


def _home(stack: ExitStack) -> Path:
    return Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))


def _expect_empty(target: Target, may_empty: bool) -> None:
    """Nobody's calendar is measured by mistake."""
    for kind in (CALENDAR, CONTACTS):
        phone = target.phone().arrive().begin(kind)
        held = phone.catch_up(kind)
        if held and not may_empty:
            sys.exit(f"bench: this account holds {len(held)} items of {kind}: --empty deletes them")
        phone.delete(kind, [each.text_of("airsync:ServerId", "") for each in held])
        phone.close()


def _raise_limits() -> None:
    """Each parked phone takes a descriptor, here and in the server, which inherits the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _about(chosen: argparse.Namespace) -> dict[str, Any]:
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "server": chosen.url or "Taccuino",
        "size": chosen.size,
        "workers": chosen.workers,
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "load before": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Miscount as wrong:
        sys.exit(f"bench: {wrong}")
