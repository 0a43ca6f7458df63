"""The notes of an appointment, in the form `body.py` gives to all classes."""

from __future__ import annotations

from typing import Any

from adapters.eas.body import choose, empty_body, read
from adapters.eas.calendar_forms import Form, Scope
from adapters.eas.dialect import Dialect
from adapters.wbxml import Element


class Words(Form):
    """What comes back shortened or only re-wrapped is no change; empty text clears."""

    relative = True

    def read(self, element: Element, scope: Scope) -> Any:
        return read(element, scope.base.get("body"), scope.dialect)

    def write(self, tag: str, value: Any, dialect: Dialect) -> list[Element]:
        return choose(value, dialect)

    def blank(self, tag: str, dialect: Dialect) -> list[Element]:
        return empty_body(dialect)
