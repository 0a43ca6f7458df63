"""Passwords are hashed and verified on several threads, from the first one on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

FIRST_OF_ALL = """
from passlib.hash import argon2
from app.identity.passwords import NOBODYS

one, other = argon2.verify, argon2.verify
assert not one("secret", NOBODYS)
assert not other("secret", NOBODYS)
"""
"""What two threads do that both begin before either has ended."""


def test_the_first_passwords_of_a_process_may_come_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", FIRST_OF_ALL],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
