"""What lies in ops/ for Grafana and Prometheus, and the runbook, speak of what exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from app.cli import INDEX
from app.metrics import measures
from app.metrics.kinds import Count, Spread
from app.metrics.measures import MEASURES
from app.metrics.page import STANDING
from domain.item import EditHeld, EditSetAside
from domain.round import ItemQuarantined

ROOT = Path(__file__).parent.parent
DASHBOARD = json.loads((ROOT / "ops/grafana/taccuino.json").read_text("utf-8"))
RULES = (ROOT / "ops/prometheus/taccuino.rules.yml").read_text("utf-8")
RUNBOOK = (ROOT / "docs/operations.md").read_text("utf-8")
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ALERTS = re.findall(r"(?s)- alert: (\w+)\n(.*?)(?=\n\n|\Z)", RULES)
METRIC = re.compile(r"taccuino_\w+")
EVENTS = frozenset({EditSetAside.TOPIC, EditHeld.TOPIC, ItemQuarantined.TOPIC})
GIVEN = frozenset({"job", "instance", "le", "severity"})
"""Labels that are none of ours."""


def told() -> set[str]:
    """The name of every series there is."""
    names = {f"taccuino_{name}" for name in STANDING}
    for name, measure in MEASURES.items():
        if isinstance(measure, Spread):
            names |= {f"{name}_{end}" for end in ("bucket", "sum", "count")}
        else:
            names.add(f"{name}_total" if isinstance(measure, Count) else name)
    return names


def expressions() -> Iterator[str]:
    for panel in PANELS:
        yield from (target["expr"] for target in panel["targets"])
    yield from re.findall(r"expr: (.*)", RULES)


def test_every_query_asks_for_numbers_that_exist() -> None:
    asked = {name for each in expressions() for name in METRIC.findall(each)}
    assert asked <= told()
    assert len(asked) > 15


def test_every_number_is_looked_at_somewhere() -> None:
    asked = {name for each in expressions() for name in METRIC.findall(each)}
    stems = {re.sub("_(bucket|sum|count)$", "", name) for name in told()}
    assert stems == {re.sub("_(bucket|sum|count)$", "", name) for name in asked}


def test_every_label_and_value_that_is_asked_for_exists() -> None:
    labels = {label: few for each in MEASURES.values() for label, few in each.few.items()}
    for each in expressions():
        for label, value in re.findall(r'(\w+)(?:=~|!=|=)"([^"$]*)"', each):
            if label not in GIVEN:
                wrong = set(value.split("|")) - (labels[label] or set(value.split("|")))
                assert not wrong, each
        for names in re.findall(r"by \(([\w, ]+)\)", each):
            assert set(names.split(", ")) <= GIVEN | labels.keys(), each


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_has_what_grafana_needs_to_draw_it(panel: dict[str, Any]) -> None:
    source = {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
    assert panel["datasource"] == source
    assert panel["type"] in {each["id"] for each in DASHBOARD["__requires"]}
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert [each["refId"] for each in panel["targets"]] == list("ABC"[: len(panel["targets"])])
    for target in panel["targets"]:
        assert target["datasource"] == source
        assert target["expr"].count("(") == target["expr"].count(")")


def test_the_dashboard_can_be_imported_where_it_is_not_known() -> None:
    assert DASHBOARD["id"] is None
    assert [each["name"] for each in DASHBOARD["__inputs"]] == ["DS_PROMETHEUS"]
    assert {"uid", "title", "schemaVersion", "templating", "time", "panels"} <= DASHBOARD.keys()
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))
    used = set(re.findall(r"\$(\w+)", " ".join(expressions()))) - {"__rate_interval"}
    assert used - {"labels", "value"} == {each["name"] for each in DASHBOARD["templating"]["list"]}


def test_no_panel_lies_on_another() -> None:
    for one, other in combinations((panel["gridPos"] for panel in DASHBOARD["panels"]), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
        assert one["x"] + one["w"] <= 24


@pytest.mark.parametrize(("name", "rule"), ALERTS, ids=[name for name, _ in ALERTS])
def test_an_alert_says_how_bad_it_is_what_it_is_and_what_to_do(name: str, rule: str) -> None:
    fields = dict(re.findall(r"^ +(\w+): (.+)$", rule, re.MULTILINE))
    assert fields.keys() >= {"expr", "labels", "summary", "todo"}
    assert re.fullmatch(r"\{severity: (critical|warning|info)\}", fields["labels"])
    for text in (fields["summary"], fields["todo"]):
        assert re.fullmatch(r'"[^"]*"', text)
    for verb in re.findall(r"taccuino ([\w-]+)", fields["todo"]):
        assert verb in INDEX, verb
    assert name in RUNBOOK, "the runbook says more"


def test_the_runbook_names_every_number_and_only_commands_that_exist() -> None:
    documented = set(re.findall(r"^\| `(taccuino_\w+)", RUNBOOK, re.MULTILINE))
    stems = {re.sub("_(bucket|sum|count)$", "", name) for name in told()}
    assert documented == stems
    for verb in re.findall(r"`taccuino ([a-z][\w-]*)", RUNBOOK):
        assert verb in INDEX, verb


def test_the_runbook_tells_what_becomes_of_passwords_in_the_same_words() -> None:
    assert all(outcome in RUNBOOK for outcome in measures.OUTCOMES)
