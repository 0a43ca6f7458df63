"""Every answer that a browser might show says what it may do, which is next to nothing; those to
mistakes, too."""

from __future__ import annotations

import re

import pytest

from tests.app.house import House
from tests.app.reader import Answer, Reader, pages
from tests.security.grounds import GETS, Grounds, parsed

STRICT = {
    "default-src": ["'none'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
"""Nothing from elsewhere, no script at all, in nobody's frame."""

SCRIPTED = {**STRICT, "script-src": ["'self'"]}
"""Where a page has a script, which is a file of ours, and only there."""

LIVE = {**SCRIPTED, "connect-src": ["'self'"]}
"""Where that file asks for what is new, and only there."""


def expect_strict(answer: Answer) -> None:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    policy = {name: rest for name, *rest in parts}
    page = parsed(answer)
    asks = any("data-live" in tag.attributes for tag in page.tags)
    assert policy == (LIVE if asks else SCRIPTED if page.all("script") else STRICT)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Cache-Control"] == "no-store"


def expect_harmless(answer: Answer) -> None:
    """As little as a plain sentence, a picture or nothing needs."""
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "text/html" not in answer["Content-Type"]


@pytest.mark.parametrize("address", [*GETS, "/nothing/here", "/my/contacts/nonsense"])
def test_every_page_is_strict_for_who_is_signed_in_and_for_strangers(
    grounds: Grounds, address: str
) -> None:
    for reader in (grounds.ada, grounds.stranger()):
        answer = reader.get(grounds.at(address))
        assert answer.status in (200, 303, 404)
        expect_strict(answer)


def test_what_goes_wrong_is_told_as_strictly(
    grounds: Grounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = grounds.ada
    ada.get("/my")
    answers = {
        400: ada.ask("POST", "/my/settings", b"%", Content_Type="text/plain"),
        403: ada.post("/my/settings", {"mark": "x"}),
        404: ada.get("/my/contacts/" + "a" * 26),
        413: ada.post("/my/settings", {"language": "x" * (1 << 20)}),
        422: grounds.stranger().sign_in(password="a wrong password"),
    }
    monkeypatch.setattr("app.my.home.look", _broken)
    monkeypatch.setattr("projections.directory.contacts", _broken)
    answers[503] = ada.get("/my/contacts")
    for status, answer in answers.items():
        assert answer.status == status
        assert "text/html" in answer["Content-Type"]
        expect_strict(answer)


def _broken(*_: object) -> None:
    raise ZeroDivisionError("secret words")


def test_who_has_to_wait_is_told_so_by_a_header_too(house: House, reader: Reader) -> None:
    answers = [reader.sign_in(password=f"guess number {n}") for n in range(8)]
    assert answers[-1].status == 429
    assert 0 < int(answers[-1]["Retry-After"]) < 10
    assert f"Wait {answers[-1]['Retry-After']} seconds" in answers[-1].text
    expect_strict(answers[-1])


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
@pytest.mark.parametrize("target", ["/my", "/sign-in", "/static/style.css", "/nothing/here"])
def test_a_verb_that_nobody_asked_for_is_refused_and_harmless(
    reader: Reader, method: str, target: str
) -> None:
    answer = reader.ask(method, target)
    assert answer.status in (200, 204, 400, 404, 405)
    assert not answer.body or answer.status == 404
    expect_harmless(answer)


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/nothing", {"Accept": "*/*"}),
        ("POST", "/nothing", {}),
        ("GET", "/static/nothing.css", {}),
        ("GET", "/healthz", {}),
        ("GET", "/Microsoft-Server-ActiveSync", {}),
        ("POST", "/Microsoft-Server-ActiveSync", {}),
        ("GET", "/Autodiscover/Autodiscover.xml", {}),
        ("GET", "/autodiscover/autodiscover.json?Email=a@b.example&Protocol=ActiveSync", {}),
        ("GET", "/autodiscover/autodiscover.json?Email=a@b.example&Protocol=<b>", {}),
        ("GET", "/sign-out", {}),
    ],
)
def test_what_is_no_page_is_harmless(
    reader: Reader, method: str, target: str, headers: dict[str, str]
) -> None:
    expect_harmless(reader.ask(method, target, **headers))


KINDS = {"css": "text/css", "svg": "image/svg+xml", "js": "text/javascript"}


def test_files_are_of_the_kind_they_say(grounds: Grounds) -> None:
    found = set[str]()
    for path in grounds.shown:
        page = parsed(grounds.ada.get(path))
        found |= {tag.attributes["href"] for tag in page.all("link")}
        found |= {tag.attributes["src"] for tag in page.all("script")}
    for file in found:
        answer = grounds.stranger().get(file)
        assert answer.status == 200
        assert answer["Content-Type"].partition(";")[0] == KINDS[file.rpartition(".")[2]]
        expect_harmless(answer)


@pytest.mark.parametrize("path", ["qr.svg", "taccuino.mobileconfig"])
def test_what_is_drawn_or_downloaded_is_strict_as_well(grounds: Grounds, path: str) -> None:
    answer = grounds.ada.get(f"/my/phones/set-up/{path}")
    assert answer.status == 200
    expect_strict(answer)


def test_no_page_has_style_script_handlers_or_links_to_elsewhere(grounds: Grounds) -> None:
    for path in (*grounds.shown, "/nothing/here"):
        page = parsed(grounds.ada.get(path))
        names = {tag.name for tag in page.tags}
        assert not names & {"style", "iframe", "object", "embed", "base", "template"}
        for script in page.all("script"):
            assert re.fullmatch(r"/static/[\w.]+\.js", script.attributes["src"])
        for tag in page.tags:
            for name, value in tag.attributes.items():
                assert name != "style", path
                assert not name.startswith("on"), path
                if name in ("href", "src", "action", "formaction", "srcset", "poster"):
                    assert re.match(r"[/?#](?![/\\])|$|mailto:|tel:", value), f"{path}: {value}"


def test_hsts_is_said_over_https_only(house: House) -> None:
    there = Reader(pages(house), host="sync.example.org", scheme="https")
    assert there.get("/sign-in")["Strict-Transport-Security"] == "max-age=31536000"
    assert Reader(pages(house)).get("/sign-in")["Strict-Transport-Security"] == ""


def test_the_server_tells_nothing_about_itself(reader: Reader) -> None:
    for target in ("/sign-in", "/nothing", "/Microsoft-Server-ActiveSync"):
        answer = reader.get(target)
        told = " ".join(f"{name}: {value}" for name, value in answer.headers).lower()
        for word in ("falcon", "python", "gunicorn", "gevent", "powered"):
            assert word not in told
