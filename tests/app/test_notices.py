"""Mails to people whose phones are kept out: once, in their words, and never many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest

from adapters.mail.smtp import Smtp
from app import notices, people
from app.auth import Authenticator, Unauthorized
from app.devices import access, phones
from app.erasure import erase_person
from app.groupware import Groupware
from app.identity import credentials
from app.identity import secondfactor as use
from domain.base import Authorship
from projections import attempts
from tests.app.house import House
from tests.app.post import Post
from tests.app.reader import Reader, pages
from tests.app.test_auth import basic
from tests.app.test_provision import acknowledgement, initial, key_of
from tests.projections.test_listed import come
from tests.system.postbox import post_office
from tests.system.server import HOST, until

LOGIN, PHONES = "correct horse", "battery staple"


@dataclass
class Home:
    """Ada's house, with a post office."""

    house: House
    post: Post = field(default_factory=Post)

    def look(self) -> list[tuple[str, str, str]]:
        """What a look at the phones sends: address, subject and text of each mail."""
        before = len(self.post.sent)
        number = notices.tell(self.house.groupware, self.house.settings, self.post)
        sent = self.post.sent[before:]
        assert number == len(sent)
        return sent

    def later(self, **span: float) -> None:
        self.house.clock.advance(**span)

    def tries(self, secret: str = LOGIN, device: str = "TABLET") -> None:
        """A phone sends a secret that will not do, to a process that knows nothing of before."""
        with pytest.raises(Unauthorized):
            self.door.principal(basic(f"ada:{secret}"), "192.0.2.7", device, "Tab/1")

    @property
    def door(self) -> Authenticator:
        return Authenticator(self.house.groupware)

    @property
    def ada(self) -> tuple[Groupware, Authorship, UUID]:
        """What a use case about her begins with."""
        return self.house.groupware, self.house.admin, self.house.account().id


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    house = House(tmp_path, devices_per_user=100)
    house.person()
    people.set_password(house.groupware, house.admin, house.account().id, LOGIN)
    yield Home(house)
    house.close()


def password_for_phones(home: Home) -> None:
    credentials.reset_activesync_password(*home.ada, PHONES)


def test_nobody_is_told_while_all_is_well(home: Home) -> None:
    come(home.house, "TABLET")
    assert home.look() == []


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        ("en", "One of your phones does not sync", "It sends the password you sign in with."),
        ("it", "Uno dei tuoi telefoni non si sincronizza", "Invia la password con cui accedi qui."),
    ],
)
def test_who_sends_the_login_password_is_told_in_their_language(
    home: Home, language: str, subject: str, told: str
) -> None:
    house = home.house
    phones.call_it(house.groupware, house.admin, come(house, "TABLET"), "My\ttablet")
    people.choose_language(house.groupware, house.admin, house.account().id, language)
    password_for_phones(home)
    home.tries()
    ((to, heading, text),) = home.look()
    assert (to, heading) == ("ada@example.org", subject)
    assert f"\nMy tablet: {told}" in text
    assert "Ada Example" in text
    assert PHONES not in text
    assert LOGIN not in text


def test_it_is_said_once(home: Home) -> None:
    password_for_phones(home)
    home.tries()
    assert len(home.look()) == 1
    for _ in range(9):
        home.later(days=1)
        home.tries()
        assert home.look() == []


def test_it_is_said_again_where_it_was_over_and_a_week_has_gone_by(home: Home) -> None:
    password_for_phones(home)
    for days, mails in ((0, 1), (1, 0), (7, 1)):
        home.later(days=days)
        home.door.principal(basic(f"ada:{PHONES}"), "192.0.2.7", "TABLET", "Tab/1")
        home.later(minutes=10)
        home.tries()
        assert len(home.look()) == mails, days


def test_another_reason_is_another_mail(home: Home) -> None:
    password_for_phones(home)
    home.tries()
    assert len(home.look()) == 1
    people.set_password(*home.ada, "another horse")
    home.later(hours=1)
    home.tries()
    ((_, _, text),) = home.look()
    assert "a password that is not right any more" in text


def test_several_phones_stand_in_one_mail(home: Home) -> None:
    password_for_phones(home)
    for device in ("TABLET", "PHONE", "WATCH"):
        home.tries(device=device)
    ((_, subject, text),) = home.look()
    assert subject == "3 of your phones do not sync"
    assert all(f"{device}: " in text for device in ("TABLET", "PHONE", "WATCH"))


def test_a_phone_that_takes_a_new_name_each_time_makes_no_flood(home: Home) -> None:
    house = home.house
    access.choose_default(house.groupware, house.admin, "quarantine")
    sent = 0
    for number in range(48):
        come(house, f"PHONE{number}", agent="the same")
        sent += len(home.look())
        home.later(minutes=20)
    assert sent == notices.MAILS_A_DAY


