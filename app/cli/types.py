"""What can stand on the command line beside plain text."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import available_timezones

import click

from adapters.ids import uuid_of
from domain.zone import Zone

F = TypeVar("F", bound=Callable[..., Any])


class ServerId(click.ParamType[UUID]):
    """The id of an item, an edit or a phone, as lists show it and phones name it."""

    name = "ID"

    def convert(self, value: Any, param: object, ctx: click.Context | None) -> UUID:
        id = value if isinstance(value, UUID) else uuid_of(value.strip().lower())
        return id or self.fail(f"{value!r} is not an id as the lists show them")


class Moment(click.ParamType[date]):
    """A day, or a time of day on the clocks of the event's own zone."""

    name = "DATE[THH:MM]"

    def convert(self, value: Any, param: object, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = value.strip()
        try:
            found = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{value!r} is not a time as in 2026-12-01T09:00, nor a day as in 2026-12-01")
        if isinstance(found, datetime) and found.tzinfo:
            self.fail(f"{value!r} has an offset; say --zone instead")
        return found


class Day(click.ParamType[date]):
    """A day."""

    name = "DATE"

    def convert(self, value: Any, param: object, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            self.fail(f"{value!r} is not a day as in 1980-04-30")


class ZoneName(click.ParamType[Zone]):
    """A time zone by the name the world knows it by."""

    name = "ZONE"

    def convert(self, value: Any, param: object, ctx: click.Context | None) -> Zone:
        if isinstance(value, Zone):
            return value
        if value not in available_timezones():
            self.fail(f"{value!r} is not a time zone, as Europe/Rome is")
        return Zone(value)


class Setting(click.ParamType[tuple[str, str]]):
    """A name and a value with = between them."""

    name = "KEY=VALUE"

    def convert(self, value: Any, param: object, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, text = value.partition("=")
        return (key, text) if key and equals else self.fail(f"{value!r} has no = in it")


SERVER_ID, MOMENT, DAY, ZONE, SETTING = ServerId(), Moment(), Day(), ZoneName(), Setting()


def user_option(command: F) -> F:
    return click.option("--user", "-u", required=True, help="Whose; a name or an address.")(command)


def folder_option(command: F) -> F:
    return click.option("--folder", "-f", help="In which folder; an id or a name.")(command)


def password(
    from_stdin: bool,
    prompt: str = "Password",
    *,
    confirm: bool = True,
    option: str = "--password-stdin",
) -> str:
    """A password from the next line of standard input, or typed in unseen."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError(f"there is nobody to ask for a password: use {option}")
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return typed
