from __future__ import annotations

import gzip
import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

from adapters.directory.person import DirectoryDown
from adapters.eas.query import CODES
from adapters.eas.reply import Answer, Empty, Failure, Multipart, Reply
from adapters.eas.request import Request
from adapters.eas.status import PAGE_OF, Refusal
from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.store.pool import StoreBusy, StoreUnavailable
from adapters.wbxml import E, decode, encode
from app import health
from app.auth import NotEnabled, Unauthorized
from app.composition import STORE
from app.context import Command, Context
from app.limits import Pace
from app.push.wake import Vanished
from domain.partnership import Partnership
from tests.app.shell import RIGHT, Response, Shell, a_phone, answering

PING = E("ping:Ping", E("ping:Status", 1))
ASKED = E("ping:Ping")
OLD, NEW = ["2.5", "12.0", "12.1"], ["14.0", "14.1", "16.0", "16.1"]

Make = Callable[..., Shell]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    shells: list[Shell] = []

    def shell(**facts: Any) -> Shell:
        commands = {name: facts.pop(name) for name in list(facts) if name in CODES}
        shells.append(Shell(tmp_path, commands, **facts))
        return shells[-1]

    yield shell
    for each in shells:
        each.close()


def ping(reply: Reply | Exception, **facts: Any) -> Command:
    return answering(reply, body="optional", **facts)


# OPTIONS


def test_options_tells_versions_in_ascending_order_without_blanks_and_what_works(
    make: Make,
) -> None:
    shell = make(Ping=ping(Empty()), FolderSync=answering(Empty()))
    told = shell.ask("OPTIONS", Authorization=RIGHT)
    assert (told.status, told.body, told["Content-Length"]) == (200, b"", "0")
    assert told["MS-ASProtocolVersions"] == "2.5,12.0,12.1,14.0,14.1,16.0,16.1"
    assert told["MS-ASProtocolCommands"] == "Ping,FolderSync"
    assert told["Allow"] == told["Public"] == "OPTIONS,POST"
    assert told["MS-Server-ActiveSync"] == "16.1"
    assert told["Content-Type"] is None


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_without_credentials_there_is_nothing_but_a_challenge(make: Make, method: str) -> None:
    told = make().ask(method, query="Cmd=&garbage", body=b"garbage")
    assert (told.status, told.body) == (401, b"")
    assert told["WWW-Authenticate"] == 'Basic realm="Taccuino"'
    assert told["MS-ASProtocolCommands"] is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PROPFIND"])
def test_any_other_method_is_not_implemented(make: Make, method: str) -> None:
    told = make().ask(method)
    assert told.status == 501


@pytest.mark.parametrize(
    "path",
    [
        "/Microsoft-Server-ActiveSync",
        "/microsoft-server-activesync/",
        "//MICROSOFT-SERVER-ACTIVESYNC",
    ],
)
def test_the_path_is_found_in_any_case_with_or_without_a_slash(make: Make, path: str) -> None:
    assert make().ask("OPTIONS", path).status == 401


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/Microsoft-Server-ActiveSync/x", "/admin"])
def test_everything_else_is_not_found_and_says_so_plainly(make: Make, path: str) -> None:
    told = make().ask("GET", path)
    assert (told.status, told.body) == (404, b"There is nothing here.\n")


# Replies


def test_an_answer_has_exactly_the_type_phones_compare(make: Make) -> None:
    told = make(Ping=ping(Answer(PING))).post("Ping")
    assert (told.status, told.root) == (200, PING)
    assert told["Content-Type"] == "application/vnd.ms-sync.wbxml"
    assert told["Content-Length"] == str(len(told.body))
    assert told["Cache-Control"] == "private"


def test_an_empty_reply_has_no_type_and_no_encoding(make: Make) -> None:
    told = make(Ping=ping(Empty())).post("Ping", Accept_Encoding="gzip, deflate, br")
    assert (told.status, told.body, told["Content-Length"]) == (200, b"", "0")
    assert told["Content-Type"] is None
    assert told["Content-Encoding"] is None