@pytest.mark.parametrize(
    "why", ["waits", "blocked", "ruled out", "too new", "outdated", "no password"]
)
def test_each_reason_is_told_in_words(home: Home, why: str) -> None:
    house = home.house
    groupware, admin, id = house.groupware, house.admin, house.account().id
    if why == "waits":
        access.choose_default(groupware, admin, "quarantine")
        come(house, "TABLET")
    elif why == "blocked":
        phones.block(groupware, admin, come(house, "TABLET"), "lost")
    elif why == "ruled out":
        access.put_rule(groupware, admin, "agent", "TAB*", "block")
    elif why == "too new":
        people.set_ceiling(groupware, admin, id, "14.1")
    elif why == "outdated":
        people.set_password(groupware, admin, id, "another horse")
        home.tries()
    else:
        use.turn_on_for(groupware, admin, id, home.post, later=True)
        home.tries()
    home.later(minutes=5)
    come(house, "TABLET")
    ((_, _, text),) = home.look()
    assert TOLD[why] in text


TOLD = {
    "waits": "An administrator has to approve it first.",
    "blocked": "This phone may not come in.",
    "ruled out": "Phones of this kind may not come in here (agent TAB*).",
    "too new": "It speaks version 16.1, and your administrator allows 14.1 at most.",
    "outdated": "It still sends a password that is not right any more.",
    "no password": "Set an ActiveSync password and type it on the phone.",
}


def test_a_phone_that_was_blocked_and_never_came_again_is_not_mentioned(home: Home) -> None:
    house = home.house
    id = come(house, "TABLET")
    home.later(minutes=5)
    phones.block(house.groupware, house.admin, id, "lost")
    assert home.look() == []


def test_a_phone_that_is_let_in_with_half_a_policy_is_not_mentioned(home: Home) -> None:
    """It is where the policy insists."""
    house = home.house
    house.under_policy(DevicePasswordEnabled="1")
    refuses_policy(house)
    assert home.look() == []
    house.under_policy(DevicePasswordEnabled="1", AllowNonProvisionableDevices="0")
    refuses_policy(house)
    ((_, _, text),) = home.look()
    assert "demands settings" in text


def refuses_policy(house: House) -> None:
    key = key_of(house.answer("Provision", initial()))
    house.clock.advance(minutes=5)
    house.ask("Provision", acknowledgement(key, 3))


def test_a_mail_that_nobody_takes_is_tried_again_in_an_hour(home: Home) -> None:
    password_for_phones(home)
    home.tries()
    home.post.closed = "mail.example.org cannot be reached"
    assert home.look() == []
    home.post.closed = ""
    home.later(minutes=30)
    assert home.look() == []
    home.later(minutes=31)
    home.tries()
    assert len(home.look()) == 1


def test_who_is_not_enabled_is_told_nothing(home: Home) -> None:
    password_for_phones(home)
    home.tries()
    people.disable(*home.ada)
    assert home.look() == []


def test_the_address_of_the_pages_is_named_where_it_is_known(home: Home) -> None:
    home.house.settings = replace(home.house.settings, public_url="https://eas.example.org")
    password_for_phones(home)
    home.tries()
    ((_, _, text),) = home.look()
    assert "https://eas.example.org/my/phones" in text


def test_two_processes_send_one_mail(home: Home) -> None:
    password_for_phones(home)
    home.tries()
    other = Home(home.house)
    other.house.groupware, ours = home.house.open(), home.house.groupware
    try:
        assert len(other.look()) == 1
    finally:
        other.house.groupware.pool.close()
        home.house.groupware = ours
    assert home.look() == []


def test_a_real_mail_server_is_handed_the_mail_by_who_looks_on(home: Home) -> None:
    password_for_phones(home)
    home.tries()
    with post_office() as box:
        smtp = Smtp(HOST, "taccuino@example.org", box.port)
        over = notices.begin(home.house.groupware, home.house.settings, smtp, every=0.05)
        try:
            until(lambda: bool(box.mails), "no mail came")
        finally:
            over.set()
    (mail,) = box.mails
    assert mail["To"] == "ada@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "TABLET: It sends the password you sign in with." in mail.get_content()


def test_a_person_sees_the_same_words_on_their_page(home: Home) -> None:
    come(home.house, "TABLET")
    password_for_phones(home)
    home.tries()
    reader = Reader(pages(home.house))
    reader.sign_in(password=LOGIN)
    assert "refused: wrong password" in reader.get("/my/phones").text
    with home.house.groupware.reading() as connection:
        (useless,) = attempts.useless(connection)
    assert useless.why == attempts.LOGIN


def test_nothing_is_left_of_a_person_who_is_forgotten(home: Home) -> None:
    groupware, admin, id = home.ada
    password_for_phones(home)
    home.tries()
    home.look()
    erase_person(groupware, admin, id)
    with groupware.reading() as connection:
        assert connection.execute("SELECT * FROM notice").fetchall() == []
