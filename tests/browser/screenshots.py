"""`make screenshots`: a picture of every page, narrow and wide, light and dark, to be looked at;
and the two that README shows."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from uuid import UUID

from tests.browser.driving import a_browser, address, let_in
from tests.browser.tour import lived_in, pages_of, tour
from tests.system.server import Server

WIDTHS = {390: 844, 1440: 900}
THEMES = ("light", "dark")
README = {"calendar": "my.png", "admin-devices": "admin.png"}
"""Pages that README shows, and what their pictures in docs/images are called."""

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SHOWN = {"width": 1200, "height": 750}


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home), workers=1)
        server.admit("ada")
        server.start()
        try:
            with lived_in(server) as made:
                taken = shoot(server, made, folder)
                show(server, pages_of(made), IMAGES)
        finally:
            server.kill_all()
    print(f"{taken} pictures in {folder}")


def shoot(server: Server, made: dict[str, UUID], folder: Path) -> int:
    taken = 0
    with a_browser() as browser:
        for width, height in WIDTHS.items():
            for theme in THEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB"
                )
                page = context.new_page()
                for name in tour(page, server, made):
                    page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
                    taken += 1
                context.close()
    return taken


def show(server: Server, pages: dict[str, str], folder: Path) -> None:
    """What somebody sees who reads about it first: the top of the page, as in a window."""
    with a_browser() as browser:
        page = browser.new_page(viewport=SHOWN, color_scheme="light", locale="en-GB")
        let_in(page, server, "ada")
        for name, picture in README.items():
            page.goto(address(server, pages[name]))
            page.screenshot(path=folder / picture)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
