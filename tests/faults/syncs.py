"""Sync: what is asked for, what is new, and what a phone did.

Three collections are asked for as a rule: the phone has commands for the one in the middle, and
the others have news. What breaks in one of them must not be seen in the others.
"""

from __future__ import annotations

from adapters.wbxml import E
from tests.app.handset import (
    options,
)
from tests.faults.acts import (
    ALL,
    BODIES,
    NOBODY,
    TWO_WEEKS,
    UNASKED,
    UNGIVEN,
    after,
    asked_with,
    at,
    copies,
    edited,
    edits,
    hopeless,
    long_past,
    lost,
    many,
    moved,
    news,
    nothing_then_more,
    post,
    removed,
    removing,
    renaming,
    sync,
    window,
    wished,
)
from tests.faults.phone import Asked
from tests.faults.scenario import Scenario

SCENARIOS = [
    Scenario("sync-key-0", sync(key="0")),
    Scenario("sync-first", sync(content=BODIES), after(sync(key="0"), news)),
    Scenario("sync-news", sync(), news),
    Scenario("sync-edits", sync(), after(news, edits)),
    Scenario("sync-edits-2.5", sync(), after(news, edits), "2.5"),
    Scenario("sync-edits-12.1", sync(content=BODIES), after(news, edits), "12.1"),
    Scenario("sync-edits-14.1", sync(content=BODIES), after(news, edits), "14.1"),
    Scenario("sync-hopeless", sync("inbox", *ALL), after(sync("inbox"), hopeless)),
    Scenario(
        "sync-conflict",
        sync(),
        after(
            edits,
            edited("Carl", first_name="Charly"),
            edited("Standup", subject="Sit"),
            removed("Flora"),
            removed("Dora"),
        ),
        contested=("Carl", "Standup", "Flora", "Dora"),
    ),
    Scenario(
        "sync-client-wins",
        sync(content=(options(0, 0),)),
        after(edits, edited("Carl", first_name="Charly"), news),
        contested=("Carl",),
    ),
    Scenario("sync-copies", sync(), after(sync("contacts", key="0"), copies, news)),
    Scenario("sync-no-changes", sync(content=UNASKED), after(news, edits)),
    Scenario("sync-window", sync(content=(window(2),)), many),
    Scenario("sync-window-shared", sync("contacts", "club", WindowSize=4), many),
    Scenario(
        "sync-next-window", sync(content=(window(2),)), after(many, sync(content=(window(2),)))
    ),
    Scenario("sync-narrower", sync(content=TWO_WEEKS), news),
    Scenario("sync-wider", sync(content=(options(0),)), after(sync(content=TWO_WEEKS), news)),
    Scenario(
        "sync-unknown-folder",
        lambda s, p: p.sync(
            s,
            Asked(NOBODY, key="1-2"),
            p.ids["contacts"],
            Asked(p.ids["club"], (E("airsync:ConversationMode", 1),)),
        ),
        news,
    ),
    Scenario("sync-twice-a-folder", sync("contacts", "contacts", "club")),
    Scenario(
        "sync-early",
        sync("contacts", "inbox", key="0", content=(E("airsync:GetChanges"), options(8))),
    ),
    Scenario("sync-no-document", post("Sync", lambda phone: E("ping:Ping"))),
    Scenario("sync-too-many", lambda s, p: p.sync(s, *(Asked(f"{n:026}") for n in range(1000)))),
    Scenario("sync-days-later", at(30, sync()), after(sync(content=TWO_WEEKS))),
    Scenario("sync-moved", sync(), moved),
    Scenario(
        "sync-removed-twice",
        sync(),
        after(wished("contacts", removing("Dora"), removing("Bea")), removed("Dora"), moved),
        contested=("Bea",),
    ),
    Scenario("sync-same-values", sync(), wished("contacts", renaming("Carl", "Carl"))),
    Scenario("sync-bad-key", asked_with(UNGIVEN)),
    Scenario("sync-no-key-at-all", asked_with("x")),
    Scenario("sync-nothing-then-more", sync(content=(window(2),)), nothing_then_more),
    Scenario("sync-narrower-paged", sync(content=(options(4), window(1))), long_past),
    Scenario(
        "sync-narrower-halved",
        sync(content=TWO_WEEKS),
        after(long_past, lost(sync(content=TWO_WEEKS), 4)),
    ),
    Scenario("sync-strange-key", asked_with("9.zzzzzzzzzzzzzzzz")),
]
