"""A question in XML is one phones ask, or Unanswerable with a code of the frame."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.eas.autodiscover import (
    INVALID_REQUEST,
    MOBILESYNC,
    REASONS,
    Unanswerable,
    expect_question,
)

ASKED = """<?xml version="1.0" encoding="{encoding}"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006">
<Request><EMailAddress>anna@example.org</EMailAddress>
<AcceptableResponseSchema>{schema}</AcceptableResponseSchema></Request></Autodiscover>
"""
DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///e">]><a>&b;&d;</a>'


def seeds() -> Iterator[bytes]:
    for encoding in ("utf-8", "utf-16", "iso-8859-1"):
        yield ASKED.format(encoding=encoding, schema=MOBILESYNC).encode(encoding)
    yield ASKED.format(encoding="utf-8", schema="").encode()
    yield from (b"", DOCTYPE, b"<a/>", b"<Autodiscover><Request/></Autodiscover>", b"<a>" * 400)


def run(data: bytes) -> None:
    try:
        expect_question(data)
        code = INVALID_REQUEST
    except Unanswerable as error:
        code = error.code
    assert code in REASONS