def test_a_long_answer_is_compressed_for_who_takes_it(make: Make) -> None:
    long = E("ping:Ping", E("ping:Folders", *(E("ping:Folder", "f" * 40) for _ in range(50))))
    shell = make(Ping=ping(Answer(long)))
    told = shell.post("Ping", Accept_Encoding="deflate, gzip;q=0.5")
    assert told["Content-Encoding"] == "gzip"
    assert decode(gzip.decompress(told.body)) == long
    for refused in ("", "deflate", "gzip;q=0"):
        told = shell.post("Ping", Accept_Encoding=refused)
        assert (told["Content-Encoding"], told.root) == (None, long)


def test_a_short_answer_stays_as_it_is(make: Make) -> None:
    told = make(Ping=ping(Answer(PING))).post("Ping", Accept_Encoding="gzip")
    assert (told["Content-Encoding"], told.root) == (None, PING)


def test_multipart_names_the_place_of_each_part(make: Make) -> None:
    told = make(Ping=ping(Multipart(PING, [b"first", b""]))).post("Ping")
    assert told["Content-Type"] == "application/vnd.ms-sync.multipart"
    count, *table = struct.unpack_from("<7i", told.body)
    places = zip(table[::2], table[1::2], strict=True)
    parts = [told.body[offset : offset + length] for offset, length in places]
    assert count == len(parts) == 3
    assert (decode(parts[0]), *parts[1:]) == (PING, b"first", b"")


@pytest.mark.parametrize(
    ("key", "status", "introduced"), [("0", "1", True), ("{k}1", "9", True), ("{k}1", "1", False)]
)
def test_a_phone_that_begins_anew_learns_what_is_served(
    make: Make, key: str, status: str, introduced: bool
) -> None:
    answer = E("folderhierarchy:FolderSync", E("folderhierarchy:Status", status))
    asked = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", key))
    told = make(FolderSync=answering(Answer(answer))).post("FolderSync", body=asked)
    assert (told["MS-ASProtocolCommands"] == "FolderSync") is introduced
    assert (told["MS-ASProtocolVersions"] is not None) is introduced


def test_a_command_is_given_the_request_and_the_house(make: Make) -> None:
    seen: list[tuple[Context, Request]] = []

    def handle(context: Context, request: Request) -> Reply:
        seen.append((context, request))
        return Empty()

    shell = make(Ping=Command(handle))
    shell.post("Ping", body=ASKED, X_MS_PolicyKey="7", Accept_Language="it-IT, en;q=0.5")
    context, request = seen[0]
    assert (request.command, request.version, request.policy_key) == ("Ping", Version.V14_1, 7)
    assert (request.body, request.user, context.locale) == (ASKED, "anna", "it-IT")
    assert (context.account.name, context.partnership.device) == ("anna", "PHONE1")
    assert context.request_id == context.journal["request"]


# Refusals


@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize("command", sorted(PAGE_OF))
def test_a_failure_is_a_status_in_the_root_element_from_14_0(
    make: Make, command: str, version: str
) -> None:
    told = make(**{command: ping(Failure(142))}).post(command, version)
    page = PAGE_OF[command]
    assert told.status == 200
    assert told.root == E(f"{page}:{command}", E(f"{page}:Status", 142))


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((status, 400) for status in (101, 102, 103, 108, 109, 138, 147)),
        *((status, 403) for status in (112, 126, 129, 132, 140, 145, 177)),
        *((status, 449) for status in (141, 142, 143, 144)),
        *((status, 503) for status in (110, 111, 114)),
        *((113, 507), (137, 501)),
    ],
)
def test_a_failure_is_an_http_code_up_to_12_1(
    make: Make, version: str, status: int, code: int
) -> None:
    told = make(Ping=ping(Failure(status))).post("Ping", version)
    assert (told.status, told.body) == (code, b"")
    assert (told["Retry-After"] is not None) is (code == 503)


def test_a_pending_wipe_is_449_for_a_phone_that_shows_a_policy_key(make: Make) -> None:
    shell = make(Ping=ping(Failure(140)))
    assert shell.post("Ping", "12.1", X_MS_PolicyKey="12").status == 449
    assert shell.post("Ping", "12.1").status == 403


def test_what_admission_refuses_is_refused_in_the_words_of_the_version(make: Make) -> None:
    def refuse(*_: object) -> None:
        raise Refusal(144)

    shell = make(admit=refuse, Ping=ping(Empty()))
    assert shell.post("Ping").root == E("ping:Ping", E("ping:Status", 144))
    assert shell.post("Ping", "12.1").status == 449


