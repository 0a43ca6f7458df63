"""What a phone asks without news of its own: empty and waiting Syncs, and Ping."""

from __future__ import annotations

from adapters.wbxml import E
from tests.faults.acts import (
    ALL,
    NOBODY,
    after,
    another_folder,
    lost,
    meanwhile,
    news,
    of_somebody_else,
    overtaken,
    overtaken_sync,
    ping,
    post,
    somebody_looks,
    still,
    sync,
)
from tests.faults.phone import Asked
from tests.faults.scenario import Scenario, nothing

SCENARIOS = [
    Scenario("sync-still", sync(), nothing),
    Scenario("sync-still-again", sync(), after(sync())),
    Scenario("sync-empty", post("Sync", lambda phone: None), after(sync(), sync())),
    Scenario("sync-empty-news", post("Sync", lambda phone: None), after(sync(), sync(), news)),
    Scenario(
        "sync-empty-unknown",
        post("Sync", lambda phone: None),
        after(sync(), sync(), news, lost(sync())),
    ),
    Scenario("sync-empty-12.0", post("Sync", lambda phone: None), version="12.0"),
    Scenario(
        "sync-partial",
        lambda s, p: p.sync(s, Asked(p.ids["club"]), Partial=""),
        after(sync(), news),
    ),
    Scenario("sync-hollow", post("Sync", lambda phone: E("airsync:Sync", E("airsync:Partial")))),
    Scenario("sync-waits", sync(HeartbeatInterval=120)),
    Scenario("sync-woken", meanwhile(news, sync(HeartbeatInterval=120))),
    Scenario("sync-wait-of-own", meanwhile(somebody_looks, sync(Wait=2))),
    Scenario("sync-wait-hierarchy", meanwhile(another_folder, sync(HeartbeatInterval=120))),
    Scenario("sync-wait-too-short", sync(HeartbeatInterval=10)),
    Scenario("sync-wait-too-long", sync(Wait=60)),
    Scenario("ping-expires", ping(*ALL)),
    Scenario("ping-again", ping(), ping(*ALL)),
    Scenario("ping-news", ping(*ALL), after(ping(*ALL), news)),
    Scenario("ping-woken", meanwhile(news, ping(*ALL))),
    Scenario("ping-overtaken", meanwhile(overtaken, ping(*ALL))),
    Scenario("ping-welcome", meanwhile(somebody_looks, ping(*ALL))),
    Scenario("ping-hierarchy", ping(*ALL), another_folder),
    Scenario("ping-unknown", ping("contacts", NOBODY)),
    Scenario("ping-incomplete", ping()),
    Scenario("ping-of-nothing", ping("inbox")),
    Scenario("ping-too-short", ping(*ALL, interval=1)),
    Scenario("ping-too-many", ping(*map(str, range(400)))),
    Scenario("ping-broken", ping(*ALL, interval="soon")),
    Scenario("sync-still-of-others", still(of_somebody_else)),
    Scenario("sync-still-no-more", still(news)),
    Scenario("sync-still-once-more", still(nothing)),
    Scenario("sync-overtaken", meanwhile(overtaken_sync, sync(HeartbeatInterval=120))),
    Scenario("sync-waits-twice", sync(Wait=2, HeartbeatInterval=120)),
]
