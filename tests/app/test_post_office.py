"""By which server mails leave, as the settings say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.mail.smtp import Smtp
from app.composition import post_office
from app.settings import BadSettings, Settings

GIVEN = {"TACCUINO_SMTP_HOST": "mail.example.org", "TACCUINO_SMTP_SENDER": "taccuino@example.org"}


def load(home: Path, **given: str) -> Settings:
    return Settings.load({"TACCUINO_HOME": str(home), **given})


def test_without_a_host_no_mail_is_sent(tmp_path: Path) -> None:
    assert post_office(load(tmp_path)) is None


def test_what_is_set_is_where_mails_go(tmp_path: Path) -> None:
    secret = tmp_path / "smtp.password"
    secret.write_text("secret of the post")
    more = {"TACCUINO_SMTP_PORT": "25", "TACCUINO_SMTP_USER": "taccuino"}
    file = {"TACCUINO_SMTP_PASSWORD_FILE": secret.name}
    assert post_office(load(tmp_path, **GIVEN, **more, **file)) == Smtp(
        "mail.example.org", "taccuino@example.org", 25, "taccuino", secret
    )


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("SMTP_SENDER", "", "smtp_sender"),
        ("SMTP_SENDER", "Taccuino <taccuino@example.org>", "not an address"),
        ("SMTP_SENDER", "nobody", "not an address"),
        ("SMTP_PORT", "0", "smtp_port"),
        ("SMTP_PASSWORD_FILE", "not-there", "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_at_the_start(
    tmp_path: Path, setting: str, value: str, told: str
) -> None:
    with pytest.raises(BadSettings, match=told):
        load(tmp_path, **{**GIVEN, f"TACCUINO_{setting}": value})
