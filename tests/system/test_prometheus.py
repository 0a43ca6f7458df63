"""What lies in ops/ for Prometheus and Grafana, judged by Prometheus itself: it looks at a real
server while phones do what numbers are for, and each panel and each alert is asked of it."""

from __future__ import annotations

import json
import math
import random
import re
import time
from collections.abc import Iterator
from functools import partial
from urllib.request import urlopen

import pytest

from tests.system.couple import in_step
from tests.system.phone import CALENDAR, CONTACTS, Phone
from tests.system.prometheus import RULES, Prometheus, prometheus, promtool
from tests.system.server import HOST, PASSWORD, ROOT, Server, free_port, until
from tests.system.wire import Denied, Wire, pinging

NUMBERS = free_port()
SETTINGS = {
    "METRICS": f"{HOST}:{NUMBERS}",
    "HEARTBEAT_MINIMUM": "1",
    "LOG_LEVEL": "debug",
}
MODULE = "tests.system.telling"

MANY = 30
TRIES = 30
"""So often the phone that chokes asks for the same."""

DASHBOARD = json.loads((ROOT / "ops/grafana/taccuino.json").read_text("utf-8"))
PANELS = {each["title"]: each for each in DASHBOARD["panels"] if each["type"] != "row"}
FOR_GRAFANA = {"$job": ".*", "$instance": ".*", "$__rate_interval": "15s"}
"""What Grafana puts in their places: all there are, and four looks at least."""

NOTHING = {"Put off", "Incidents, a day", "Trouble"}
"""Panels that show nothing but zeros in a server that is well."""


def a_phone(server: Server, device: str, password: str = PASSWORD) -> Phone:
    return Phone(Wire(HOST, server.port, "ada", password, device), random.Random(1))


@pytest.fixture(scope="module")
def watched(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """It has looked while phones did what numbers are for; one of them still waits."""
    with prometheus(tmp_path_factory.mktemp("prometheus"), f"{HOST}:{NUMBERS}") as found:
        phones = [a_phone(server, name) for name in ("GIVER", "TAKER", "POOR")]
        begin(server, *phones)
        until(found.looks, "it does not look", pause=0.1)
        drive(server, *phones)
        until(partial(found.looked, time.time()), "it does not look again", pause=0.1)
        yield found
        for phone in phones:
            phone.wire.close()


def begin(server: Server, giver: Phone, taker: Phone, poor: Phone) -> None:
    server.verb("backup", str(server.home / "copy.db"))
    for each in (giver, taker, poor):
        each.set_up()
    for number in range(MANY):
        giver.add(CONTACTS, number)
    in_step(giver, taker)
    poor.wire.ask("Ping")


def drive(server: Server, giver: Phone, taker: Phone, poor: Phone) -> None:
    wake(server, giver, taker)
    disagree(giver, taker)
    choke(poor)
    delete_too_much(taker)
    guess(server)
    poor.wire.ask("Ping")
    wait(server, taker)


def wake(server: Server, giver: Phone, taker: Phone) -> None:
    """The one waits, and hears of what the other did."""
    wait(server, taker)
    giver.add(CALENDAR, 1)
    in_step(giver)
    assert taker.wire.finish().text_of("ping:Status") == "2"
    in_step(taker)


def wait(server: Server, taker: Phone) -> None:
    folders = [folder.id for folder in taker.folders.values()]
    taker.wire.begin("Ping", pinging(folders, 60))
    until(lambda: server.parked("TAKER") == 1, "it does not wait")


def disagree(giver: Phone, taker: Phone) -> None:
    """Both edit the same field of the same contact."""
    id = min(giver.folders[CONTACTS].store)
    for phone in (giver, taker):
        folder = phone.folders[CONTACTS]
        folder.edited[id] = {**folder.store[id], "a": phone.wire.device}
        phone.sync()


def choke(poor: Phone) -> None:
    """It never gets over what it is sent, and asks again with the same key."""
    poor.sync()
    kept = poor.folders[CONTACTS].key
    for _ in range(TRIES):
        poor.folders[CONTACTS].key = kept
        poor.folders[CONTACTS].store.clear()
        poor.sync((CONTACTS,))


def delete_too_much(taker: Phone) -> None:
    folder = taker.folders[CONTACTS]
    folder.deleted |= set(sorted(folder.store)[: MANY - 5])
    in_step(taker)


def guess(server: Server) -> None:
    stranger = a_phone(server, "STRANGER", "a wrong horse")
    with pytest.raises(Denied):
        stranger.wire.ask("Sync")
    stranger.wire.close()


def test_each_panel_shows_what_phones_did(watched: Prometheus) -> None:
    for title, panel in PANELS.items():
        for target in panel["targets"]:
            shown = drawn(watched, as_grafana_asks(target["expr"]), target["legendFormat"])
            assert shown, f"{title} has nothing to show"
            assert (shown == {0}) == (title in NOTHING), (title, shown)


def drawn(watched: Prometheus, expression: str, legend: str) -> set[float]:
    """The numbers of its lines in the last half minute; each line has a name of its own."""
    now = time.time()
    found = watched.ask("query_range", query=expression, start=now - 30, end=now, step=0.5)
    for each in found["result"]:
        assert each["metric"].keys() == set(re.findall(r"{{(\w+)}}", legend)), expression
    numbers = (float(much) for each in found["result"] for _, much in each["values"])
    return {each for each in numbers if not math.isnan(each)}


def as_grafana_asks(expression: str) -> str:
    for name, value in FOR_GRAFANA.items():
        expression = expression.replace(name, value)
    assert "$" not in expression
    return expression


def test_one_can_choose_among_the_servers_there_are(watched: Prometheus) -> None:
    for variable in DASHBOARD["templating"]["list"]:
        asked = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
        assert asked, variable
        expression, label = as_grafana_asks(asked[1]), asked[2]
        found = watched.ask(f"label/{label}/values", **{"match[]": expression})
        assert found == [{"job": "taccuino", "instance": f"{HOST}:{NUMBERS}"}[label]]


def test_every_alert_can_be_asked_and_only_what_happened_raises_one(watched: Prometheus) -> None:
    rules = watched.ask("rules")["groups"][0]["rules"]
    assert len(rules) == RULES.read_text("utf-8").count("- alert:")
    assert {(each["health"], each.get("lastError")) for each in rules} == {("ok", None)}
    raised = {each["name"]: each["state"] for each in rules if each["state"] != "inactive"}
    assert raised == {"TaccuinoBurstWaits": "pending", "TaccuinoItemsInQuarantine": "firing"}


def test_promtool_finds_nothing_wrong_with_names_and_rules(server: Server) -> None:
    with urlopen(f"http://{HOST}:{NUMBERS}/metrics") as answer:
        told = answer.read().decode()
    assert promtool("check", "metrics", given=told) == ""
    assert "WARN" not in promtool("check", "rules", str(RULES)).upper()


def test_each_alert_comes_when_it_should_and_only_then() -> None:
    judged = RULES.with_name("taccuino.test.yml")
    assert "SUCCESS" in promtool("test", "rules", str(judged))
    names = set(re.findall(r"- alert: (\w+)", RULES.read_text("utf-8")))
    text = judged.read_text("utf-8")
    comes = r"alertname: (\w+)\n +eval_time: \S+\n +exp_alerts:"
    assert set(re.findall(comes, text)) == set(re.findall(r"{alertname: (\w+)", text)) == names