def test_a_command_not_served_here_is_137_or_501(make: Make) -> None:
    shell = make(Ping=ping(Empty()))
    assert shell.post("SendMail").root == E("composemail:SendMail", E("composemail:Status", 137))
    assert shell.post("SendMail", "12.1").status == 501
    assert shell.post("GetHierarchy", "14.1").status == 501
    assert shell.post("Nonsense", "16.1").status == 501


def test_a_command_of_another_version_is_138_or_400(make: Make) -> None:
    shell = make(Find=ping(Empty(), since=Version.V16_1), Ping=ping(Empty(), until=Version.V14_0))
    assert shell.post("Find", "16.1").status == 200
    assert shell.post("Find", "14.1").root == E("find:Find", E("find:Status", 138))
    assert shell.post("Find", "12.1").status == 400
    assert shell.post("Ping", "14.1").root == E("ping:Ping", E("ping:Status", 138))
    assert shell.post("Ping", "14.0").status == 200


@pytest.mark.parametrize("version", ["", "1.0", "17.0", "14,1"])
def test_a_version_nobody_serves_is_a_bad_request(make: Make, version: str) -> None:
    assert make(Ping=ping(Empty())).post("Ping", version).status == 400


WRONG_BODIES = {
    "missing": (b"", {}, 101),
    "another type": (b"x", {"Content_Type": "text/xml"}, 101),
    "not WBXML": (b"\x03\x01\x6a\x00\xff", {}, 102),
    "not gzip": (b"x", {"Content_Encoding": "gzip"}, 101),
    "gzip cut off": (gzip.compress(b"x" * 99)[:-4], {"Content_Encoding": "gzip"}, 101),
    "an unknown encoding": (b"x", {"Content_Encoding": "br"}, 101),
}


@pytest.mark.parametrize("case", WRONG_BODIES)
def test_a_wrong_body_is_refused_by_its_name(make: Make, case: str) -> None:
    body, headers, status = WRONG_BODIES[case]
    shell = make(Ping=answering(Empty()))
    told = shell.post("Ping", body=body, **headers)
    assert told.root == E("ping:Ping", E("ping:Status", status))
    assert shell.post("Ping", "12.1", body=body, **headers).status == 400


def test_the_body_of_another_command_is_invalid_xml(make: Make) -> None:
    told = make(Ping=answering(Empty())).post("Ping", body=E("search:Search"))
    assert told.root == E("ping:Ping", E("ping:Status", 103))


def test_a_body_may_be_compressed_and_a_missing_one_may_be_right(make: Make) -> None:
    shell = make(Ping=ping(Answer(PING)))
    body = gzip.compress(encode(ASKED))
    assert shell.post("Ping", body=body, Content_Encoding="gzip").root == PING
    assert shell.post("Ping", Content_Type="application/vnd.ms-sync.wbxml").root == PING


def test_too_large_is_413_whether_plain_or_hidden_in_gzip(make: Make) -> None:
    shell = make(settings={"max_body": 1000}, Ping=answering(Empty()))
    assert shell.post("Ping", body=b"x" * 1001).status == 413
    bomb = gzip.compress(b"\x00" * 500_000)
    assert len(bomb) < 1000
    assert shell.post("Ping", body=bomb, Content_Encoding="gzip").status == 413


def test_a_body_that_was_cut_off_is_never_carried_out(make: Make) -> None:
    shell = make(Ping=answering(Answer(PING)))
    told = shell.post("Ping", body=ASKED, Content_Length="900")
    assert told.root == E("ping:Ping", E("ping:Status", 101))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("Cmd=Ping&DeviceType=x", 108),
        ("Cmd=Ping&DeviceId=a/b&DeviceType=x", 108),
        ("Cmd=Ping&DeviceId=a", 109),
        ("Cmd=Ping&DeviceId=a&DeviceType=%07", 109),
    ],
)
def test_a_phone_must_say_which_it_is(make: Make, query: str, status: int) -> None:
    told = make(Ping=ping(Empty())).post("Ping", query=query)
    assert told.root == E("ping:Ping", E("ping:Status", status))


