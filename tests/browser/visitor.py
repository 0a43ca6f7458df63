"""Somebody before a browser. What they press, type and read is named by the key of its text
(app/i18n), so a story is the same in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page, expect

from app import i18n
from tests.browser.driving import address
from tests.system.server import PASSWORD, Server

Somebody = Callable[[str], "Visitor"]
"""Whoever a story needs, by their name."""

STOPS: Final = 60
"""So many times somebody presses Tab before they give up."""

VISIBLE: Final = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return at !== document.body && style.outlineStyle !== "none"
    && parseFloat(style.outlineWidth) >= 2 && box.width > 1 && box.height > 1;
}"""
"""Whether one sees where the keyboard is."""


WHERE: Final = "document.activeElement.outerHTML.slice(0, 300)"


@dataclass
class Visitor:
    page: Page
    server: Server
    name: str
    language: str = "en"

    def text(self, key: str, **facts: object) -> str:
        return i18n.text(self.language, key, **facts)

    # With the mouse

    def opens(self, path: str) -> None:
        self.page.goto(address(self.server, path))

    def follows(self, key: str) -> None:
        self.page.get_by_role("link", name=self.text(key), exact=True).click()

    def presses(self, key: str) -> None:
        self.page.get_by_role("button", name=self.text(key), exact=True).click()

    def types(self, field: str, text: str) -> None:
        self.page.fill(f"#{field}", text)

    def ticks(self, key: str) -> None:
        """Without looking where the field hides its box."""
        self.page.get_by_label(self.text(key), exact=True).check()

    def chooses(self, field: str, key: str) -> None:
        self.page.select_option(f"#{field}", label=self.text(key))

    def unfolds(self, key: str) -> None:
        """What a warning is hidden behind."""
        self.page.locator("summary", has_text=self.text(key)).click()

    def takes(self, key: str) -> bytes:
        """The file that comes when this button or link is pressed."""
        name = self.text(key)
        button, link = (
            self.page.get_by_role(role, name=name, exact=True) for role in ("button", "link")
        )
        with self.page.expect_download() as download:
            button.or_(link).click()
        return download.value.path().read_bytes()

    def signs_in(self, password: str = PASSWORD) -> None:
        self.opens("/sign-in")
        self.types("name", self.name)
        self.types("password", password)
        self.presses("sign_in.go")

    # With the keyboard alone

    def tabs_to(self, target: Locator) -> None:
        """From stop to stop, and always sees where they are."""
        for _ in range(STOPS):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(VISIBLE), self.page.evaluate(WHERE)
            if target.evaluate("it => it === document.activeElement"):
                return
        raise AssertionError(f"no way leads to {target}")

    def enters(self, key: str) -> None:
        """The link of this name, by the keyboard."""
        self.tabs_to(self.page.get_by_role("link", name=self.text(key), exact=True).first)
        self.page.keyboard.press("Enter")

    def fills(self, field: str, text: str) -> None:
        self.tabs_to(self.page.locator(f"#{field}"))
        self.page.keyboard.type(text)

    # What they see

    def is_at(self, key: str, **facts: object) -> None:
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(self.text(key, **facts))

    def is_greeted(self) -> None:
        self.is_at("my.home.hello", name=f"{self.name.title()} Example")

    def reads(self, key: str, **facts: object) -> None:
        expect(self.page.locator("main")).to_contain_text(self.text(key, **facts))

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def sees_no(self, text: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(text)

    def is_told(self, key: str, **facts: object) -> None:
        """What a page says at its top once something is done."""
        expect(self.page.locator(".said")).to_have_text(self.text(key, **facts))

    def secret(self) -> str:
        """The password that is shown."""
        return self.page.locator(".secret").inner_text()
