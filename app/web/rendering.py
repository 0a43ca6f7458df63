"""Templates into pages. Everything a page shows is escaped; what a template does not know is an
error, not a blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.ids import server_id
from app.web import forms
from app.web.static import Static

if TYPE_CHECKING:
    from app.web.visit import Visit


@cache
def templates() -> Environment:
    """The templates of a process, each read when it is first needed."""
    found = Environment(
        loader=PackageLoader("app.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters["id"] = server_id
    return found


@dataclass(frozen=True)
class Pages:
    """What becomes a page, with the files that belong to it."""

    static: Static

    def render(self, template: str, visit: Visit, facts: Mapping[str, Any]) -> str:
        words = visit.words
        said = f"said.{visit.asked('said')}"
        common = {
            "static": self.static.address,
            "visit": visit,
            "words": words,
            "t": words.text,
            "n": words.number,
            "mark": forms.mark(visit.token) if visit.token else "",
            "person": visit.person if visit.signed_in else None,
            "here": visit.req.path,
            "said": said if words.knows(said) else "",
        }
        return templates().get_template(template).render(**common, **facts)
