from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import structlog

from app.auth import NotEnabled, Unauthorized
from app.settings import Settings
from tests.app.shell import RIGHT, Response, Shell

XML, JSON = "/autodiscover/autodiscover.xml", "/autodiscover/autodiscover.json"
FRAME = "{http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006}"
MOBILE = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
INNER = f"{{{MOBILE}}}"
ASKING = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"
HOST = {"Host": "mail.example.org"}
URL = "http://mail.example.org/Microsoft-Server-ActiveSync"

Make = Callable[..., Shell]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    shells: list[Shell] = []

    def shell(**facts: Any) -> Shell:
        shells.append(Shell(tmp_path, **facts))
        return shells[-1]

    yield shell
    for each in shells:
        each.close()


def question(schema: str = MOBILE) -> bytes:
    wanted = f"<AcceptableResponseSchema>{schema}</AcceptableResponseSchema>" if schema else ""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{ASKING}"><Request>'
        f"<EMailAddress>anna@example.org</EMailAddress>{wanted}</Request></Autodiscover>"
    ).encode()


def ask(shell: Shell, body: bytes, method: str = "POST", **headers: str) -> Response:
    given = {"Authorization": RIGHT, "Content_Type": "text/xml", **HOST, **headers}
    return shell.ask(method, XML, body=body, **given)


def told(response: Response) -> Element:
    assert response.status == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = fromstring(response.body)
    assert root.tag == f"{FRAME}Autodiscover"
    return root


def code(response: Response) -> str | None:
    return told(response).findtext(f"{FRAME}Response/{FRAME}Error/{FRAME}ErrorCode")


def url(response: Response) -> str | None:
    server = f"{INNER}Response/{INNER}Action/{INNER}Settings/{INNER}Server"
    return told(response).findtext(f"{server}/{INNER}Url")


# Version 1


def test_a_phone_learns_where_its_server_is_and_who_it_belongs_to(make: Make) -> None:
    root = told(ask(make(), question()))
    server = root.find(f"{INNER}Response/{INNER}Action/{INNER}Settings/{INNER}Server")
    assert server is not None
    assert [(child.tag.removeprefix(INNER), child.text) for child in server] == [
        ("Type", "MobileSync"),
        ("Url", URL),
        ("Name", URL),
    ]
    user = root.find(f"{INNER}Response/{INNER}User")
    assert user is not None
    assert [child.text for child in user] == ["Anna & Co <Ltd>", "anna@example.org"]


@pytest.mark.parametrize("schema", ["", MOBILE.upper(), f"\n {MOBILE} "])
def test_a_missing_schema_or_one_in_another_case_is_the_usual_one(make: Make, schema: str) -> None:
    assert url(ask(make(), question(schema))) == URL


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_question_the_answer_is_the_usual_one(make: Make, method: str) -> None:
    assert url(ask(make(), b"", method)) == URL


def test_outlook_is_told_that_nobody_answers_its_schema(make: Make) -> None:
    response = ask(make(), question(OUTLOOK))
    assert code(response) == "601"
    error = told(response).find(f"{FRAME}Response/{FRAME}Error")
    assert error is not None
    assert error.get("Time") == "12:00:00.0000000"
    assert (error.get("Id") or "").isdigit()


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Autodiscover>&b;</Autodiscover>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize(
    "body",
    [
        b"nothing of the kind",
        b"<Autodiscover/>",
        b"<Other><Request/></Other>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="klingon"?><Autodiscover><Request/></Autodiscover>',
        BOMB,
        OUTSIDE,
        b"<a>" * 5000,
    ],
)
def test_what_is_no_question_gets_the_error_of_the_frame(make: Make, body: bytes) -> None:
    assert code(ask(make(), body)) == "600"


def test_a_question_longer_than_any_is_not_read(make: Make) -> None:
    assert ask(make(), question() + b" " * 70_000).status == 413


def test_credentials_come_before_anything_else(make: Make) -> None:
    for body in (b"", question(), BOMB):
        response = ask(make(), body, Authorization="Basic d3Jvbmc6d3Jvbmc=")
        assert (response.status, response.body) == (401, b"")
        assert response["WWW-Authenticate"] == 'Basic realm="Taccuino"'


