"""Windows names of time zones, in step with the names of the IANA database.

The table beside this file says per line: the Windows name, the zone it stands for, and the other
zones that go by it. It follows the windowsZones mapping of the Unicode CLDR.
"""

from __future__ import annotations

from importlib.resources import files


def _rows() -> list[tuple[str, str, list[str]]]:
    text = files("adapters").joinpath("windows_zones.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return [(windows, zone, others.split()) for windows, zone, others in rows]


ZONE_OF: dict[str, str] = {windows: zone for windows, zone, _ in _rows()}
"""The IANA zone a Windows name stands for."""

WINDOWS_NAME: dict[str, str] = {
    zone: windows for windows, main, others in _rows() for zone in (main, *others)
}
"""The Windows name of an IANA zone; a few zones have none."""
