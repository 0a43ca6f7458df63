"""A real mail server that keeps what it is given, for tests that wait for a code."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.system.certificate import Certificate
from tests.system.server import HOST, free_port, until

USER, PASSWORD = "taccuino", "secret of the post"


@dataclass
class PostBox:
    """What came, and whether the way was encrypted. `answer` is what the server says to a mail."""

    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail: Any = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.mails.append(mail)
        self.encrypted.append(session.ssl is not None)
        return self.answer

    def check(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == right, handled=False)

    def code(self, number: int = 1) -> str:
        """The six digits in the mail of this number, once it is there."""
        until(lambda: len(self.mails) >= number, "no mail came")
        found = re.search(r"\b\d{6}\b", self.mails[number - 1].get_content())
        assert found
        return found[0]


@contextmanager
def post_office(certificate: Certificate | None = None, *, auth: bool = False) -> Iterator[PostBox]:
    """A mail server on this machine; with a certificate it insists on STARTTLS."""
    box, context = PostBox(), None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
    controller = Controller(
        box,
        hostname=HOST,
        port=box.port,
        tls_context=context,
        require_starttls=context is not None,
        auth_required=auth,
        authenticator=box.check if auth else None,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
