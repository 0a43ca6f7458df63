"""A real nginx in front of a server, by the recipe that we ship, changed where a test says so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.certificate import Certificate
from tests.system.server import HOST, ROOT, free_port, until

RECIPE = ROOT / "ops" / "nginx" / "taccuino.conf"
AROUND = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {recipe}
}}
"""


@contextmanager
def nginx(
    folder: Path, certificate: Certificate, upstream: int, *changes: tuple[str, str]
) -> Iterator[int]:
    """Runs inside, at the port that is given."""
    port, plain = free_port(), free_port()
    recipe = RECIPE.read_text("utf-8")
    for old, new in (
        ("listen 80;", f"listen {HOST}:{plain};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl;", f"listen {HOST}:{port} ssl;"),
        ("listen [::]:443 ssl;", ""),
        ("server 127.0.0.1:8000;", f"server {HOST}:{upstream};"),
        ("/etc/letsencrypt/live/sync.example.org/fullchain.pem", str(certificate.chain)),
        ("/etc/letsencrypt/live/sync.example.org/privkey.pem", str(certificate.key)),
        *changes,
    ):
        assert old in recipe, old
        recipe = recipe.replace(old, new)
    user = "" if os.geteuid() else "user root;"
    written = folder / "nginx.conf"
    written.write_text(AROUND.format(folder=folder, recipe=recipe, user=user), "utf-8")
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert program, "nginx is not there: apt-get install nginx-light"
    process = subprocess.Popen([program, "-c", written, "-p", folder, "-e", folder / "error.log"])
    try:
        until(lambda: _listens(port), "nginx did not come up")
        yield port
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True