@pytest.mark.parametrize(
    ("error", "status"), [(NotEnabled("x"), 403), (Unauthorized(9), 503), (KeyError("x"), 503)]
)
def test_who_may_not_or_cannot_now_is_told_by_http(
    make: Make, error: Exception, status: int
) -> None:
    def fail(*_: object) -> Any:
        raise error

    assert ask(make(authenticate=fail), question()).status == status


def test_other_methods_are_not_allowed(make: Make) -> None:
    response = ask(make(), b"", "PUT")
    assert (response.status, response["Allow"]) == (405, "GET, POST")


def test_its_line_in_the_journal_names_nobody(make: Make) -> None:
    with structlog.testing.capture_logs() as lines:
        ask(make(), question(OUTLOOK))
    (line,) = lines
    assert (line["command"], line["status"], line["account"]) == ("Autodiscover", 200, "00000000")
    assert "anna" not in repr(line)


# Under which name


def test_the_public_url_is_told_where_there_is_one(make: Make) -> None:
    shell = make(settings={"public_url": "https://phones.example.org:8443"})
    told = url(ask(shell, question()))
    assert told == "https://phones.example.org:8443/Microsoft-Server-ActiveSync"


FORWARDED = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "outside.example.org"}


def test_only_a_trusted_proxy_says_how_the_server_is_reached(make: Make) -> None:
    assert url(ask(make(), question(), **FORWARDED)) == URL
    proxies = Settings.load({"TACCUINO_TRUSTED_PROXIES": "127.0.0.0/8"}).trusted_proxies
    shell = make(settings={"trusted_proxies": proxies})
    told = url(ask(shell, question(), **FORWARDED))
    assert told == "https://outside.example.org/Microsoft-Server-ActiveSync"


def test_the_address_of_who_asks_is_the_last_one_no_proxy_of_ours_vouches_for(
    make: Make,
) -> None:
    seen: list[str] = []

    def look(header: str | None, address: str, device: str, agent: str) -> Any:
        seen.append(address)
        raise Unauthorized

    proxies = Settings.load({"TACCUINO_TRUSTED_PROXIES": "127.0.0.0/8 10.0.0.0/8"}).trusted_proxies
    claims = {"X_Forwarded_For": "198.51.100.1, 203.0.113.7, 10.0.0.2"}
    ask(make(authenticate=look), b"", **claims)
    ask(make(authenticate=look, settings={"trusted_proxies": proxies}), b"", **claims)
    assert seen == ["127.0.0.1", "203.0.113.7"]


# Version 2


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (JSON, "Email=a%40example.org&Protocol=ActiveSync&RedirectCount=1"),
        (JSON, "email=a@example.org&protocol=activesync"),
        (f"{JSON}/v1.0/a@example.org", "Protocol=ACTIVESYNC"),
        (f"{JSON}/v1.0/a%40example.org", "PROTOCOL=ActiveSync&RedirectCount=3"),
    ],
)
def test_anybody_may_ask_in_json_where_activesync_is_spoken(
    make: Make, path: str, query: str
) -> None:
    response = make().ask("GET", path, query, **HOST)
    assert response.status == 200
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(response.body) == {"Protocol": "ActiveSync", "Url": URL}


def test_json_points_to_the_xml(make: Make) -> None:
    response = make().ask("GET", JSON, "Protocol=AutodiscoverV1", **HOST)
    assert json.loads(response.body) == {
        "Protocol": "AutodiscoverV1",
        "Url": "http://mail.example.org/Autodiscover/Autodiscover.xml",
    }


@pytest.mark.parametrize("protocol", ["Ews", "Rest", "<script>", "x" * 9000])
def test_other_protocols_are_invalid(make: Make, protocol: str) -> None:
    response = make().ask("GET", JSON, f"Protocol={protocol}")
    assert response.status == 400
    told = json.loads(response.body)
    assert told["ErrorCode"] == "InvalidProtocol"
    assert told["ErrorMessage"] == (
        f"The given protocol value '{protocol[:64]}' is invalid."
        " Supported values are 'ActiveSync,AutodiscoverV1'"
    )


@pytest.mark.parametrize("query", ["", "Email=a@example.org", "Protocol="])
def test_the_protocol_is_mandatory(make: Make, query: str) -> None:
    response = make().ask("GET", JSON, query)
    assert response.status == 400
    assert json.loads(response.body)["ErrorCode"] == "MandatoryParameterMissing"


def test_json_is_only_for_reading(make: Make) -> None:
    assert make().ask("POST", JSON, "Protocol=ActiveSync").status == 405
