"""Reasons for saying no, in words a person can read. `app/errors.py` knows their numbers."""

from __future__ import annotations


class Refused(Exception):
    """The rules forbid it; the text says why and, where there is one, the next step."""


class Unknown(Refused):
    """There is no such thing, or not any more."""


class NameTaken(Refused):
    """Something of the same kind already has this name."""


class Fixed(Refused):
    """This one is part of every account and stays as it is."""


class NotServed(Refused):
    """A kind of thing this server does not keep."""
