"""`taccuino doctor` and its client, against a real server and against what is none."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from adapters.eas import lookup
from adapters.eas.client import Client, HttpRefusal, StatusRefusal
from adapters.eas.lookup import Tried, look_up, places
from adapters.eas.version import Version
from adapters.eas.wire import Wire
from adapters.wbxml import E, Element
from app.cli import doctor
from app.cli.doctor_visit import Visit, pinged
from tests.app.cli_runner import Cli
from tests.system.certificate import self_signed
from tests.system.server import HOST, PASSWORD, Server, free_port

WORKERS = 1
PEOPLE = ("ada", "alan", "grace")
VISIT = ["OPTIONS", "Provision", "FolderSync", "Sync calendar", "Sync contacts", "Ping"]
STEPS = [*VISIT, "Clock", "Spellings", "Autodiscover"]


@pytest.fixture
def cli(server: Server) -> Cli:
    return Cli(server.home)


def examine(cli: Cli, where: str, user: str = "ada", password: str = PASSWORD) -> Result:
    return cli.run("doctor", where, "--user", user, "--wait", "1", EAS_PASSWORD=password)


def url(server: Server) -> str:
    return f"http://{HOST}:{server.port}"


def steps(result: Result) -> list[str]:
    """The names of the steps that went well."""
    lines = [line for line in result.stdout.splitlines() if line.startswith("ok ")]
    return [line[4:20].strip() for line in lines]


def test_a_good_server_passes_every_step_with_its_time(server: Server, cli: Cli) -> None:
    result = examine(cli, url(server))
    assert result.exit_code == 0, result.output
    assert steps(result) == STEPS
    assert all(" ms  " in line for line in result.stdout.splitlines()[:-1])
    assert result.stdout.splitlines()[-1].startswith("all is well")


def test_a_password_from_standard_input_comes_before_that_of_the_environment(
    server: Server, cli: Cli
) -> None:
    where = ("doctor", url(server), "-u", "ada", "--wait", "1", "--password-stdin")
    result = cli.run(*where, stdin=f"{PASSWORD}\n", EAS_PASSWORD="wrong horse")
    assert result.exit_code == 0, result.output


def test_what_is_in_the_folders_is_counted(server: Server, cli: Cli) -> None:
    for n in range(3):
        start = f"2026-12-0{n + 1}"
        cli.done("event", "add", "-u", "grace", "--subject", f"{n}", "--start", start)
    result = examine(cli, f"{url(server)}/Microsoft-Server-ActiveSync", "grace")
    assert "3 items in Calendar" in result.stdout


def test_a_wrong_password_is_named_with_what_to_do(server: Server, cli: Cli) -> None:
    result = examine(cli, url(server), password="wrong horse")
    assert result.exit_code == 1
    assert steps(result) == []
    assert "NO  OPTIONS" in result.stdout
    assert result.stderr == (
        "taccuino: the name or the password is wrong: `taccuino user password ada` sets another\n"
    )


def test_a_policy_is_no_obstacle(server: Server, cli: Cli) -> None:
    cli.done("policy", "set", "strict", "DevicePasswordEnabled=1")
    cli.done("policy", "assign", "grace", "strict")
    assert examine(cli, url(server), "grace").exit_code == 0


def test_a_person_who_is_not_enabled_is_told_apart(server: Server, cli: Cli) -> None:
    cli.done("user", "disable", "alan")
    result = examine(cli, url(server), "alan")
    assert result.exit_code == 1
    assert "taccuino user enable alan" in result.stderr
    cli.done("user", "enable", "alan")
    assert examine(cli, url(server), "alan").exit_code == 0


def test_a_device_that_is_blocked_is_told_so(server: Server, cli: Cli) -> None:
    assert examine(cli, url(server), "alan").exit_code == 0
    (row,) = cli.rows("device", "list", "-u", "alan")
    cli.done("device", "block", row[0])
    result = examine(cli, url(server), "alan")
    assert steps(result) == ["OPTIONS"]
    assert "taccuino device list --user alan" in result.stderr
    cli.done("device", "unblock", row[0])


def test_an_address_finds_its_server_and_is_the_user(
    server: Server, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "look_up", asking(url(server)))
    result = cli.run("doctor", "ada@example.org", "--wait", "1", EAS_PASSWORD=PASSWORD)
    assert result.exit_code == 0, result.output
    assert steps(result) == ["Autodiscover", *STEPS]


def test_an_address_nobody_knows_is_told_what_to_set_up(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "look_up", asking(f"http://{HOST}:{free_port()}"))
    result = cli.run("doctor", "ada@example.org", EAS_PASSWORD=PASSWORD)
    assert result.exit_code == 1
    assert "autodiscover.example.org" in result.stderr


def asking(place: str) -> Callable[[str, str], Iterator[Tried]]:
    return lambda mail, password: look_up(mail, password, [place])


def test_version_1_is_asked_where_version_2_does_not_answer(server: Server) -> None:
    with closing(Wire(url(server), 10)) as wire:
        right = lookup._read(lookup._xml(wire, "ada@example.org", PASSWORD))
        wrong = lookup._read(lookup._xml(wire, "ada@example.org", "wrong horse"))
    assert right == {"url": f"{url(server)}/Microsoft-Server-ActiveSync"}
    assert wrong == {"why": "HTTP 401"}


def test_phones_ask_at_two_places_of_their_domain() -> None:
    asked = ("https://autodiscover.example.org", "https://example.org")
    assert places("ada@example.org") == asked


def test_whose_account_it_is_has_to_be_said(cli: Cli) -> None:
    assert "--user" in cli.refused("doctor", "https://example.org", status=2)


def test_an_address_that_is_none_is_a_misuse(cli: Cli) -> None:
    result = examine(cli, "ftp://example.org")
    assert result.exit_code == 2
    assert "ftp://example.org" in result.stderr


# What is no server


@contextmanager
def answering(
    status: int, headers: dict[str, str], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server that has one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_OPTIONS

        def log_message(self, *_: Any) -> None: ...

    listener = ThreadingHTTPServer((HOST, 0), Handler)
    listener.handle_error = lambda *_: None  # type: ignore[method-assign]
    if tls:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://{HOST}:{listener.server_port}"
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (200, {}, "is no ActiveSync server"),
        (200, {"MS-ASProtocolVersions": "1.0"}, "none of our versions"),
        (403, {}, "may not use ActiveSync"),
        (404, {}, "check that the proxy passes on"),
        (451, {"X-MS-Location": "https://other.example.org"}, "https://other.example.org"),
        (502, {}, "is Taccuino running?"),
        (503, {}, "busy"),
        (504, {}, "time-out"),
        (418, {}, "HTTP 418"),
    ],
)
def test_whatever_answers_instead_is_named(
    cli: Cli, status: int, headers: dict[str, str], reason: str
) -> None:
    with answering(status, headers) as place:
        result = examine(cli, place)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_nobody_listening_is_named(cli: Cli) -> None:
    port = free_port()
    result = examine(cli, f"http://{HOST}:{port}")
    assert result.stderr == (f"taccuino: nobody listens at {HOST}:{port}: is the server running?\n")


def test_a_certificate_that_phones_refuse_is_named(cli: Cli, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, HOST)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.chain, certificate.key)
    with answering(200, {}, tls) as place:
        result = examine(cli, place)
    assert "is not trusted" in result.stderr
    assert "phones refuse it, too" in result.stderr


def test_tls_where_there_is_none_is_named(cli: Cli, server: Server) -> None:
    result = examine(cli, f"https://{HOST}:{server.port}")
    assert "does not speak TLS" in result.stderr


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "not known"), "no address is known for mail.example.org"),
        (TimeoutError(), "no answer from mail.example.org:443 in time"),
        (http.client.RemoteDisconnected("gone"), "broke off (gone)"),
    ],
)
def test_every_way_of_not_being_reached_has_its_words(error: Exception, reason: str) -> None:
    visit = Visit(Client(Wire("mail.example.org", 1), "ada", PASSWORD), 1)
    assert reason in visit._unreached(error)


def test_a_ping_has_three_good_answers() -> None:
    def root(status: int, *more: Element) -> Element:
        return E("ping:Ping", E("ping:Status", status), *more)

    assert pinged(root(1), 5) == "waited 5 s, nothing new"
    assert pinged(root(2), 5) == "there is news already"
    assert "wait 60 s" in pinged(root(5, E("ping:HeartbeatInterval", 60)), 5)
    with pytest.raises(StatusRefusal):
        pinged(root(3), 5)


# The client


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(Wire(url(server), 30), "ada", PASSWORD)
    yield client
    client.close()


@pytest.mark.parametrize("version", Version, ids=lambda version: version.text)
def test_the_client_speaks_every_version(client: Client, version: Version) -> None:
    client.version = version
    assert client.options().best is max(Version)
    assert client.provision()
    kinds = {folder.kind: folder.id for folder in client.folder_sync()}
    for kind in ("calendar", "contacts"):
        client.sync_all(kinds[kind], kind)
    answer = client.ping([(kinds["calendar"], "calendar")], 1)
    assert answer.text_of("ping:HeartbeatInterval") == "60"


def test_the_client_is_told_of_a_change_and_fetches_it(client: Client, cli: Cli) -> None:
    client.provision()
    calendar = next(f.id for f in client.folder_sync() if f.kind == "calendar")
    client.sync_all(calendar, "calendar")
    cli.done("event", "add", "-u", "ada", "--subject", "New", "--start", "2026-12-01")
    assert client.ping([(calendar, "calendar")], 60).text_of("ping:Status") == "2"
    (added,) = client.sync_all(calendar, "calendar")
    data = added.find("airsync:ApplicationData")
    assert data is not None
    assert data.text_of("calendar:Subject") == "New"
    assert client.sync_all(calendar, "calendar") == []


def test_the_client_says_what_was_refused(client: Client) -> None:
    client.provision()
    calendar = next(f.id for f in client.folder_sync() if f.kind == "calendar")
    client.keys[calendar] = "12.0123456789abcdef"
    with pytest.raises(StatusRefusal) as bad_key:
        client.sync(calendar, "calendar")
    assert (bad_key.value.command, bad_key.value.status) == ("Sync", 3)
    assert client.keys[calendar] == "12.0123456789abcdef"
    client.password = "wrong horse"
    with pytest.raises(HttpRefusal) as wrong:
        client.folder_sync()
    assert (wrong.value.command, wrong.value.status) == ("FolderSync", 401)


def test_the_client_asks_again_when_its_connection_was_closed(client: Client) -> None:
    client.options()
    connection = client.wire._connection
    assert connection is not None
    connection.sock.shutdown(socket.SHUT_RDWR)
    assert client.options().commands
