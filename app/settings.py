"""What an administrator may choose: one file, `taccuino.toml` in the home folder, and the
environment (TACCUINO_*), which wins. Everything is checked once, at start."""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

FILE: Final = "taccuino.toml"
PREFIX: Final = "TACCUINO_"
LEVELS: Final = ("debug", "info", "warning", "error")


class BadSettings(Exception):
    """One line that says which setting is wrong, and how."""


@dataclass(frozen=True)
class Settings:
    """`home` holds store and keys. `public_url` is what phones are told, as https://host[:port];
    without it they are told the name under which they came. `trusted_proxies` are the addresses
    whose word about client, host and scheme is taken. Sizes are in bytes, heartbeats in seconds.
    `metrics` is the address at which numbers are told to whoever asks (docs/operations.md); without
    it to nobody. Mails go to `smtp_host`, from `smtp_sender`; without it none is sent. People who
    are left to the directory are looked for at `ldap_servers`, in their order, below `ldap_base`
    (docs/ldap.md).
    """

    home: Path = Path("var")
    bind: str = "127.0.0.1:8000"
    workers: int = 2
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    public_url: str = ""
    metrics: str = ""
    trusted_proxies: tuple[Network, ...] = ()
    heartbeat_minimum: int = 60
    heartbeat_maximum: int = 3540
    max_body: int = 16 << 20
    max_collections: int = 300
    max_folders: int = 300
    devices_per_user: int = 100
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    smtp_sender: str = ""
    ldap_servers: tuple[str, ...] = ()
    ldap_base: str = ""
    ldap_filter: str = "(uid={name})"
    ldap_bind_dn: str = ""
    ldap_bind_password_file: Path | None = None
    ldap_ca_file: Path | None = None
    ldap_full_name: str = "cn"
    ldap_mail: str = "mail"
    ldap_timeout: int = 5
    log_level: str = "info"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """BadSettings if the file, the environment or what they point to cannot be used."""
        home = Path(environ.get(PREFIX + "HOME") or "var").expanduser().absolute()
        given: dict[str, Any] = {**_file(home / FILE), **_environment(environ), "home": home}
        settings = cls(**{name: _checked(name, value, home) for name, value in given.items()})
        _agree(settings)
        return settings

    @property
    def sockets(self) -> Path:
        """Where the processes on this store wake each other."""
        return self.home / "wake"

    @property
    def counted(self) -> Path:
        """Where each process keeps what it counts."""
        return self.home / "run" / "metrics"

    @property
    def last_backup(self) -> Path:
        """Where it is noted when the store was copied last."""
        return self.home / "last-backup.json"

    @property
    def last_proof(self) -> Path:
        """Where it is noted what was found when the store was proved last."""
        return self.home / "last-proof.json"

    def make_home(self) -> None:
        """The folder of store and keys, which nobody else may look into."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)

    def trusts(self, address: str) -> bool:
        """Whether this peer is one of our proxies."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_proxies)


def _file(path: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path}: cannot be read: {error}") from None
    if "home" in given:
        raise BadSettings(f"{path}: home is set by {PREFIX}HOME only")
    return {_known(name, f"{path}: {name}"): value for name, value in given.items()}


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        _known(name.removeprefix(PREFIX).lower(), name): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }


def _known(name: str, shown: str) -> str:
    if name not in CHECKS:
        raise BadSettings(f"{shown}: there is no such setting; there are {', '.join(CHECKS)}")
    return name


def _checked(name: str, value: Any, home: Path) -> Any:
    try:
        return CHECKS[name](value, home)
    except ValueError as error:
        raise BadSettings(f"{name}: {error}") from None


def _bind(value: Any, home: Path) -> str:
    text = _text(value, home)
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal() and int(port) < 1 << 16):
        raise ValueError(f"{text!r} is not an address and a port, as in 127.0.0.1:8000")
    return text


def _elsewhere(value: Any, home: Path) -> str:
    """An address beside that of phones; empty if there is none."""
    return _bind(value, home) if _text(value, home) else ""


def _text(value: Any, home: Path) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value.strip()


def _number(least: int, most: int) -> Callable[[Any, Path], int]:
    def check(value: Any, home: Path) -> int:
        number = int(value) if isinstance(value, str) and value.strip().isdecimal() else value
        if type(number) is not int or not least <= number <= most:
            raise ValueError(f"{value!r} is not a number from {least} to {most}")
        return number

    return check


def _readable(value: Any, home: Path) -> Path | None:
    text = _text(value, home)
    if not text:
        return None
    path = home / Path(text).expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    return path


def _url(value: Any, home: Path) -> str:
    text = _text(value, home).rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path):
        raise ValueError(f"{text!r} is not an address as in https://mail.example.org")
    return text


