"""How phones find the server, who they are, whom they look up, and what they must keep."""

from __future__ import annotations

from adapters.wbxml import E
from tests.app.handset import fetching
from tests.app.test_find import find
from tests.app.test_provision import about, acknowledgement, initial
from tests.app.test_search import search, within
from tests.app.test_settings_command import put, s, settings
from tests.faults.acts import ALL, after, news, ping, post, sync, wished
from tests.faults.asks import (
    EVERYTHING,
    FIRST,
    MAIL,
    OOF,
    QUESTION,
    TRYING,
    WORDS,
    acknowledge,
    blocked,
    cleared,
    crowded,
    discover,
    find_by,
    find_mail,
    forgotten,
    http,
    in_another_version,
    line,
    offered,
    operations,
    provision,
    quarantined,
    ruled_out,
    said,
    search_mail,
    silent,
    strict,
    the_item,
    to_be_wiped,
    unblocked,
    under_ceiling,
    under_policy,
    wiped,
    without_ceiling,
    without_policy,
    without_rule,
)
from tests.faults.scenario import Scenario, folder_command

SCENARIOS = [
    Scenario("search", post("Search", said(search("example", within("0-9"), E("search:Picture"))))),
    Scenario("search-nobody", post("Search", said(search("zzz")))),
    Scenario("search-past-the-end", post("Search", said(search("example", within("90-99"))))),
    Scenario("search-empty", post("Search", said(search(" ")))),
    Scenario(
        "search-mail",
        post(
            "Search",
            said(
                search(
                    E("search:Query", E("search:And", E("airsync:Class", "Email"))), store="Mailbox"
                )
            ),
        ),
    ),
    Scenario("search-documents", post("Search", said(search("x", store="DocumentLibrary")))),
    Scenario("search-nowhere", post("Search", said(search("x", store="Cellar")))),
    Scenario("find", post("Find", said(find("example", "0-9", E("find:Picture"))))),
    Scenario(
        "find-next",
        post("Find", said(find("example", "1-9"))),
        post("Find", said(find("example", "0-0"))),
    ),
    Scenario("find-middle", post("Find", said(find("example", "1-9")))),
    Scenario("find-nothing", post("Find", said(E("find:Find")))),
    Scenario("settings", post("Settings", said(EVERYTHING))),
    Scenario(
        "settings-12.1",
        post("Settings", said(settings(s("UserInformation", s("Get"))))),
        version="12.1",
    ),
    Scenario("settings-oof", post("Settings", said(settings(put("Oof", s("OofState", 1), OOF))))),
    Scenario(
        "settings-wrong",
        post(
            "Settings",
            said(
                settings(
                    s("Oof"),
                    s("UserInformation"),
                    s("RightsManagementInformation"),
                    s("DevicePassword"),
                )
            ),
        ),
    ),
    Scenario("settings-twice", post("Settings", said(settings(s("Oof"), s("Oof"))))),
    Scenario("provision", provision(about(Model="One"))),
    Scenario("provision-policy", provision(), under_policy, afterwards=without_policy),
    Scenario(
        "provision-again", provision(), after(under_policy, offered), afterwards=without_policy
    ),
    Scenario(
        "provision-acknowledged",
        acknowledge(),
        after(under_policy, offered),
        afterwards=without_policy,
    ),
    Scenario(
        "provision-refused", acknowledge(3), after(under_policy, offered), afterwards=without_policy
    ),
    Scenario(
        "provision-other-key",
        post("Provision", said(acknowledgement(77))),
        under_policy,
        afterwards=without_policy,
    ),
    Scenario("provision-unknown-type", post("Provision", said(initial(type="x")))),
    Scenario("provision-broken", post("Provision", said(E("ping:Ping")))),
    Scenario(
        "provision-no-key",
        post(
            "FolderSync", said(E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0")))
        ),
        under_policy,
        afterwards=without_policy,
    ),
    Scenario("provision-to-be-wiped", provision(), to_be_wiped, afterwards=cleared),
    Scenario("provision-wiped", post("Provision", wiped()), to_be_wiped, afterwards=unblocked),
    Scenario(
        "provision-wiped-again",
        post("Provision", wiped()),
        after(to_be_wiped, post("Provision", wiped())),
        afterwards=unblocked,
    ),
    Scenario("provision-not-to-be-wiped", post("Provision", wiped())),
    Scenario("provision-blocked", provision(), blocked, afterwards=unblocked),
    Scenario("options", http("OPTIONS")),
    Scenario("get", http("GET")),
    Scenario(
        "trying",
        post(
            "FolderSync",
            said(E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", "0"))),
            query=TRYING,
        ),
    ),
    Scenario("unknown-command", post("SmartReply", said(E("ping:Ping")))),
    Scenario("autodiscover", discover(QUESTION)),
    Scenario("autodiscover-refused", discover(b"<x/>")),
    Scenario("autodiscover-put", http("PUT", "/autodiscover/autodiscover.xml")),
    Scenario(
        "autodiscover-json",
        http("GET", "/autodiscover/autodiscover.json", query="Protocol=ActiveSync"),
    ),
    Scenario("find-bad-range", post("Find", said(find("example", "x")))),
    Scenario("find-blank", post("Find", said(find(" ")))),
    Scenario("find-mail", post("Find", find_mail(MAIL, "0-9"))),
    Scenario("find-mail-middle", post("Find", find_mail(MAIL, "5-9"))),
    Scenario("find-mail-bad-range", post("Find", find_mail(MAIL, "x"))),
    Scenario(
        "find-mail-elsewhere",
        post("Find", find_mail(E("find:Query", E("airsync:Class", "Tasks")), "0-9")),
    ),
    Scenario("find-by-nothing-known", post("Find", find_by(E("find:Query", "x")))),
    Scenario("search-bad-range", post("Search", said(search("example", within("x"))))),
    Scenario("search-complex", post("Search", said(search(WORDS)))),
    Scenario("search-no-store", post("Search", said(E("search:Search")))),
    Scenario(
        "search-mail-complex",
        post("Search", search_mail(E("search:Query", E("search:Or", E("airsync:Class", "Email"))))),
    ),
    Scenario(
        "search-mail-elsewhere",
        post(
            "Search", search_mail(E("search:Query", E("search:And", E("airsync:Class", "Tasks"))))
        ),
    ),
    Scenario("search-mail-blank", post("Search", search_mail(E("search:Query", "x")))),
    Scenario(
        "search-mail-bad-range",
        post(
            "Search",
            search_mail(E("search:Query", E("search:And", E("airsync:Class", "Email"))), "x"),
        ),
    ),
    Scenario(
        "provision-policy-12.0",
        provision(about(Model="One")),
        under_policy,
        "12.0",
        afterwards=without_policy,
    ),
    Scenario(
        "provision-other",
        post("Provision", said(E("provision:Provision", E("settings:Status", "x")))),
    ),
    Scenario(
        "provision-only-about",
        post("Provision", said(E("provision:Provision", about(Model="One")))),
    ),
    Scenario("provision-about-nothing", provision(E("settings:DeviceInformation"))),
    Scenario("provision-strict", acknowledge(3), after(strict, offered), afterwards=without_policy),
    Scenario(
        "provision-external", acknowledge(4), after(strict, offered), afterwards=without_policy
    ),
    Scenario(
        "provision-stale-key",
        post("FolderSync", said(FIRST), X_MS_PolicyKey="77"),
        under_policy,
        afterwards=without_policy,
    ),
    Scenario(
        "provision-wipe-12.1",
        in_another_version("FolderSync", "12.1", FIRST),
        to_be_wiped,
        afterwards=cleared,
    ),
    Scenario("provision-wipe-first", folder_command("FolderSync"), to_be_wiped, afterwards=cleared),
    Scenario(
        "provision-after-the-wipe",
        provision(),
        after(to_be_wiped, post("Provision", wiped())),
        afterwards=unblocked,
    ),
    Scenario(
        "provision-wiped-otherwise",
        post(
            "Provision",
            said(E("provision:Provision", E("provision:RemoteWipe", E("provision:Status", 1)))),
        ),
        to_be_wiped,
        afterwards=cleared,
    ),
    Scenario(
        "trying-otherwise", post("Ping", said(E("ping:Ping")), query=line("validate", "Ping"))
    ),
    Scenario("first-contact", post("FolderSync", said(FIRST), query=line("NEW"))),
    Scenario("one-too-many", post("FolderSync", said(FIRST), query=line("NEW")), crowded),
    Scenario("come-back", post("FolderSync", said(FIRST), query=line("OTHER")), forgotten),
    Scenario("heard-again", post("FolderSync", said(FIRST), query=line("OTHER")), silent),
    Scenario(
        "quarantine-sync",
        sync(),
        after(news, quarantined, wished("contacts", lambda phone: fetching(phone.ids["Flora"]))),
        afterwards=without_rule,
    ),
    Scenario("quarantine-ping", ping(*ALL), after(news, quarantined), afterwards=without_rule),
    Scenario(
        "quarantine-denied",
        post("Search", said(search("zzz"))),
        quarantined,
        afterwards=without_rule,
    ),
    Scenario("ruled-out", folder_command("FolderSync"), ruled_out, afterwards=without_rule),
    Scenario(
        "above-the-ceiling",
        folder_command("FolderSync"),
        under_ceiling,
        afterwards=without_ceiling,
    ),
    Scenario("no-body", post("FolderSync", said(b""))),
    Scenario("bad-line", post("FolderSync", said(FIRST), query="Cmd=FolderSync")),
    Scenario("other-version", in_another_version("Find", "14.1", E("find:Find"))),
    Scenario(
        "compressed",
        post(
            "ItemOperations",
            operations(
                the_item("contacts", "Flora"),
                the_item("calendar", "Meeting"),
                the_item("calendar", "Standup"),
                the_item("contacts", "Bea"),
            ),
            Accept_Encoding="deflate, gzip;q=1",
        ),
    ),
    Scenario(
        "settings-bad",
        post(
            "Settings",
            said(
                settings(
                    s("DeviceInformation"),
                    put("Oof", s("OofState", 9)),
                    put("DevicePassword", s("Password", "x" * 300)),
                )
            ),
        ),
    ),
    Scenario(
        "autodiscover-stranger", http("POST", "/autodiscover/autodiscover.xml", Authorization="")
    ),
    Scenario("autodiscover-json-post", http("POST", "/autodiscover/autodiscover.json")),
    Scenario(
        "autodiscover-json-twice",
        http("GET", "/autodiscover/autodiscover.json", query="Protocol=ActiveSync&Protocol=EWS"),
    ),
    Scenario("provision-no-type", post("Provision", said(initial(type="")))),
    Scenario("provision-no-status", post("Provision", said(acknowledgement(77, 99)))),
]
