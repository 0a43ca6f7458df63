"""Style and pictures, under names that hold a digest: what changes has another name, so it may be
kept for ever. Only what was there at start is served, whatever the address says."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from app.http import Http, words

HERE: Final = Path(__file__).parent / "static"
ADDRESS: Final = "/static/"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_EVER: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Static:
    """The files, and by which names they are served."""

    files: dict[str, Http]
    names: dict[str, str]

    @classmethod
    def read(cls, folder: Path = HERE) -> Static:
        files, names = {}, {}
        for path in sorted(folder.iterdir()):
            data = path.read_bytes()
            digest = blake2b(data, digest_size=8).hexdigest()
            names[path.name] = f"{path.stem}.{digest}{path.suffix}"
            files[names[path.name]] = Http(200, data, TYPES[path.suffix], FOR_EVER)
        return cls(files, names)

    def address(self, name: str) -> str:
        return ADDRESS + self.names[name]

    def answer(self, name: str) -> Http:
        return self.files.get(name) or words(404, "There is nothing here.")
