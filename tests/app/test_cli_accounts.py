"""Verbs about secrets: by what somebody comes in, codes, and rules for everybody."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest

from app.auth import Authenticator, Unauthorized
from app.cli import asking, second_factor
from app.identity.proof import Prover
from app.web.sessions import Sessions
from domain.partnership import Partnership
from projections import attempts
from tests.app.cli_runner import PASSWORD, Cli
from tests.app.test_auth import basic
from tests.system.postbox import post_office
from tests.system.server import HOST

SECRET, OTHER = "battery staple", "another staple"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path)
    cli.person()
    return cli


def lets_in(cli: Cli, secret: str, device: str = "PHONE1") -> bool:
    with cli.groupware() as groupware:
        try:
            Authenticator(groupware).principal(basic(f"ada:{secret}"), "192.0.2.7", device, "T/1")
        except Unauthorized:
            return False
        return True


def partner(cli: Cli, device: str) -> None:
    """A phone that was here."""
    id = cli.account().id
    with cli.groupware() as groupware, groupware.acting(groupware.author("system", "test")):
        groupware.save(Partnership.begin(id, device, "iPhone"))


def password_of_phones(cli: Cli, secret: str = SECRET, *options: str) -> str:
    said = cli.done("activesync-password", "set", "ada", "--stdin", *options, stdin=secret)
    return said.split()[-1]


def facts(cli: Cli, name: str = "ada") -> dict[str, str]:
    return dict(cli.rows("user", "show", name))


def test_a_password_of_phones_is_set_listed_and_removed(cli: Cli) -> None:
    first = password_of_phones(cli)
    tablet = password_of_phones(cli, OTHER, "--label", "iPad")
    assert lets_in(cli, OTHER, "TABLET")
    assert not lets_in(cli, PASSWORD)
    rows = cli.rows("activesync-password", "list", "ada")
    assert [(row[0], row[1], row[4]) for row in rows] == [
        (first, "all phones", ""),
        (tablet, "iPad", "TABLET"),
    ]
    cli.done("activesync-password", "remove", "ada", tablet)
    assert not lets_in(cli, OTHER)
    assert "no such ActiveSync password" in cli.refused(
        "activesync-password", "remove", "ada", tablet
    )


def test_another_takes_the_place_of_one(cli: Cli) -> None:
    id = password_of_phones(cli)
    assert password_of_phones(cli, OTHER, "--id", id) == id
    assert lets_in(cli, OTHER)
    assert not lets_in(cli, SECRET)


def test_only_its_owner_views_a_password(cli: Cli) -> None:
    id = password_of_phones(cli)
    view = ("activesync-password", "view", "ada", id, "--stdin")
    assert cli.done(*view, stdin=PASSWORD) == f"{SECRET}\n"
    assert "not right" in cli.refused(*view, stdin="a wrong guess")
    cli.done("house", "set", "passwords-viewable", "no")
    assert "set another" in cli.refused(*view, stdin=PASSWORD)


def test_no_verb_takes_a_secret_on_its_line_or_shows_one(cli: Cli) -> None:
    password_of_phones(cli)
    lets_in(cli, PASSWORD)
    for verb in (
        ("user", "show", "ada"),
        ("user", "list"),
        ("activesync-password", "list", "ada"),
        ("house", "show"),
        ("findings",),
    ):
        said = cli.done(*verb)
        assert PASSWORD not in said
        assert SECRET not in said
    refused = cli.refused("activesync-password", "set", "ada", SECRET, status=2)
    assert "unexpected extra argument" in refused
    assert "--stdin" in cli.refused("activesync-password", "set", "ada", status=2)


def test_a_persons_way_in_is_told_with_what_keeps_phones_out(cli: Cli) -> None:
    assert facts(cli)["phones send"] == "the login password"
    password_of_phones(cli)
    lets_in(cli, PASSWORD, "TABLET")
    told = facts(cli)
    assert told["phones send"] == "an ActiveSync password"
    assert told["refused"].startswith("TABLET T/1 sends the login password")
    assert told["ActiveSync password"].startswith("all phones, set ")
    (row,) = cli.rows("findings")
    assert (row[0], row[1]) == (attempts.LOGIN, "ada")
    assert "TABLET" in row[-1]
    cli.done("user", "disable", "ada")
    assert "no phone is let in" in facts(cli)["ActiveSync"]


def test_what_is_known_of_a_person_can_be_changed(cli: Cli) -> None:
    cli.done("user", "name", "ada", "Ada Bianchi")
    cli.done("user", "mail", "ada", "bianchi@example.org")
    cli.done("user", "language", "ada", "it")
    cli.done("user", "admin", "ada")
    assert "no directory is set up" in cli.refused("user", "directory", "ada")
    directory = 'ldap_servers = ["ldaps://ldap.example.org"]\nldap_base = "dc=example,dc=org"\n'
    (cli.home / "taccuino.toml").write_text(directory)
    cli.done("user", "directory", "ada")
    told = facts(cli, "bianchi@example.org")
    assert told["full name"] == "Ada Bianchi"
    assert told["language"] == "it"
    assert told["administrator"] == "yes"
    assert told["login"] == "the directory knows the password"
    assert "last administrator" in cli.refused("user", "admin", "ada", "--withdraw")
    cli.person("bob", "--admin")
    cli.done("user", "admin", "ada", "--withdraw")
    cli.done("user", "directory", "ada", "--leave")
    assert facts(cli)["login"] == "a password"
    assert "another account" in cli.refused("user", "mail", "ada", "bob@example.org")
    assert "not a mail address" in cli.refused("user", "mail", "ada", "nowhere")


def test_codes_by_mail_are_turned_on_used_and_reset(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code comes by a real mail server, while the verb waits for it to be typed."""
    partner(cli, "TABLET")
    with post_office() as box:
        (cli.home / "taccuino.toml").write_text(
            f'smtp_host = "{HOST}"\nsmtp_port = {box.port}\nsmtp_sender = "taccuino@example.org"\n'
        )
        typed = iter([PASSWORD, SECRET])

        def asked(stdin: bool, prompt: str, *, confirm: bool = False) -> str:
            return box.code() if "mail" in prompt else next(typed)

        monkeypatch.setattr(asking, "secret", asked)
        monkeypatch.setattr(second_factor, "secret", asked)
        result = cli.run("second-factor", "enrol", "ada", "mail")
        assert result.exit_code == 0, result.output
        assert "TABLET" in result.stdout
        assert len(re.findall(r"^\w{5}-\w{5}$", result.stdout, re.MULTILINE)) == 10
    assert facts(cli)["second factor"] == "a code by mail"
    assert facts(cli)["recovery codes"] == "10 left"
    assert lets_in(cli, SECRET)
    assert cli.done("second-factor", "reset", "ada") == "ada has none now\n"
    assert facts(cli)["second factor"] == "off"


