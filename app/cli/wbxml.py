"""`taccuino wbxml dump`: what a recorded message says."""

from __future__ import annotations

import base64
import re
from typing import BinaryIO

import click

from adapters.wbxml import Malformed
from adapters.wbxml.dump import dump as outline

HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+")
MARK = b"\x03\x01"
"""The version and the public id with which every message begins (MS-ASWBXML 2.1.1)."""


@click.group
def wbxml() -> None:
    """Messages as they are on the wire: dump."""


@wbxml.command
@click.argument("file", type=click.File("rb"))
def dump(file: BinaryIO) -> None:
    """Print the message in FILE (- for standard input): raw bytes, hexadecimal or base64."""
    try:
        click.echo(outline(unwrapped(file.read())))
    except Malformed as error:
        raise click.ClickException(f"this is no WBXML message: {error}") from None


def unwrapped(data: bytes) -> bytes:
    """The bytes of a message, also where it was written as text."""
    text = b"".join(data.split())
    if data.startswith(MARK):
        return data
    if HEX.fullmatch(text):
        return bytes.fromhex(text.decode())
    try:
        return base64.b64decode(
            text, altchars=b"-_" if b"-" in text or b"_" in text else None, validate=True
        )
    except ValueError:
        return data
