"""Sync: answers that do not arrive, and items that a phone or we cannot take."""

from __future__ import annotations

from uuid import UUID

from adapters.ids import server_id
from tests.app.handset import (
    changing,
    fetching,
    first_name,
)
from tests.faults.acts import (
    UNASKED,
    after,
    arrived_after_all,
    broken_record,
    burst,
    edited,
    edits,
    id_of,
    lost,
    many,
    mended_record,
    named,
    news,
    nothing_wished,
    overtaken_by_another_edit,
    poisoned,
    removing,
    renaming,
    sync,
    wished,
)
from tests.faults.scenario import Scenario

SCENARIOS = [
    Scenario("sync-repeat", sync(), after(news, edits, lost(sync()))),
    Scenario("sync-sibling", sync(), after(news, lost(sync()), edits)),
    Scenario(
        "sync-sibling-confirmed",
        sync(),
        after(
            news,
            lost(sync()),
            edits,
            lost(sync()),
            lambda s, p: p.wish(p.ids["contacts"], changing(p.ids["Carl"], first_name("Carlos"))),
            sync(),
            many,
        ),
    ),
    Scenario("sync-halved", sync(), after(many, lost(sync(), 3))),
    Scenario("sync-halved-again", sync(), after(many, lost(sync(), 4))),
    Scenario("sync-after-halves", sync(), after(many, lost(sync(), 5), sync())),
    Scenario("sync-lone", sync(), after(edited("Flora", first_name="Fiora"), lost(sync(), 11))),
    Scenario(
        "sync-lone-reduced", sync(), after(edited("Flora", first_name="Fiora"), lost(sync(), 23))
    ),
    Scenario("sync-poisoned", sync(), after(poisoned, news)),
    Scenario(
        "sync-restored",
        sync(),
        after(edits, sync(), lambda s, p: s.house.restore(id_of(p, "Dora"))),
    ),
    Scenario(
        "sync-withdrawn",
        sync(),
        after(edits, lost(sync()), nothing_wished, wished("contacts", named("Ida")), sync(), news),
    ),
    Scenario("sync-burst", sync("contacts", "club"), burst),
    Scenario("sync-burst-repeat", sync("contacts", "club"), after(burst, lost(sync("contacts")))),
    Scenario(
        "sync-burst-goes-on",
        sync("contacts", "club"),
        after(
            burst,
            sync("contacts"),
            wished("contacts", renaming("n1", "One"), removing("n2"), named("Number 3")),
        ),
    ),
    Scenario(
        "sync-burst-withdrawn",
        sync("contacts", "club"),
        after(
            burst,
            lost(sync("contacts")),
            nothing_wished,
            wished("contacts", renaming("Carl", "Carlo")),
            sync("contacts"),
        ),
    ),
    Scenario("sync-insists", sync(), overtaken_by_another_edit),
    Scenario(
        "sync-add-reworded",
        sync(),
        after(
            wished("contacts", named("Gil")),
            lost(sync()),
            nothing_wished,
            wished("contacts", named("Gilbert")),
        ),
        contested=("Gil",),
    ),
    Scenario(
        "sync-repeat-older",
        sync(),
        after(
            news,
            lost(sync()),
            edited("Bea", job_title="Chief"),
            edited("Trip", subject="Longer trip"),
        ),
    ),
    Scenario(
        "sync-repeat-no-changes", sync(content=UNASKED), after(edits, lost(sync(content=UNASKED)))
    ),
    Scenario(
        "sync-arrived-after-all",
        sync(),
        after(edited("Flora", first_name="Fiora"), arrived_after_all(13)),
    ),
    Scenario(
        "sync-arrived-in-the-end",
        sync(),
        after(edited("Flora", first_name="Fiora"), arrived_after_all(25)),
    ),
    Scenario("sync-broken-record", sync(), after(news, broken_record), afterwards=mended_record),
    Scenario(
        "sync-of-poison",
        sync(),
        after(
            poisoned,
            wished(
                "contacts",
                lambda p: fetching(server_id(UUID(int=99))),
                lambda p: changing(server_id(UUID(int=99)), first_name("Good")),
            ),
        ),
    ),
]
