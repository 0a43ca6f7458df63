"""The notes for people name commands that are there, with options that they have, and files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from app.cli import main

ROOT = Path(__file__).parents[2]
NOTES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
COMMAND = re.compile(r"(?m)`(?:.venv/bin/)?(taccuino [^`]+)`|^(?:    |\S*bin/)(taccuino .+)$")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def commands() -> list[str]:
    texts = (path.read_text("utf-8") for path in NOTES)
    found = (next(filter(None, match)) for text in texts for match in COMMAND.findall(text))
    return sorted({each for each in found if "VERB" not in each})


@pytest.mark.parametrize("line", commands())
def test_every_command_that_is_named_can_be_said(line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if word != "…"]
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words.pop(0))
        assert found, line
        command = found
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    said = {word.partition("=")[0] for word in words if re.fullmatch(r"-\w|--[a-z-]+.*", word)}
    assert said <= known | {"--help"}, line


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.name)
def test_every_file_that_is_linked_is_there(path: Path) -> None:
    linked = LINK.findall(path.read_text("utf-8"))
    assert [each for each in linked if not (path.parent / each).exists()] == []
