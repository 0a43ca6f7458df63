"""A real OpenLDAP server, of its own files and ports, for a test to ask, change, stop and start."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ldap3 import MODIFY_REPLACE, NONE, Connection, Server

from adapters.directory.ldap import Directory
from tests.system.certificate import Certificate, self_signed
from tests.system.server import PATIENCE, free_port, until

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
"""Two addresses of this machine; by the second it takes itself for another, in no local place."""

BASE = "dc=example,dc=org"
ADMIN = f"cn=admin,{BASE}"
SERVICE = f"cn=taccuino,{BASE}"
SECRET = "a secret of the service"
MODULES = "/usr/lib/ldap"

CONFIG = """
{schemas}
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
modulepath {modules}
moduleload back_mdb
{tls}
{more}
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {secret}
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by {readers} read by * none
"""
SCHEMAS = ("core", "cosine", "inetorgperson")

PEOPLE = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: {SERVICE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: taccuino
userPassword: {SECRET}

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: ou=elsewhere,ou=people,{BASE}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://{HERE}:1/ou=elsewhere,{BASE}
"""
"""Beside the people there is a hint that more of them are elsewhere, as Active Directory has it."""


@dataclass(frozen=True)
class Somebody:
    """An entry of a person; without a password nobody can sign in as them."""

    uid: str
    cn: str
    mail: str = ""
    password: str = ""
    more: Sequence[str] = ()
    ou: str = "people"

    @property
    def dn(self) -> str:
        return f"cn={self.cn},ou={self.ou},{BASE}"

    def ldif(self) -> str:
        lines = [
            f"dn: {self.dn}",
            "objectClass: inetOrgPerson",
            f"uid: {self.uid}",
            f"cn: {self.cn}",
            f"sn: {self.cn.split()[-1]}",
            *([f"mail: {self.mail}"] if self.mail else []),
            *([f"userPassword: {self.password}"] if self.password else []),
            *self.more,
        ]
        return "\n".join(lines) + "\n\n"


@dataclass
class Slapd:
    """Listens on HERE and ELSEWHERE, for ldap:// and, with a certificate, for ldaps://."""

    folder: Path
    people: Sequence[Somebody]
    tls: bool = True
    anonymous: bool = False
    more: str = ""
    certificate: Certificate = field(init=False)
    process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        (self.folder / "data").mkdir()
        self.certificate = self_signed(self.folder, HERE, ELSEWHERE)
        self.port, self.tls_port = free_port(), free_port()
        self.password_file = self.folder / "service.password"
        self.password_file.write_text(f"{SECRET}\n")
        self._config().write_text(self._configuration())
        entries = PEOPLE + "\n" + "".join(each.ldif() for each in self.people)
        add = [_program("slapadd"), "-q", "-f", str(self._config())]
        subprocess.run(add, input=entries, text=True, check=True, capture_output=True)

    def start(self) -> None:
        places = [f"ldap://{host}:{self.port}" for host in (HERE, ELSEWHERE)]
        places += [f"ldaps://{host}:{self.tls_port}" for host in (HERE, ELSEWHERE) if self.tls]
        serve = [_program("slapd"), "-f", str(self._config()), "-h", " ".join(places), "-d", "0"]
        with (self.folder / "slapd.log").open("ab") as log:
            self.process = subprocess.Popen(serve, stdout=log, stderr=log)
        until(self._answers, "slapd did not come up")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def plain(self, host: str = HERE) -> str:
        """Where it is reached, to start with unencrypted."""
        return f"ldap://{host}:{self.port}"

    def secure(self, host: str = HERE) -> str:
        return f"ldaps://{host}:{self.tls_port}"

    def directory(self, *servers: str, **facts: object) -> Directory:
        """Asks this server as its service does, by StartTLS, unless it is said otherwise."""
        chosen = {
            "bind_dn": SERVICE,
            "bind_password_file": self.password_file,
            "ca_file": self.certificate.chain,
            **facts,
        }
        base = f"ou=people,{BASE}"
        return Directory(servers or (self.plain(),), base, **chosen)  # type: ignore[arg-type]

    def settings(self, *servers: str) -> dict[str, str]:
        """What an administrator says of it, by the short names of settings."""
        return {
            "LDAP_SERVERS": " ".join(servers or (self.plain(),)),
            "LDAP_BASE": f"ou=people,{BASE}",
            "LDAP_BIND_DN": SERVICE,
            "LDAP_BIND_PASSWORD_FILE": str(self.password_file),
            "LDAP_CA_FILE": str(self.certificate.chain),
            "LDAP_TIMEOUT": "2",
        }

    def change(self, somebody: Somebody, **attributes: str) -> None:
        """Put other values in the place of those of an entry, as its administrator does."""
        changes = {name: [(MODIFY_REPLACE, [value])] for name, value in attributes.items()}
        server = Server(HERE, self.port, get_info=NONE)
        with Connection(server, ADMIN, SECRET, raise_exceptions=True) as connection:
            connection.modify(somebody.dn, changes)  # type: ignore[no-untyped-call]

    def _config(self) -> Path:
        return self.folder / "slapd.conf"

    def _configuration(self) -> str:
        keys = (self.certificate.chain, self.certificate.key)
        tls = "TLSCertificateFile {}\nTLSCertificateKeyFile {}".format(*keys)
        return CONFIG.format(
            schemas="\n".join(f"include /etc/ldap/schema/{name}.schema" for name in SCHEMAS),
            folder=self.folder,
            modules=MODULES,
            tls=tls if self.tls else "",
            more=self.more,
            base=BASE,
            admin=ADMIN,
            secret=f'"{SECRET}"',
            readers="*" if self.anonymous else f'dn.exact="{SERVICE}"',
        )

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "slapd.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex((HERE, self.port)) == 0


def _program(name: str) -> str:
    """Where Debian has it, which is not where everybody looks for programs."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, f"{name} is missing: apt install slapd"
    return found
