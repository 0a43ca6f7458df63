"""One mail at a time to the server that sends it on, over STARTTLS (RFC 3207).

Without TLS nothing is said to a server on another machine: neither a code nor our password there.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from pathlib import Path
from typing import Final

TIMEOUT: Final = 15.0
"""Seconds in which each step has to be answered; somebody waits for the code."""

LOCAL: Final = ("localhost", "127.0.0.1", "::1")


class Undelivered(Exception):
    """The mail was not taken; the text says why, and holds nothing of the mail."""


@dataclass(frozen=True)
class Smtp:
    """The server at `host` takes our mails from `sender`, for a `user` if it wants one."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password_file: Path | None = field(default=None, repr=False)

    def send(self, to: str, subject: str, body: str) -> None:
        """Hand over one mail; Undelivered if it was not taken."""
        message = self._message(to, subject, body)
        try:
            with self._connection() as connection:
                connection.send_message(message)
        except ssl.SSLError as error:
            raise Undelivered(f"{self.host} has no certificate we trust: {error.reason}") from None
        except smtplib.SMTPRecipientsRefused:
            raise Undelivered(f"{self.host} takes no mail for this address") from None
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"{self.host} refused it with code {error.smtp_code}") from None
        except smtplib.SMTPException as error:
            raise Undelivered(f"{self.host}: {type(error).__name__}") from None
        except OSError as error:
            raise Undelivered(f"{self.host} cannot be reached: {error.strerror or error}") from None

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """To the server, encrypted unless it is on this machine and has no TLS, and known to it."""
        with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as connection:
            connection.ehlo()
            if connection.has_extn("starttls"):
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo()
            elif self.host not in LOCAL:
                raise Undelivered(f"{self.host} offers no STARTTLS")
            if self.user:
                connection.login(self.user, self._password())
            yield connection

    def _password(self) -> str:
        return "" if self.password_file is None else self.password_file.read_text("utf-8").strip()

    def _message(self, to: str, subject: str, body: str) -> EmailMessage:
        """The library takes no header of several lines."""
        message = EmailMessage()
        try:
            message["From"] = self.sender
            message["To"] = to
            message["Subject"] = subject
        except ValueError:
            raise Undelivered("an address or a subject has more than one line") from None
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: nobody answers it by machine
        message.set_content(body)
        return message
