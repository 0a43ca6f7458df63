"""A person's own secrets, proven each time; and what an administrator may do without seeing any."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from uuid import UUID

import pytest

from adapters.store.chain import verify_chain
from app import people, rules
from app.auth import Authenticator, NotEnabled, Unauthorized
from app.composition import CODEC
from app.identity import credentials as use
from app.identity.credentials import NewPassword
from app.identity.passwords import WeakPassword
from app.identity.proof import Proof, Prover, TooManyGuesses, WrongPassword
from app.people import Unacceptable
from domain.account import Account
from domain.base import Authorship
from domain.credentials import SecretInUse
from domain.house import PASSWORDS_VIEWABLE
from domain.refused import NameTaken, Refused, Unknown
from projections import attempts, credentials, schema
from projections.verify import verify
from tests.app.house import House

LOGIN, SECRET, OTHER = "correct horse", "battery staple", "another staple"
PROOF = Proof(LOGIN, address="192.0.2.7")


class Desk:
    """Ada at her page, and her phones at the door."""

    def __init__(self, house: House) -> None:
        self.house, self.groupware = house, house.groupware
        self.id = house.account().id
        people.set_password(house.groupware, house.admin, self.id, LOGIN)
        self.prover = Prover(house.groupware)
        self.door = Authenticator(house.groupware)

    @property
    def author(self) -> Authorship:
        return self.groupware.author("user:ada", "test")

    def set(self, password: str | None = SECRET, **how: object) -> NewPassword:
        return use.set_activesync_password(
            self.prover,
            self.author,
            self.id,
            PROOF,
            password,
            **how,  # type: ignore[arg-type]
        )

    def view(self, id: UUID) -> str:
        return use.view_activesync_password(self.prover, self.author, self.id, PROOF, id)

    def remove(self, id: UUID) -> None:
        use.remove_activesync_password(self.prover, self.author, self.id, PROOF, id)

    def lets_in(self, secret: str, device: str = "PHONE1") -> bool:
        header = "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode()
        try:
            self.door.principal(header, "192.0.2.9", device, "Test/1.0")
        except Unauthorized:
            return False
        return True

    def passwords(self) -> list[credentials.PasswordRow]:
        with self.groupware.reading() as connection:
            return credentials.of_account(connection, self.id)

    def useless(self) -> list[tuple[str, str]]:
        with self.groupware.reading() as connection:
            return [(each.device, each.why) for each in attempts.useless(connection, self.id)]


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def test_without_an_activesync_password_phones_send_the_login_password(desk: Desk) -> None:
    assert desk.lets_in(LOGIN)
    assert desk.house.account().entry == "login"


def test_once_there_is_one_only_it_counts_for_phones(desk: Desk) -> None:
    desk.set()
    assert desk.lets_in(SECRET)
    assert not desk.lets_in(LOGIN)
    assert desk.prover.sign_in("ada", LOGIN, "192.0.2.7").id == desk.id


def test_each_of_several_counts_for_itself(desk: Desk) -> None:
    first, second = desk.set(), desk.set(None, label="iPad")
    assert desk.lets_in(first.password)
    assert desk.lets_in(second.password)
    desk.remove(second.id)
    assert desk.lets_in(first.password)
    assert not desk.lets_in(second.password)
    assert [each.label for each in desk.passwords()] == [""]


def test_when_the_last_is_removed_phones_send_the_login_password_again(desk: Desk) -> None:
    desk.remove(desk.set().id)
    assert desk.lets_in(LOGIN)


def test_a_password_in_the_place_of_another_keeps_its_name(desk: Desk) -> None:
    tablet = desk.set(label="iPad")
    desk.house.clock.advance(days=1)
    changed = desk.set(OTHER, id=tablet.id)
    assert changed.id == tablet.id
    assert desk.lets_in(OTHER)
    assert not desk.lets_in(SECRET)
    (row,) = desk.passwords()
    assert row.label == "iPad"
    assert row.created < row.changed


def test_a_password_can_be_looked_at_and_every_look_is_kept(desk: Desk) -> None:
    new = desk.set(None)
    assert desk.view(new.id) == new.password
    with desk.groupware.reading() as connection:
        topics = [row[0] for row in connection.execute("SELECT topic FROM stored_event")]
    assert topics.count("account.activesync-password-seen") == 1


def test_looking_at_it_lets_no_phone_be_asked_again(desk: Desk) -> None:
    new = desk.set()
    epoch = desk.house.account().epoch
    desk.view(new.id)
    assert desk.house.account().epoch == epoch


def test_where_passwords_may_not_be_viewed_none_is_kept(desk: Desk) -> None:
    before = desk.set()
    rules.decide(desk.groupware, desk.house.admin, PASSWORDS_VIEWABLE, False)
    after = desk.set(None, label="iPad")
    assert [each.sealed for each in desk.passwords()] == [b"", b""]
    for id in (before.id, after.id):
        with pytest.raises(Refused, match="set another"):
            desk.view(id)
    rules.decide(desk.groupware, desk.house.admin, PASSWORDS_VIEWABLE, True)
    for id in (before.id, after.id):
        with pytest.raises(Refused, match="set another"):
            desk.view(id)


@pytest.mark.parametrize("act", ["set", "view", "remove", "login"])
def test_nothing_is_done_without_the_login_password(desk: Desk, act: str) -> None:
    id = desk.set().id
    length = desk.house.log_length()
    wrong = Proof("a guess", address="192.0.2.7")
    ours = (desk.prover, desk.author, desk.id, wrong)
    acts = {
        "set": lambda: use.set_activesync_password(*ours, OTHER),
        "view": lambda: use.view_activesync_password(*ours, id),
        "remove": lambda: use.remove_activesync_password(*ours, id),
        "login": lambda: use.change_login_password(*ours, OTHER),
    }
    with pytest.raises(WrongPassword):
        acts[act]()
    assert desk.house.log_length() == length


def test_who_guesses_at_the_page_has_to_wait_as_phones_do(desk: Desk) -> None:
    with pytest.raises(TooManyGuesses) as told:  # noqa: PT012
        for number in range(50):
            with pytest.raises(WrongPassword):
                desk.prover.sign_in("ada", f"guess {number}", "192.0.2.66")
    assert told.value.retry_after >= 1
    with pytest.raises(TooManyGuesses):
        desk.prover.sign_in("ada", LOGIN, "192.0.2.66")
    with pytest.raises(Unauthorized) as refused:
        desk.door.principal("Basic " + base64.b64encode(b"ada:x").decode(), "192.0.2.67")
    assert refused.value.retry_after


def test_nobody_can_tell_a_wrong_name_from_a_wrong_password(desk: Desk) -> None:
    told = []
    for name in ("ada", "nobody"):
        with pytest.raises(WrongPassword) as wrong:
            desk.prover.sign_in(name, "a guess", "192.0.2.66")
        told.append(str(wrong.value))
    assert len(set(told)) == 1


def test_a_new_login_password_replaces_the_old_everywhere(desk: Desk) -> None:
    use.change_login_password(desk.prover, desk.author, desk.id, PROOF, OTHER)
    assert desk.lets_in(OTHER)
    assert not desk.lets_in(LOGIN)
    assert desk.useless() == [("PHONE1", attempts.OUTDATED)]


@pytest.mark.parametrize(
    ("password", "label", "error"),
    [
        ("short", "", WeakPassword),
        ("x" * 257, "", WeakPassword),
        (SECRET, "x" * 65, Unacceptable),
        (SECRET, "a\nb", Unacceptable),
        (LOGIN, "", SecretInUse),
    ],
)
def test_what_cannot_be_a_phones_password_is_refused(
    desk: Desk, password: str, label: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        desk.set(password, label=label)
    assert desk.passwords() == []


def test_two_passwords_differ_in_name_and_content(desk: Desk) -> None:
    desk.set()
    with pytest.raises(NameTaken):
        desk.set(OTHER)
    with pytest.raises(SecretInUse):
        desk.set(label="iPad")


def test_one_persons_password_is_nothing_to_another(desk: Desk) -> None:
    bob = desk.house.person("bob")
    new = desk.set()
    people.set_password(desk.groupware, desk.house.admin, bob.id, LOGIN)
    with pytest.raises(Unknown):
        use.view_activesync_password(desk.prover, desk.author, bob.id, PROOF, new.id)
    with pytest.raises(Unknown):
        use.withdraw(desk.groupware, desk.house.admin, bob.id, new.id)
    assert desk.lets_in(SECRET)


def test_an_administrator_resets_and_removes_and_sees_nothing(desk: Desk) -> None:
    id = use.reset_activesync_password(desk.groupware, desk.house.admin, desk.id, SECRET)
    assert desk.lets_in(SECRET)
    use.reset_activesync_password(desk.groupware, desk.house.admin, desk.id, OTHER, id=id)
    assert not desk.lets_in(SECRET)
    use.withdraw(desk.groupware, desk.house.admin, desk.id, id)
    assert not desk.lets_in(OTHER)


def test_whose_password_the_directory_knows_has_none_here(desk: Desk) -> None:
    people.leave_login_to_directory(desk.groupware, desk.house.admin, desk.id)
    assert not desk.lets_in(LOGIN)
    asked = []

    def directory(account: object, secret: str) -> bool:
        asked.append(secret)
        return secret == "of the directory"

    desk.door = Authenticator(desk.groupware, login=directory)
    assert desk.lets_in("of the directory")
    assert not desk.lets_in("a guess")
    assert asked == ["of the directory", "a guess"]
    desk.door = Authenticator(desk.groupware)
    people.take_login_from_directory(desk.groupware, desk.house.admin, desk.id)
    assert desk.lets_in(LOGIN)


def test_the_last_use_of_each_password_is_known(desk: Desk) -> None:
    first, second = desk.set(), desk.set(None, label="iPad")
    desk.lets_in(second.password, "TABLET")
    with desk.groupware.reading() as connection:
        assert attempts.last_use(connection, first.id) is None
        used = attempts.last_use(connection, second.id)
    assert used is not None
    assert (used.at, used.device, used.agent) == (desk.house.clock(), "TABLET", "Test/1.0")


def test_a_phone_that_is_let_in_again_is_refused_no_longer(desk: Desk) -> None:
    desk.lets_in(LOGIN)
    new = desk.set()
    desk.lets_in(LOGIN, "OLD")
    desk.lets_in(LOGIN, "OTHER")
    assert sorted(desk.useless()) == [("OLD", attempts.LOGIN), ("OTHER", attempts.LOGIN)]
    desk.lets_in(new.password, "OLD")
    assert desk.useless() == [("OTHER", attempts.LOGIN)]


def test_a_phone_that_goes_on_by_the_login_password_costs_no_writing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*how: object, **more: object) -> Iterator[None]:
        raise AssertionError("the store is written")

    desk.lets_in("a guess")
    desk.lets_in(LOGIN)
    monkeypatch.setattr(desk.groupware.pool, "writing", none)
    for number in range(3):
        assert desk.lets_in(LOGIN, f"PHONE{number}")


def test_by_the_login_password_too_a_phone_is_refused_no_longer(desk: Desk) -> None:
    new = desk.set()
    desk.lets_in(LOGIN)
    assert desk.useless() == [("PHONE1", attempts.LOGIN)]
    desk.remove(new.id)
    assert desk.lets_in(LOGIN)
    assert desk.useless() == []


def test_who_is_not_enabled_is_told_so_by_the_right_password_only(desk: Desk) -> None:
    desk.set()
    people.disable(desk.groupware, desk.house.admin, desk.id)
    with pytest.raises(NotEnabled):
        desk.lets_in(SECRET)
    assert not desk.lets_in(LOGIN)


def test_no_password_stands_anywhere_in_the_store(desk: Desk) -> None:
    new, made = desk.set(), desk.set(None, label="iPad")
    desk.lets_in(SECRET)
    desk.lets_in("a wrong guess")
    desk.remove(new.id)
    desk.lets_in(SECRET)
    desk.groupware.pool.checkpoint()
    home = desk.house.settings.home
    kept = b"".join(each.read_bytes() for each in home.glob("taccuino.db*"))
    for secret in (LOGIN, SECRET, made.password, "a wrong guess"):
        assert secret.encode() not in kept


def test_the_rows_and_the_person_agree_on_what_is_outdated_and_follow_from_the_log(
    desk: Desk,
) -> None:
    tablet = desk.set(None, label="iPad")
    for number in range(25):
        desk.set(f"secret number {number}", id=tablet.id)
    people.set_password(desk.groupware, desk.house.admin, desk.id, "secret number 3")
    person = desk.groupware.load(Account, desk.id)
    with desk.groupware.reading() as connection:
        rows = connection.execute(
            "SELECT digest FROM known_secret WHERE account = ? AND kind = 'retired'"
            " ORDER BY position",
            (desk.id.bytes,),
        ).fetchall()
        projectors = schema.projectors(CODEC)
        report = verify(desk.groupware, connection, verify_chain, schema.create, projectors)
    assert tuple(row[0] for row in rows) == person.retired
    assert report.sound, report.faults


def test_nothing_is_left_of_the_secrets_of_whom_was_erased(desk: Desk) -> None:
    new = desk.set()
    desk.groupware.keyring.erase(desk.id)
    with desk.groupware.pool.writing() as connection:
        for table in ("account", "activesync_password", "known_secret"):
            connection.execute(f"DELETE FROM {table}")
        for position, event in desk.groupware.replay():
            for project in schema.projectors(CODEC)[:3]:
                project(connection, event, position)
        assert credentials.of_account(connection, desk.id) == []
        assert connection.execute("SELECT count(*) FROM known_secret").fetchone() == (0,)
    assert not desk.lets_in(new.password)