def test_an_app_is_enrolled_and_its_codes_open_what_is_the_persons(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    new_secret = pyotp.random_base32

    def kept() -> str:
        made.append(new_secret())
        return made[-1]

    def asked(stdin: bool, prompt: str, *, confirm: bool = False) -> str:
        if "app" in prompt:
            return pyotp.TOTP(made[-1]).now()
        return SECRET if "ActiveSync" in prompt else PASSWORD

    monkeypatch.setattr(pyotp, "random_base32", kept)
    monkeypatch.setattr(asking, "secret", asked)
    monkeypatch.setattr(second_factor, "secret", asked)
    said = cli.done("second-factor", "enrol", "ada", "app")
    assert made[-1] in said
    recovery = re.findall(r"^\w{5}-\w{5}$", said, re.MULTILINE)
    (row,) = cli.rows("activesync-password", "list", "ada")
    monkeypatch.undo()
    view = ("activesync-password", "view", "ada", row[0], "--stdin")
    assert "code is not right" in cli.refused(*view, stdin=f"{PASSWORD}\nabcde-abcde\n")
    assert cli.done(*view, stdin=f"{PASSWORD}\n{recovery[0]}\n") == f"{SECRET}\n"
    again = cli.done("second-factor", "codes", "ada", "--stdin", stdin=f"{PASSWORD}\n{recovery[1]}")
    assert recovery[2] not in again
    last = again.splitlines()[-1]
    cli.done("second-factor", "off", "ada", "--stdin", stdin=f"{PASSWORD}\n{last}\n")
    assert facts(cli)["second factor"] == "off"


def test_an_administrator_turns_codes_on_with_a_password_for_phones(cli: Cli) -> None:
    turn_on = ("second-factor", "turn-on", "ada", "--stdin")
    assert "smtp_host" in cli.refused(*turn_on, stdin=SECRET)
    (cli.home / "taccuino.toml").write_text('smtp_host = "localhost"\nsmtp_sender = "t@e.org"\n')
    cli.done(*turn_on, stdin=SECRET)
    assert cli.account().factor == "mail"
    assert lets_in(cli, SECRET)


def test_a_person_may_be_left_to_set_the_password_for_phones(cli: Cli) -> None:
    partner(cli, "TABLET")
    (cli.home / "taccuino.toml").write_text('smtp_host = "localhost"\nsmtp_sender = "t@e.org"\n')
    told = cli.done("second-factor", "turn-on", "ada", "--later")
    assert "TABLET" in told
    assert "ada@example.org" in told
    assert cli.account().lacks_password
    assert not lets_in(cli, PASSWORD)


def test_a_person_is_signed_out_of_every_browser(cli: Cli) -> None:
    with cli.groupware() as groupware:
        sessions = Sessions(groupware)
        token = sessions.begin(cli.account(), whole=True)
        assert sessions.find(token)
    cli.done("user", "sign-out", "ada")
    with cli.groupware() as groupware:
        assert Sessions(groupware).find(token) is None


def test_rules_are_shown_and_set(cli: Cli) -> None:
    assert cli.rows("house", "show") == [
        ["second-factor-required", "no"],
        ["passwords-viewable", "yes"],
        ["full-wipe-allowed", "no"],
    ]
    cli.done("house", "set", "full-wipe-allowed", "yes")
    assert ["full-wipe-allowed", "yes"] in cli.rows("house", "show")
    assert "is not one of" in cli.refused("house", "set", "no-such-rule", "yes", status=2)


def test_a_second_factor_is_required_of_all_only_by_who_is_sure(cli: Cli) -> None:
    partner(cli, "TABLET")
    (cli.home / "taccuino.toml").write_text('smtp_host = "localhost"\nsmtp_sender = "t@e.org"\n')
    require = ("house", "set", "second-factor-required", "yes")
    result = cli.run(*require)
    assert result.exit_code == 1
    assert "1 phones would stop" in result.stderr
    assert "TABLET" in result.stdout
    assert cli.account().factor == "off"
    cli.done(*require, "--sure")
    assert facts(cli)["second factor"] == "a code by mail (required of everybody)"
    assert facts(cli)["phones send"].startswith("no password: the second factor is on")
    with cli.groupware() as groupware:
        assert Prover(groupware).sign_in("ada", PASSWORD, "192.0.2.7").lacks_password
    cli.done("house", "set", "second-factor-required", "no")
    assert lets_in(cli, PASSWORD)
