from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from app.settings import BadSettings, Settings


def load(home: Path, text: str = "", **environ: str) -> Settings:
    (home / "taccuino.toml").write_text(text)
    named = {f"TACCUINO_{name}": value for name, value in environ.items()}
    return Settings.load({"TACCUINO_HOME": str(home), "PATH": "/bin", **named})


def test_without_any_choice_the_defaults_hold(tmp_path: Path) -> None:
    settings = Settings.load({"TACCUINO_HOME": str(tmp_path / "new")})
    assert settings.home == tmp_path / "new"
    assert (settings.bind, settings.workers) == ("127.0.0.1:8000", 2)
    assert settings.metrics == "", "numbers are told to nobody unless it is said to whom"
    assert (settings.heartbeat_minimum, settings.heartbeat_maximum) == (60, 3540)
    assert Settings.load({}).home == Path("var").absolute()


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    text = 'bind = "[::]:443"\nworkers = 4\ntrusted_proxies = ["10.0.0.0/8", "::1"]\n'
    settings = load(tmp_path, text, WORKERS="3", LOG_LEVEL="DEBUG", PUBLIC_URL="https://a.org/")
    assert (settings.bind, settings.workers, settings.log_level) == ("[::]:443", 3, "debug")
    assert settings.public_url == "https://a.org"
    assert settings.trusts("10.9.9.9")
    assert settings.trusts("::1")
    assert not settings.trusts("11.0.0.1")
    assert not settings.trusts("nobody")


def test_lists_in_the_environment_are_words(tmp_path: Path) -> None:
    settings = load(tmp_path, TRUSTED_PROXIES="127.0.0.1, 10.1.0.0/16")
    assert [str(network) for network in settings.trusted_proxies] == ["127.0.0.1/32", "10.1.0.0/16"]


def test_the_examples_for_administrators_are_good(tmp_path: Path) -> None:
    certificate, _ = a_certificate(tmp_path, "ca")
    (tmp_path / "ldap.password").write_text("secret")
    told = (Path(__file__).parents[2] / "docs" / "ldap.md").read_text("utf-8")
    examples = re.findall("```toml\n(.*?)```", told, re.DOTALL)
    assert len(examples) == 3
    for example in examples:
        text = re.sub('ldap_ca_file = ".*"', f'ldap_ca_file = "{certificate}"', example)
        assert load(tmp_path, text).ldap_servers


def test_a_directory_needs_its_servers_and_where_people_are(tmp_path: Path) -> None:
    places = "ldaps://one.example.org, ldap://two.example.org:3890 ldap://[::1]"
    (tmp_path / "password").write_text("secret")
    settings = load(
        tmp_path,
        LDAP_SERVERS=places,
        LDAP_BASE="dc=example,dc=org",
        LDAP_BIND_DN="cn=taccuino,dc=example,dc=org",
        LDAP_BIND_PASSWORD_FILE="password",
    )
    assert len(settings.ldap_servers) == 3
    assert (settings.ldap_filter, settings.ldap_full_name) == ("(uid={name})", "cn")
    assert (settings.ldap_mail, settings.ldap_timeout) == ("mail", 5)