def test_who_may_not_use_activesync_is_told_so(make: Make) -> None:
    shell = make(Ping=ping(NotEnabled("no")))
    assert shell.post("Ping").root == E("ping:Ping", E("ping:Status", 126))
    assert shell.post("Ping", "12.1").status == 403


# Trouble


@pytest.mark.parametrize("version", [*OLD, *NEW])
@pytest.mark.parametrize(
    "trouble",
    [StoreBusy("x"), StoreUnavailable("x"), Unauthorized(20), ZeroDivisionError("Mario Rossi")],
    ids=lambda error: type(error).__name__,
)
def test_trouble_of_the_moment_is_503_never_401_nor_500(
    make: Make, trouble: Exception, version: str
) -> None:
    told = make(Ping=ping(trouble)).post("Ping", version)
    assert (told.status, told.body) == (503, b"")
    assert int(told["Retry-After"] or 0) > 0


def test_a_crash_is_written_down_under_an_id_and_without_anybodys_words(make: Make) -> None:
    with structlog.testing.capture_logs() as lines:
        make(Ping=ping(ZeroDivisionError("Mario Rossi"))).post("Ping")
    incident, served = lines
    assert incident["kind"] == "ZeroDivisionError"
    assert "shell.py" in incident["way"]
    assert served["incident"] == incident["incident"]
    assert "Mario" not in repr(lines)


def test_a_phone_that_went_away_is_no_incident(make: Make) -> None:
    with structlog.testing.capture_logs() as lines:
        make(Ping=ping(Vanished())).post("Ping")
    assert [line["event"] for line in lines] == ["served"]
    assert lines[0]["why"] == "Vanished"


def test_one_phone_may_not_have_everything_under_way_at_once(make: Make) -> None:
    meanwhile: list[Response] = []

    def handle(context: Context, request: Request) -> Reply:
        if request.device_id == "PHONE1":
            meanwhile.append(shell.post("Ping"))
            line = "Cmd=Ping&DeviceId=PHONE2&DeviceType=iPhone"
            meanwhile.append(shell.post("Ping", query=line))
        return Empty()

    shell = make(Ping=Command(handle, body="optional"), pace=Pace(at_once=1))
    assert shell.post("Ping").status == 200
    same, other = meanwhile
    assert (same.status, same["X-MS-ASThrottle"]) == (503, "CommandFrequency")
    assert other.status == 200
    assert shell.post("Ping").status == 200


# The phone that only tries


def test_a_phone_that_only_tries_is_answered_and_leaves_no_trace(make: Make) -> None:
    def admit(groupware: Any, account: object, request: Request, *_: object) -> Any:
        return None if request.device_id == "validate" else a_phone(device=request.device_id)

    def handle(context: Context, request: Request) -> Reply:
        with context.groupware.pool.writing() as connection:
            connection.execute("CREATE TABLE trace (x)")
        return Answer(PING)

    shell = make(admit=admit, Settings=Command(handle, body="optional"), Ping=Command(handle))
    line = "Cmd={}&DeviceId=validate&DeviceType=Android"
    assert shell.post("Settings", query=line.format("Settings")).root == PING
    with shell.groupware.reading() as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_schema WHERE name='trace'").fetchall()
    told = shell.post("Ping", body=ASKED, query=line.format("Ping"))
    assert told.root == E("ping:Ping", E("ping:Status", 130))


# The journal


def test_a_request_leaves_one_line_without_names(make: Make) -> None:
    def handle(context: Context, request: Request) -> Reply:
        context.journal["told"] = 3
        return Answer(PING)

    with structlog.testing.capture_logs() as lines:
        make(Ping=Command(handle)).post("Ping", body=ASKED)
    (line,) = lines
    assert (line["command"], line["version"]) == ("Ping", "14.1")
    assert line["device"] == server_id(Partnership.id_of(UUID(int=1), "PHONE1"))
    assert (line["status"], line["told"], line["account"]) == (200, 3, "00000000")
    assert line["out"] > 0
    assert line["in"] > 0
    assert line["ms"] >= 0
    assert "anna" not in repr(line)


def test_a_refusal_says_in_its_line_why(make: Make) -> None:
    with structlog.testing.capture_logs() as lines:
        make(Ping=ping(Empty())).post("Find", "16.1")
    assert (lines[0]["eas"], lines[0]["why"]) == (137, "no such command here")


# Health, and the laws


