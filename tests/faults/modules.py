"""The modules in which every line is made to fail."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Final

import adapters.eas
import app.commands
from tests.faults.injection import Modules

APP: Final = "autodiscover context eas fault folders gal items limits settled still"
DEVICES: Final = "admission phones"
ENGINE: Final = (
    "asking classes conversation desk desks exchange repeating siblings sparing talk teller"
)
PROJECTIONS: Final = "asked delta items lines synckey"


def _inside(package: str, path: list[str]) -> list[str]:
    return [f"{package}.{each.name}" for each in pkgutil.iter_modules(path)]


NAMES: Final = [
    *(f"app.{name}" for name in APP.split()),
    *(f"app.devices.{name}" for name in DEVICES.split()),
    *(f"app.engine.{name}" for name in ENGINE.split()),
    "app.push.parking",
    "adapters.ids",
    *(f"projections.{name}" for name in PROJECTIONS.split()),
    *_inside("app.commands", list(app.commands.__path__)),
    *_inside("adapters.eas", list(adapters.eas.__path__)),
]
MODULES: Final = Modules([importlib.import_module(name) for name in NAMES])