def _mail(value: Any, home: Path) -> str:
    text = _text(value, home)
    if text and not (parseaddr(text)[1] == text and "@" in text):
        raise ValueError(f"{text!r} is not an address as in taccuino@example.org")
    return text


def _words(value: Any, what: str) -> list[str]:
    """A list, or in the environment a text with its words."""
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{value!r} is not a list of {what}")
    return words


def _networks(value: Any, home: Path) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in _words(value, "addresses"))


def _directory_servers(value: Any, home: Path) -> tuple[str, ...]:
    names = _words(value, "servers")
    for name in names:
        parts = urlsplit(name)
        extra = parts.path.strip("/") or parts.query or "@" in parts.netloc
        if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or extra or parts.port == 0:
            raise ValueError(f"{name!r} is not a server as in ldaps://ldap.example.org")
    return tuple(names)


def _dn(value: Any, home: Path) -> str:
    from adapters.directory.ldap import is_dn  # not loaded where there is no directory

    text = _text(value, home)
    if text and not is_dn(text):
        raise ValueError(f"{text!r} is not the name of an entry as in ou=people,dc=example,dc=org")
    return text


def _filter(value: Any, home: Path) -> str:
    from adapters.directory.ldap import NAME, is_filter  # not loaded where there is no directory

    text = _text(value, home)
    if not is_filter(text):
        raise ValueError(f"{text!r} is not a filter with {NAME} in it, as in (uid={NAME})")
    return text


def _attribute(value: Any, home: Path) -> str:
    text = _text(value, home)
    if not re.fullmatch("[A-Za-z][A-Za-z0-9-]*", text):
        raise ValueError(f"{text!r} is not an attribute as in mail")
    return text


def _authorities(value: Any, home: Path) -> Path | None:
    path = _readable(value, home)
    try:
        ssl.create_default_context(cafile=path)
    except (ssl.SSLError, OSError):
        raise ValueError(f"{path} holds no certificate of an authority") from None
    return path


def _level(value: Any, home: Path) -> str:
    text = _text(value, home).lower()
    if text not in LEVELS:
        raise ValueError(f"{text!r} is not one of {', '.join(LEVELS)}")
    return text


def _as_is(value: Any, home: Path) -> Path:
    return home


CHECKS: Final[dict[str, Callable[[Any, Path], Any]]] = {
    "home": _as_is,
    "bind": _bind,
    "workers": _number(1, 64),
    "tls_certificate": _readable,
    "tls_key": _readable,
    "public_url": _url,
    "metrics": _elsewhere,
    "trusted_proxies": _networks,
    "heartbeat_minimum": _number(1, 3540),
    "heartbeat_maximum": _number(1, 3540),
    "max_body": _number(64 << 10, 1 << 30),
    "max_collections": _number(1, 10_000),
    "max_folders": _number(1, 10_000),
    "devices_per_user": _number(1, 10_000),
    "smtp_host": _text,
    "smtp_port": _number(1, 65_535),
    "smtp_user": _text,
    "smtp_password_file": _readable,
    "smtp_sender": _mail,
    "ldap_servers": _directory_servers,
    "ldap_base": _dn,
    "ldap_filter": _filter,
    "ldap_bind_dn": _dn,
    "ldap_bind_password_file": _readable,
    "ldap_ca_file": _authorities,
    "ldap_full_name": _attribute,
    "ldap_mail": _attribute,
    "ldap_timeout": _number(1, 60),
    "log_level": _level,
}
assert tuple(CHECKS) == tuple(field.name for field in fields(Settings))


def _agree(settings: Settings) -> None:
    """What is right alone may still be wrong together."""
    if settings.heartbeat_minimum > settings.heartbeat_maximum:
        raise BadSettings("heartbeat_minimum: it is above heartbeat_maximum")
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        raise BadSettings("tls_certificate, tls_key: one is useless without the other")
    if settings.smtp_host and not settings.smtp_sender:
        raise BadSettings("smtp_sender: mails go to smtp_host, and have to be from somebody")
    if settings.ldap_servers and not settings.ldap_base:
        raise BadSettings("ldap_base: below which entry people are found has to be said")
    if bool(settings.ldap_bind_dn) != (settings.ldap_bind_password_file is not None):
        raise BadSettings("ldap_bind_dn, ldap_bind_password_file: one is useless without the other")
    if settings.tls_certificate is not None:
        _pair(settings.tls_certificate, settings.tls_key)


def _pair(certificate: Path, key: Path | None) -> None:
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise BadSettings(f"tls_certificate, tls_key: not usable together: {reason}") from None
