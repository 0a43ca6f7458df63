"""The doctor on the way to a server: through a real nginx, and through what cuts phones off."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from adapters.eas.client import HttpRefusal
from adapters.eas.wire import Wire
from app.cli import doctor_way
from app.cli.doctor_checks import Wrong
from app.cli.doctor_cut import PROXIES, USUAL, Cut, is_cut
from app.cli.doctor_way import Way
from tests.app.cli_runner import Cli
from tests.system.certificate import Certificate, self_signed
from tests.system.nginx import nginx
from tests.system.server import HOST, PASSWORD, Server
from tests.system.test_doctor import VISIT, answering, steps

WORKERS = 1
SETTINGS = {"HEARTBEAT_MINIMUM": "1", "TRUSTED_PROXIES": HOST}
SOON_CUT = ("proxy_read_timeout      3700s;", "proxy_read_timeout 2s;")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"), HOST, days=90)


def examine(
    server: Server, url: str, certificate: Certificate, wait: int = 1, direct: bool = True
) -> Result:
    here = {"TACCUINO_BIND": f"{HOST}:{server.port}"} if direct else {}
    trust = {"EAS_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(certificate.chain)}
    where = ("doctor", url, "--user", "ada", "--wait", str(wait))
    return Cli(server.home).run(*where, **trust, **here)


def test_the_recipe_for_nginx_passes_every_check(
    server: Server, certificate: Certificate, tmp_path: Path
) -> None:
    with nginx(tmp_path, certificate, server.port) as port:
        result = examine(server, f"https://{HOST}:{port}", certificate, wait=3)
    assert result.exit_code == 0, result.output
    assert steps(result) == [*VISIT, "Certificate", "Clock", "Spellings", "Autodiscover"]
    assert "good for 89 days, TLSv1.3" in result.stdout


def test_a_proxy_that_gives_up_waiting_is_named_with_its_setting(
    server: Server, certificate: Certificate, tmp_path: Path
) -> None:
    """The same Ping holds without it, so it is not the server."""
    with nginx(tmp_path, certificate, server.port, SOON_CUT) as port:
        result = examine(server, f"https://{HOST}:{port}", certificate, wait=30)
    assert result.exit_code == 1
    assert steps(result) == VISIT[:-1]
    assert "the Ping was cut after 2 s by nginx (HTTP 504)" in result.stderr
    assert "proxy_read_timeout 3700s" in result.stderr
    assert "heartbeat_maximum" in result.stderr


def test_a_proxy_that_keeps_the_name_to_itself_leads_phones_astray(
    server: Server, certificate: Certificate, tmp_path: Path
) -> None:
    nameless = "Host              $http_host;", "Host inside.invalid;"
    with nginx(tmp_path, certificate, server.port, nameless) as port:
        result = examine(server, f"https://{HOST}:{port}", certificate)
    assert result.exit_code == 1
    assert "NO  Autodiscover" in result.stdout
    assert "phones are led to https://inside.invalid, where nobody serves them" in result.stdout


def test_a_proxy_that_minds_the_case_is_told_by_what_it_refuses(
    server: Server, certificate: Certificate, tmp_path: Path
) -> None:
    minds = ("location ~* /autodiscover/", "location ~ /autodiscover/")
    with nginx(tmp_path, certificate, server.port, minds) as port:
        result = examine(server, f"https://{HOST}:{port}", certificate)
    assert result.exit_code == 1
    assert "NO  Spellings" in result.stdout
    assert "POST /Autodiscover/Autodiscover.xml (404)" in result.stdout
    assert "POST /autodiscover/autodiscover.xml" not in result.stdout
    assert result.stderr.startswith("taccuino: one check did not go well")


@contextmanager
def cutting(upstream: int, after: float) -> Iterator[int]:
    """Relays bytes, and closes what is quiet for so long, as a NAT may."""
    listener, ends = socket.create_server((HOST, 0)), list[socket.socket]()

    def relay(one: socket.socket, other: socket.socket) -> None:
        one.settimeout(after)
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                phone = listener.accept()[0]
                server = socket.create_connection((HOST, upstream))
                ends.extend((phone, server))
                for pair in ((phone, server), (server, phone)):
                    threads.append(threading.Thread(target=relay, args=pair))
                    threads[-1].start()

    threads = [threading.Thread(target=serve)]
    threads[0].start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in list(threads):
            thread.join()
        for end in ends:
            end.close()


def test_what_closes_a_quiet_connection_is_told_apart_from_proxies_and_the_server(
    server: Server, certificate: Certificate
) -> None:
    with cutting(server.port, 2) as port:
        result = examine(server, f"http://{HOST}:{port}", certificate, wait=30)
    assert result.exit_code == 1
    assert "cut after 2 s by something between here and the server" in result.stderr


# Who it was


def refusal(status: int, **headers: str) -> HttpRefusal:
    return HttpRefusal("Ping", status, headers)


GONE = http.client.RemoteDisconnected("gone")


@pytest.mark.parametrize("name", PROXIES)
def test_every_proxy_is_known_by_its_name_and_has_its_setting(name: str) -> None:
    told = Cut(60, refusal(504, server=f"{name.title()}/1.0"), {}).sentence()
    assert f"cut after 60 s by {name} (HTTP 504)" in told
    assert PROXIES[name] in told


@pytest.mark.parametrize(
    ("error", "front", "held", "said"),
    [
        (refusal(504), {}, None, "a proxy without a name (HTTP 504)"),
        (refusal(502, via="1.1 Caddy"), {}, True, "caddy (HTTP 502)"),
        (GONE, {"server": "nginx"}, True, "nginx, or something before it"),
        (GONE, {"server": "Taccuino"}, True, "between here and the server"),
        (GONE, {"server": "Taccuino"}, False, "the server itself"),
        (TimeoutError(), {"server": "Taccuino"}, None, "a NAT or a firewall"),
    ],
    ids=["nameless", "via", "closed", "below", "server", "silence"],
)
def test_each_hop_betrays_itself(
    error: Exception, front: Mapping[str, str], held: bool | None, said: str
) -> None:
    assert said in Cut(77, error, front, held).sentence()


@pytest.mark.parametrize("seconds", USUAL)
def test_the_time_may_tell_what_has_no_name(seconds: int) -> None:
    assert USUAL[seconds] in Cut(seconds + 0.4, GONE, {}).sentence()


def test_an_answer_of_the_server_is_no_cut() -> None:
    assert not is_cut(refusal(503))
    assert not is_cut(refusal(401))
    assert is_cut(refusal(504))
    assert is_cut(GONE)


# Certificate, clock, addresses


@contextmanager
def speaking_tls(certificate: Certificate) -> Iterator[Wire]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.chain, certificate.key)
    with answering(401, {}, tls) as url, closing(Wire(url, 10)) as wire:
        yield wire


def trust(certificate: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate.chain))


def test_a_certificate_that_ends_soon_is_told_in_time(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, HOST, days=13)
    with speaking_tls(certificate) as wire, pytest.raises(Wrong, match="ends in 12 days"):
        Way(wire, trust(certificate)).certificate()


@pytest.mark.parametrize(
    ("facts", "host", "known", "todo"),
    [
        ({"days": -1}, HOST, True, "it has expired"),
        ({}, "192.0.2.1", True, "phones need a name"),
        ({"authority": False}, HOST, False, "signed by itself"),
    ],
    ids=["expired", "other", "own"],
)
def test_a_certificate_that_phones_refuse_is_told_with_what_to_do(
    tmp_path: Path, facts: dict[str, float], host: str, known: bool, todo: str
) -> None:
    certificate = self_signed(tmp_path, host, **facts)  # type: ignore[arg-type]
    tls = trust(certificate) if known else None
    with speaking_tls(certificate) as wire, pytest.raises(Wrong, match=todo):
        Way(wire, tls).certificate()


def test_where_there_is_no_tls_that_is_said() -> None:
    with answering(401, {}) as url:
        way = Way(Wire(f"https{url[4:]}", 10))
        with pytest.raises(Wrong, match="does not speak TLS"):
            way.certificate()


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_that_differ_are_told_with_how_much(minutes: int) -> None:
    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(minutes=minutes)

    way = "behind" if minutes > 0 else "ahead of"
    with answering(401, {}) as url, closing(Wire(url, 10)) as wire:
        assert Way(wire).clocks() == "as here"
        with pytest.raises(Wrong, match=rf"(299|300|301) s {way} the one here"):
            Way(wire, clock=clock).clocks()


def test_an_address_at_which_nobody_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(401, {}) as url:
        port = int(url.rpartition(":")[2])
        found = [HOST, "127.0.0.2"]
        monkeypatch.setattr(doctor_way, "addresses_of", lambda *_: found)
        with closing(Wire(f"http://mail.example.org:{port}", 10)) as wire:
            with pytest.raises(Wrong, match=r"leads to 127\.0\.0\.2, too"):
                Way(wire).addresses()
            del found[1]
            assert Way(wire).addresses() == f"mail.example.org leads to {HOST}"


def test_a_name_without_an_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(-2, "not known")

    monkeypatch.setattr(doctor_way, "addresses_of", unknown)
    with pytest.raises(Wrong, match="make an A record"):
        Way(Wire("https://mail.example.org", 10)).addresses()