def test_a_process_that_answers_is_healthy_whatever_its_store_does(
    make: Make, tmp_path: Path
) -> None:
    shell = make()
    told = shell.ask("GET", "/healthz")
    assert (told.status, json.loads(told.body)) == (200, {"status": "ok"})
    assert shell.ask("POST", "/healthz").status == 405
    lose_store(shell, tmp_path)
    assert shell.ask("GET", "/healthz").status == 200


def test_a_process_is_ready_once_all_that_serving_needs_is_there(make: Make) -> None:
    shell = make()
    assert ready(shell) == (503, {"store", "rows", "hub"})
    shell.hub.begin(shell.groupware.pool)
    assert ready(shell) == (200, set())
    assert shell.ask("HEAD", "/readyz/").status == 200
    assert shell.ask("POST", "/readyz").status == 405


def test_nobody_is_sent_to_a_process_that_is_about_to_end(make: Make) -> None:
    shell = make()
    shell.hub.begin(shell.groupware.pool)
    shell.hub.release_all()
    assert ready(shell) == (503, {"ending"})


def test_nobody_is_sent_to_a_process_without_hub_disk_or_rows(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = make()
    shell.hub.begin(shell.groupware.pool)
    with shell.groupware.pool.writing() as connection:
        connection.execute("PRAGMA user_version = 1")
    assert ready(shell) == (503, {"rows"})
    monkeypatch.setattr(health, "LITTLE", 1 << 60)
    assert ready(shell) == (503, {"rows", "disk"})
    shell.hub.close()
    assert ready(shell) == (503, {"rows", "disk", "hub"})


def test_a_store_that_somebody_keeps_locked_is_not_ready(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = make()
    shell.hub.begin(shell.groupware.pool)
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    other = sqlite3.connect(tmp_path / STORE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert ready(shell) == (503, {"store"})
    other.execute("ROLLBACK")
    assert ready(shell) == (200, set())
    other.close()


def ready(shell: Shell) -> tuple[int, set[str]]:
    """The status, and the parts that are not as they should be."""
    told = shell.ask("GET", "/readyz")
    parts = json.loads(told.body)
    wrong = {part for part, how in parts.items() if part != "ready" and how != "ok"}
    assert parts["ready"] == (told.status == 200) == (not wrong)
    return told.status, wrong


def lose_store(shell: Shell, home: Path) -> None:
    shell.groupware.pool.close()
    for file in home.glob("*.db*"):
        file.unlink()
    (home / STORE).mkdir()


@pytest.mark.parametrize(
    ("error", "seconds", "said"),
    [
        (StoreBusy("another process keeps the store locked"), "5", "keeps the store locked"),
        (StoreUnavailable("the store cannot be used: the disk is full"), "60", "disk is full"),
        (DirectoryDown("no answer"), "60", "no answer"),
    ],
    ids=["busy", "unavailable", "directory"],
)
def test_trouble_of_what_we_need_has_an_incident_to_ask_about(
    make: Make, error: Exception, seconds: str, said: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        told = make(Ping=ping(error)).post("Ping")
    assert (told.status, told["Retry-After"]) == (503, seconds)
    trouble, served = lines
    assert trouble["event"] == "trouble"
    assert trouble["why"].endswith(said)
    assert told["X-Taccuino-Incident"] == trouble["incident"] == served["incident"]


def test_every_command_code_has_one_name() -> None:
    assert len(CODES) == len(set(CODES)) == 24
    assert (CODES[9], CODES[17], CODES[23]) == ("FolderSync", "Settings", "Find")


NASTY = ["", "\x00", "%00%ff%fe", "=" * 5000, "&" * 3000, "Cmd", "Cmd=Ping&Cmd=", "jAAJ", "%", "é"]


@pytest.mark.parametrize("query", NASTY)
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET"])
def test_no_query_whatever_gives_a_500(make: Make, query: str, method: str) -> None:
    for authorization in (RIGHT, "Basic", "\xff", "Bearer x"):
        told = make(Ping=ping(Empty())).ask(
            method,
            query=query.encode("latin-1", "replace").decode("latin-1"),
            body=b"\x03\x01\x6a\x00",
            Authorization=authorization,
            Content_Length="oops",
        )
        assert told.status in (200, 400, 401, 501)
