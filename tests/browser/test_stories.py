"""What this is for, told from beginning to end: people at the pages, mails, and their phones.

The mails are real and the codes are read from them; the server has two processes, and what is done
in one counts in the other.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import pytest

from app import i18n, people
from app.identity import onetime, secondfactor
from app.identity.proof import Proof, Prover
from tests.app.post import Post
from tests.browser.visitor import Somebody, Visitor
from tests.system.conftest import served
from tests.system.phone import Phone
from tests.system.postbox import PostBox, post_office
from tests.system.server import HOST, PASSWORD, Server, until
from tests.system.wire import Denied, Wire

SETTINGS = {"SMTP_HOST": HOST, "SMTP_SENDER": "taccuino@example.org"}
PEOPLE = ("ada", "bob", "eva", "ugo", "ivo", "mia")
DISABLED = "Sync as a whole: 126"
"""What a phone in use is told whose person may not sync any more (MS-ASCMD 2.2.2)."""

FOR_PHONES = "a password for phones"
LANGUAGES = pytest.mark.parametrize("language", ["en", "it"])


@pytest.fixture(scope="module")
def post() -> Iterator[PostBox]:
    with post_office() as box:
        yield box


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, post: PostBox, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    SETTINGS["SMTP_PORT"] = str(post.port)
    for server in served(request.module, tmp_path_factory):
        with server.groupware() as groupware:
            author = groupware.author("admin:test", "test")
            people.make_administrator(groupware, author, server.account("ada"))
        yield server


@contextmanager
def a_phone(server: Server, name: str, secret: str = PASSWORD) -> Iterator[Phone]:
    """A phone of this person, which knows this password."""
    wire = Wire(HOST, server.port, name, secret, f"PHONEOF{name.upper()}")
    phone = Phone(wire, random.Random(1))
    with closing(wire):
        yield phone
    assert set(phone.strange) <= {DISABLED}


def comes_in(phone: Phone, secret: str = "") -> bool:
    """Whether the server lets the phone in; `secret` is typed there first."""
    phone.wire.password, refused = secret or phone.wire.password, phone.strange.count(DISABLED)
    try:
        if not phone.folders:
            phone.set_up()
        phone.sync()
    except Denied:
        return False
    return phone.strange.count(DISABLED) == refused


def codes_for(post: PostBox, visitor: Visitor) -> list[str]:
    """The codes in the mails to this person, in their language; other mails may have come, too."""
    subject = i18n.text(visitor.language, "mail.code.subject")
    mails = [each for each in post.mails if each["Subject"] == subject]
    mine = [each for each in mails if each["To"] == f"{visitor.name}@example.org"]
    return [code for each in mine for code in re.findall(r"\b\d{6}\b", each.get_content())]


def next_code(post: PostBox, visitor: Visitor, before: int) -> str:
    """The code that comes after so many others."""
    until(lambda: len(codes_for(post, visitor)) > before, "no mail came")
    return codes_for(post, visitor)[before]


def signs_in_with_code(visitor: Visitor, post: PostBox) -> None:
    """The password, and nothing is to be seen before the code."""
    before = len(codes_for(post, visitor))
    visitor.signs_in()
    visitor.is_at("code.title")
    visitor.opens("/my/calendar")
    visitor.is_at("code.title")
    visitor.types("code", next_code(post, visitor, before))
    visitor.presses("code.go")
    visitor.is_greeted()
    half_a_minute_later(visitor.server, visitor.name)


def proves_who_it_is(visitor: Visitor, post: PostBox, act: str) -> None:
    """The login password, and the code that comes when a button asks for it."""
    before = len(codes_for(post, visitor))
    visitor.presses("proof.send")
    visitor.reads("code.sent")
    visitor.types("proof", PASSWORD)
    visitor.types("code", next_code(post, visitor, before))
    visitor.presses(f"my.passwords.act.{act}.go")
    half_a_minute_later(visitor.server, visitor.name)


def half_a_minute_later(server: Server, name: str) -> None:
    """Another code may be sent."""
    account = server.account(name)
    with server.groupware() as groupware, groupware.pool.writing() as connection:
        connection.execute(
            "UPDATE mail_code SET made = made - ? WHERE account = ?",
            (onetime.MAIL_EVERY, account.bytes),
        )


def with_codes_by_mail(server: Server, name: str) -> None:
    """This person has turned the second factor on, with FOR_PHONES."""
    post, account = Post(), server.account(name)
    with server.groupware() as groupware:
        author, prover = groupware.author(f"user:{name}", "test"), Prover(groupware)
        secondfactor.begin(prover, author, account, Proof(PASSWORD), "mail", post)
        secondfactor.enrol(prover, author, account, post.code, FOR_PHONES)
    half_a_minute_later(server, name)


def test_an_administrator_adds_somebody_and_decides_that_they_may_sync(
    somebody: Somebody, server: Server
) -> None:
    # Ada writes Dora down, and does not enable her yet.
    ada = somebody("ada")
    ada.signs_in()
    ada.follows("web.tab.admin")
    ada.follows("admin.users.new")
    for field, text in (("full_name", "Dora Example"), ("name", "dora"), ("mail", "d@example.org")):
        ada.types(field, text)
    ada.types("password", PASSWORD)
    ada.page.uncheck("#enable")
    ada.presses("web.save")
    ada.reads("said.user_made")

    # Dora signs in and is told so; her phone is refused.
    dora = somebody("dora")
    dora.signs_in()
    dora.is_greeted()
    dora.reads("my.home.not_enabled")
    with a_phone(server, "dora") as phone:
        assert not comes_in(phone)

        # Ada enables her, and the phone comes in; then she takes it back.
        ada.presses("admin.act.enable")
        ada.reads("admin.users.enabled")
        assert comes_in(phone)
        dora.signs_in()
        dora.opens("/my/phones")
        dora.reads("my.state.in_step.short")
        ada.presses("admin.act.disable")
        ada.reads("admin.users.disabled")
        assert not comes_in(phone)


@LANGUAGES
def test_turning_the_second_factor_on_names_the_phones_and_gives_them_a_password(
    somebody: Somebody, server: Server, post: PostBox, language: str
) -> None:
    name = {"en": "bob", "it": "ugo"}[language]
    with a_phone(server, name) as phone:
        assert comes_in(phone)
        bob = somebody(name)
        bob.signs_in()
        bob.is_greeted()

        # He is warned, sees which phone would stop, and cancels: nothing has changed.
        bob.opens("/my/second-factor")
        bob.page.get_by_role("link", name=bob.text("my.factor.choose")).last.click()
        bob.reads("my.factor.warning")
        bob.reads("my.factor.stop.one")
        bob.sees("Test")
        bob.follows("web.cancel")
        assert comes_in(phone)

        # He goes on; a mail comes, in his language.
        bob.page.get_by_role("link", name=bob.text("my.factor.choose")).last.click()
        bob.types("proof", "not my password")
        bob.presses("my.factor.ok")
        bob.reads("refused.WrongPassword")
        bob.types("proof", PASSWORD)
        bob.presses("my.factor.ok")
        bob.reads("my.factor.why_password")
        code = next_code(post, bob, 0)

        # A wrong code is none; with the right one it is on, and the phone needs its password.
        bob.types("password", FOR_PHONES)
        for typed in (f"{(int(code) + 1) % 1_000_000:06}", code):
            bob.types("code", typed)
            bob.presses("my.factor.on")
            bob.reads("my.factor.done" if typed == code else "refused.WrongCode")
        assert bob.secret() == FOR_PHONES
        assert not comes_in(phone)
        bob.opens("/my/phones")
        bob.reads("my.state.login_password.short")
        assert comes_in(phone, FOR_PHONES)

    # From now on the password is half of the way in, and the code in the mail the other half.
    bob.presses("web.sign_out")
    half_a_minute_later(server, name)
    signs_in_with_code(bob, post)


@LANGUAGES
def test_a_password_for_phones_is_set_viewed_changed_and_removed_with_password_and_code(
    somebody: Somebody, server: Server, post: PostBox, language: str
) -> None:
    name = {"en": "eva", "it": "ivo"}[language]
    with_codes_by_mail(server, name)
    eva = somebody(name)
    proves_it = partial(proves_who_it_is, eva, post)

    signs_in_with_code(eva, post)
    with a_phone(server, name, FOR_PHONES) as phone:
        assert comes_in(phone)

        # She looks at it. Without a code there is nothing to see.
        eva.opens("/my/passwords")
        eva.follows("my.passwords.view")
        eva.types("proof", PASSWORD)
        eva.presses("my.passwords.act.view.go")
        eva.reads("refused.CodeNeeded")
        proves_it("view")
        assert eva.secret() == FOR_PHONES

        # She has another one made up in its place: the phone stops until it is typed there.
        eva.follows("web.done")
        eva.page.get_by_role("link", name=eva.text("my.passwords.change")).first.click()
        proves_it("change")
        made_up = eva.secret()
        assert made_up != FOR_PHONES
        assert not comes_in(phone)
        assert comes_in(phone, made_up)

        # She sets a second one, for the tablet; it opens as well.
        eva.follows("web.done")
        eva.follows("my.passwords.new")
        eva.types("label", "tablet")
        eva.types("password", "only for the tablet")
        proves_it("new")
        assert eva.secret() == "only for the tablet"
        assert comes_in(phone, "only for the tablet")

        # She removes it, and it opens nothing any more; the first one still does.
        eva.follows("web.done")
        tablet = eva.page.locator(".one", has_text="tablet")
        tablet.get_by_role("link", name=eva.text("web.remove")).click()
        proves_it("remove")
        eva.reads("said.password_removed")
        assert not comes_in(phone)
        assert comes_in(phone, made_up)


def test_the_keyboard_alone_signs_in_and_gives_the_phones_a_password(
    somebody: Somebody, server: Server
) -> None:
    mia = somebody("mia")
    mia.opens("/sign-in")
    mia.enters("web.skip")
    mia.fills("name", "mia")
    mia.fills("password", PASSWORD)
    mia.page.keyboard.press("Enter")
    mia.is_greeted()
    mia.enters("web.tab.settings")
    mia.is_at("my.settings.title")
    mia.enters("my.passwords.title")
    mia.is_at("my.passwords.title")
    mia.enters("my.passwords.first")
    mia.is_at("my.passwords.act.new.title")
    mia.fills("password", FOR_PHONES)
    mia.fills("proof", PASSWORD)
    go = mia.page.get_by_role("button", name=mia.text("my.passwords.act.new.go"))
    mia.tabs_to(go)
    mia.page.keyboard.press("Space")
    mia.is_at("my.passwords.shown")
    assert mia.secret() == FOR_PHONES
    mia.enters("web.done")
    mia.is_at("my.passwords.title")
    with a_phone(server, "mia", FOR_PHONES) as phone:
        assert comes_in(phone)
