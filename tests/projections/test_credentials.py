"""Whatever is done to a person's secrets, the rows say what the person says, and the log, too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rules import decide
from domain.account import Account
from domain.credentials import ActiveSyncPassword
from domain.house import PASSWORDS_VIEWABLE, SECOND_FACTOR_REQUIRED
from domain.refused import Refused
from projections import accounts, credentials
from tests.builders import House
from tests.projections.test_rebuild import contents, do

NAMES = count()
SECRETS = st.sampled_from([b"a", b"b", b"c", b"d", b"e"])
IDS = st.sampled_from([UUID(int=number) for number in range(1, 4)])
Act = Callable[[Account], object]


def _login(secret: bytes) -> Act:
    return lambda person: person.set_login_password(f"hash of {secret!r}", secret)


def _phones(id: UUID, secret: bytes) -> Act:
    return lambda person: person.set_activesync_password(
        ActiveSyncPassword(_own(person, id), str(id), f"hash of {secret!r}", secret, b"box")
    )


def _remove(id: UUID) -> Act:
    return lambda person: person.remove_activesync_password(_own(person, id))


def _own(person: Account, id: UUID) -> UUID:
    """A password's id is that of one person only."""
    return UUID(int=person.id.int ^ id.int)


ACTS: st.SearchStrategy[Any] = st.one_of(
    st.builds(_login, SECRETS),
    st.builds(_phones, IDS, SECRETS),
    st.builds(_remove, IDS),
    st.just(lambda person: person.enrol("app", b"box")),
    st.just(lambda person: person.enrol("mail")),
    st.just(lambda person: person.turn_second_factor_off()),
    st.just(lambda person: person.make_recovery_codes((b"x", b"y"))),
    st.just(lambda person: person.use_recovery_code(b"x")),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=25))
def test_the_rows_say_what_the_person_says(house: House, acts: list[Act]) -> None:
    name = f"person{next(NAMES)}"
    with house.editing():
        person = Account.open(name, f"{name}@example.org", name, "UTC")
        for act in acts:
            with suppress(Refused):
                act(person)
        house.groupware.save(person)
    person = house.groupware.load(Account, person.id)
    with house.groupware.reading() as connection:
        row = accounts.by_id(connection, person.id)
        passwords = credentials.of_account(connection, person.id)
        known = connection.execute(
            "SELECT digest, kind FROM known_secret WHERE account = ? ORDER BY position",
            (person.id.bytes,),
        ).fetchall()
    assert row is not None
    assert (row.login_hash, row.own_factor) == (person.login_hash, person.factor)
    assert row.recovery_codes == len(person.recovery_codes)
    assert row.has_activesync_password is bool(person.activesync_passwords)
    assert {each.id: each.hash for each in passwords} == {
        id: each.hash for id, each in person.activesync_passwords.items()
    }
    assert tuple(digest for digest, kind in known if kind == "retired") == person.retired
    now = {digest for digest, kind in known if kind != "retired"}
    phones = {each.digest for each in person.activesync_passwords.values()}
    assert now == phones | ({person.login_digest} - {b""})


def test_rules_and_secrets_are_the_same_after_a_rebuild(house: House) -> None:
    with house.editing():
        person = Account.open("ada", "ada@example.org", "Ada", "UTC")
        for act in (_login(b"a"), _phones(UUID(int=1), b"b"), _login(b"c"), _remove(UUID(int=1))):
            act(person)
        _phones(UUID(int=2), b"d")(person)
        person.change_mail("other@example.org")
        person.change_full_name("Ada Bianchi")
        person.choose_language("it")
        person.grant_administrator()
        person.leave_login_to_directory()
        house.groupware.save(person)
    author = house.groupware.author("admin:root", "test")
    for rule, holds in ((PASSWORDS_VIEWABLE, False), (SECOND_FACTOR_REQUIRED, True)):
        decide(house.groupware, author, rule, holds)
    before = contents(house)
    for table in ("account", "known_secret", "activesync_password", "house_rule"):
        assert before[table]
    do(house)
    assert contents(house) == before
    with house.groupware.reading() as connection:
        row = accounts.by_mail(connection, "OTHER@example.org")
    assert row is not None
    assert (row.full_name, row.language, row.administrator) == ("Ada Bianchi", "it", True)
    assert (row.directory, row.factor) == (True, "mail")