WRONG = {
    "wrkers = 2": "wrkers: there is no such setting",
    "workers = true": "workers: True is not a number from 1 to 64",
    "workers = 0": "workers: 0 is not a number",
    'workers = "many"': "workers: 'many' is not a number",
    "bind = 8000": "bind: 8000 is not a text",
    'bind = "localhost"': "bind: 'localhost' is not an address and a port",
    'bind = "a:99999"': "bind: 'a:99999' is not an address and a port",
    'metrics = "9464"': "metrics: '9464' is not an address and a port",
    'home = "/srv"': "home is set by TACCUINO_HOME only",
    'log_level = "loud"': "log_level: 'loud' is not one of debug, info, warning, error",
    'public_url = "mail.example.org"': "public_url: 'mail.example.org' is not an address",
    'public_url = "https://a.org/x"': "public_url: 'https://a.org/x' is not an address",
    'trusted_proxies = ["proxy"]': "trusted_proxies: 'proxy' does not appear to be",
    "trusted_proxies = 1": "trusted_proxies: 1 is not a list of addresses",
    'tls_certificate = "no.pem"': "no.pem cannot be read: No such file",
    "heartbeat_minimum = 600\nheartbeat_maximum = 300": "above heartbeat_maximum",
    "ldap_servers = 1": "ldap_servers: 1 is not a list of servers",
    'ldap_servers = "ldap.example.org"': "'ldap.example.org' is not a server as in ldaps://",
    'ldap_servers = "https://a.org"': "ldap_servers: 'https://a.org' is not a server",
    'ldap_servers = "ldaps://a.org/dc=a"': "ldap_servers: 'ldaps://a.org/dc=a' is not a server",
    'ldap_servers = "ldaps://a.org:x"': "ldap_servers: ",
    'ldap_servers = "ldaps://u:p@a.org"': "is not a server",
    'ldap_servers = "ldaps://a.org"': "ldap_base: below which entry",
    'ldap_base = "example.org"': "ldap_base: 'example.org' is not the name of an entry",
    'ldap_filter = "uid={name}"': "ldap_filter: 'uid={name}' is not a filter with {name} in it",
    'ldap_filter = "(uid=x)"': "ldap_filter: '(uid=x)' is not a filter with {name} in it",
    'ldap_mail = "e mail"': "ldap_mail: 'e mail' is not an attribute",
    'ldap_full_name = ""': "ldap_full_name: '' is not an attribute",
    "ldap_timeout = 0": "ldap_timeout: 0 is not a number from 1 to 60",
    'ldap_ca_file = "taccuino.toml"': "holds no certificate of an authority",
    'ldap_bind_dn = "cn=x,dc=org"': "ldap_bind_dn, ldap_bind_password_file: one is useless",
    "max_body = 10": "max_body: 10 is not a number",
    "bind = ": "cannot be read: Invalid value",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings) as told:
        load(tmp_path, text)
    assert WRONG[text] in str(told.value)
    assert "\n" not in str(told.value)


def test_an_unknown_name_in_the_environment_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="TACCUINO_WORKER: there is no such setting"):
        load(tmp_path, WORKER="3")


def test_the_server_tells_what_is_wrong_and_ends(tmp_path: Path) -> None:
    environ = {"TACCUINO_HOME": str(tmp_path), "TACCUINO_WORKERS": "x"}
    told = subprocess.run(
        [sys.executable, "-m", "app"], env=environ, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr == "taccuino: workers: 'x' is not a number from 1 to 64\n"


def a_certificate(
    folder: Path, name: str, encryption: KeySerializationEncryption | None = None
) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7)
    certificate = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    )
    return paths


def test_a_certificate_and_its_key_are_taken_from_the_home_folder(tmp_path: Path) -> None:
    certificate, key = a_certificate(tmp_path, "right")
    settings = load(tmp_path, 'tls_certificate = "right.pem"\ntls_key = "right.key"')
    assert (settings.tls_certificate, settings.tls_key) == (certificate, key)


def test_a_certificate_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    a_certificate(tmp_path, "a")
    a_certificate(tmp_path, "b")
    a_certificate(tmp_path, "locked", BestAvailableEncryption(b"secret"))
    (tmp_path / "none.pem").write_text("this is none")
    for certificate, key in (
        ("a.pem", "b.key"),
        ("none.pem", "a.key"),
        ("locked.pem", "locked.key"),
    ):
        with pytest.raises(BadSettings, match="tls_certificate, tls_key: not usable together"):
            load(tmp_path, TLS_CERTIFICATE=certificate, TLS_KEY=key)
    with pytest.raises(BadSettings, match="one is useless without the other"):
        load(tmp_path, TLS_CERTIFICATE="a.pem")
