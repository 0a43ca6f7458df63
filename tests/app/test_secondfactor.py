"""The second factor: turned on with the phones in view, confirmed, used, lost and turned off."""

from __future__ import annotations

import pyotp
import pytest

from app import people, rules
from app.identity import credentials, onetime
from app.identity import secondfactor as use
from app.identity.credentials import NewPassword
from app.identity.passwords import WeakPassword
from app.identity.proof import CodeNeeded, Proof, Prover, TooManyGuesses, WrongCode
from app.identity.secondfactor import Offer, PhonesWouldStop
from app.people import Unacceptable
from domain.base import Authorship
from domain.credentials import Factor
from domain.house import SECOND_FACTOR_REQUIRED
from domain.refused import Refused
from tests.app.house import House, a_request
from tests.app.post import Post

LOGIN, SECRET = "correct horse", "battery staple"
HERE = "192.0.2.7"


class Person:
    """Ada, with her mails and an authenticator app."""

    def __init__(self, house: House) -> None:
        self.house, self.groupware, self.post = house, house.groupware, Post()
        self.id = house.account().id
        people.set_password(house.groupware, house.admin, self.id, LOGIN)
        self.prover = Prover(house.groupware)
        self.offer = Offer("off")

    @property
    def author(self) -> Authorship:
        return self.groupware.author("user:ada", "test")

    def shown(self, steps: int = 0) -> str:
        """What the app shows now, or some steps from now."""
        now = self.house.clock().timestamp() + 30 * steps
        return pyotp.TOTP(self.offer.secret).at(int(now))

    def begin(self, factor: Factor = "app", code: str = "") -> None:
        proof = Proof(LOGIN, code, HERE)
        self.offer = use.begin(self.prover, self.author, self.id, proof, factor, self.post)

    def enrol(self, code: str, password: str | None = SECRET) -> tuple[str, ...]:
        return use.enrol(self.prover, self.author, self.id, code, password, HERE)

    def enrolled(self, factor: Factor = "app") -> tuple[str, ...]:
        self.begin(factor)
        codes = self.enrol(self.shown() if factor == "app" else self.post.code)
        self.house.clock.advance(seconds=120)
        return codes

    def proves(self, code: str) -> str:
        """Who has proven themselves."""
        return self.prover.expect(self.author, self.id, Proof(LOGIN, code, HERE)).name

    def mailed(self) -> str:
        onetime.send_code(self.groupware, self.post, self.house.account())
        return self.post.code


@pytest.fixture
def ada(house: House) -> Person:
    return Person(house)


def test_it_counts_from_the_first_code_on_and_not_before(ada: Person) -> None:
    ada.begin()
    assert ada.house.account().factor == "off"
    with pytest.raises(WrongCode):
        ada.enrol("000000" if ada.shown() != "000000" else "111111")
    assert ada.house.account().factor == "off"
    assert not ada.house.account().has_activesync_password
    codes = ada.enrol(ada.shown())
    row = ada.house.account()
    assert (row.factor, row.entry, row.recovery_codes) == ("app", "activesync", len(codes))


def test_the_offer_says_what_a_qr_code_has_to_say(ada: Person) -> None:
    ada.begin()
    parsed = pyotp.parse_uri(ada.offer.uri)
    assert (parsed.secret, parsed.issuer, parsed.name) == (
        ada.offer.secret,
        "Taccuino",
        "ada@example.org",
    )


@pytest.mark.parametrize("factor", ["app", "mail"])
def test_without_a_password_for_phones_nothing_changes_and_those_that_would_stop_are_named(
    ada: Person, factor: Factor
) -> None:
    ada.house.admit(a_request(device="TABLET"))
    ada.begin(factor)
    code = ada.shown() if factor == "app" else ada.post.code
    length = ada.house.log_length()
    with pytest.raises(PhonesWouldStop) as told:
        ada.enrol(code, None)
    assert [phone.device for phone in told.value.phones] == ["TABLET"]
    assert ada.house.log_length() == length
    with pytest.raises(WeakPassword):
        ada.enrol(code, "short")
    ada.enrol(code)
    assert ada.house.account().factor == factor


def test_whose_phones_have_a_password_already_is_not_asked_for_another(ada: Person) -> None:
    credentials.set_activesync_password(ada.prover, ada.author, ada.id, Proof(LOGIN), SECRET)
    with ada.groupware.reading() as connection:
        assert use.phones_that_would_stop(connection, ada.id) == []
    ada.begin()
    ada.enrol(ada.shown(), None)
    assert ada.house.account().factor == "app"


def test_who_may_not_use_activesync_needs_no_password_for_phones(ada: Person) -> None:
    people.disable(ada.groupware, ada.house.admin, ada.id)
    ada.begin()
    ada.enrol(ada.shown(), None)
    assert ada.house.account().factor == "app"
    assert not ada.house.account().lacks_password


def test_what_was_begun_is_good_for_a_quarter_of_an_hour(ada: Person) -> None:
    ada.begin()
    ada.house.clock.advance(minutes=16)
    with pytest.raises(Refused, match="begin again"):
        ada.enrol(ada.shown())


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_off_by_a_step(ada: Person, steps: int) -> None:
    ada.enrolled()
    assert ada.proves(ada.shown(steps)) == "ada"


@pytest.mark.parametrize("steps", [-2, 2])
def test_and_by_no_more(ada: Person, steps: int) -> None:
    ada.enrolled()
    with pytest.raises(WrongCode):
        ada.proves(ada.shown(steps))


def test_a_code_is_good_once_also_the_first(ada: Person) -> None:
    ada.begin()
    first = ada.shown()
    ada.enrol(first)
    with pytest.raises(WrongCode):
        ada.proves(first)
    ada.house.clock.advance(seconds=60)
    second = ada.shown()
    ada.proves(second)
    with pytest.raises(WrongCode):
        ada.proves(second)


def test_the_password_alone_is_not_enough_any_more(ada: Person) -> None:
    ada.enrolled()
    with pytest.raises(CodeNeeded) as needed:
        ada.proves("")
    assert needed.value.factor == "app"


def test_a_code_typed_with_a_gap_is_the_code(ada: Person) -> None:
    ada.enrolled()
    assert ada.proves(f"{ada.shown()[:3]} {ada.shown()[3:]} ") == "ada"


def test_a_recovery_code_is_good_once_however_it_is_typed(ada: Person) -> None:
    codes = ada.enrolled()
    assert len(set(codes)) == onetime.RECOVERY_CODES
    ada.proves(codes[0].upper().replace("-", " "))
    with pytest.raises(WrongCode):
        ada.proves(codes[0])
    assert ada.house.account().recovery_codes == len(codes) - 1


def test_new_recovery_codes_end_the_old(ada: Person) -> None:
    old = ada.enrolled()
    new = use.make_recovery_codes(ada.prover, ada.author, ada.id, Proof(LOGIN, old[0]))
    with pytest.raises(WrongCode):
        ada.proves(old[1])
    ada.proves(new[0])


def test_codes_cannot_be_guessed_by_trying(ada: Person) -> None:
    ada.enrolled()
    wrong = [f"{n:06}" for n in range(100) if f"{n:06}" not in map(ada.shown, (-1, 0, 1))]
    with pytest.raises(TooManyGuesses):  # noqa: PT012
        for code in wrong:
            with pytest.raises(WrongCode):
                ada.proves(code)
    with pytest.raises(TooManyGuesses):
        ada.proves(ada.shown())
    ada.house.clock.advance(seconds=900)
    ada.proves(ada.shown())


def test_nor_by_trying_the_same_again(ada: Person) -> None:
    ada.enrolled()
    wrong = "000000" if "000000" not in map(ada.shown, (-1, 0, 1)) else "111111"
    with pytest.raises(TooManyGuesses):  # noqa: PT012
        for _ in range(20):
            with pytest.raises(WrongCode):
                ada.proves(wrong)


def test_every_act_about_secrets_wants_the_code(ada: Person) -> None:
    ada.enrolled()
    ours, bare = (ada.prover, ada.author, ada.id), Proof(LOGIN, address=HERE)
    with ada.groupware.reading() as connection:
        (row,) = credentials.credentials.of_account(connection, ada.id)
    for act in (
        lambda: credentials.view_activesync_password(*ours, bare, row.id),
        lambda: credentials.remove_activesync_password(*ours, bare, row.id),
        lambda: credentials.set_activesync_password(*ours, bare, "yet another", "iPad"),
        lambda: credentials.change_login_password(*ours, bare, "yet another"),
        lambda: use.make_recovery_codes(*ours, bare),
        lambda: use.turn_off(*ours, bare),
        lambda: use.begin(*ours, bare, "mail", ada.post),
    ):
        with pytest.raises(CodeNeeded):
            act()
    proven = Proof(LOGIN, ada.shown(), HERE)
    assert credentials.view_activesync_password(*ours, proven, row.id) == SECRET


def test_turned_off_the_password_is_enough_and_phones_keep_theirs(ada: Person) -> None:
    ada.enrolled()
    use.turn_off(ada.prover, ada.author, ada.id, Proof(LOGIN, ada.shown()))
    ada.proves("")
    assert ada.house.account().entry == "activesync"


def test_codes_come_by_mail_in_the_readers_language(ada: Person) -> None:
    people.choose_language(ada.groupware, ada.house.admin, ada.id, "it")
    ada.mailed()
    to, subject, text = ada.post.sent[-1]
    assert (to, subject) == ("ada@example.org", "Il tuo codice per Taccuino")
    assert "Ciao Ada Example" in text
    ada.house.clock.advance(seconds=31)
    people.choose_language(ada.groupware, ada.house.admin, ada.id, "en")
    ada.mailed()
    assert ada.post.sent[-1][1] == "Your code for Taccuino"
    assert ada.post.code not in ada.post.sent[-1][1]
    with pytest.raises(Unacceptable):
        people.choose_language(ada.groupware, ada.house.admin, ada.id, "tlh")


def test_a_mailed_code_is_good_once(ada: Person) -> None:
    ada.enrolled("mail")
    code = ada.mailed()
    ada.proves(code)
    with pytest.raises(WrongCode):
        ada.proves(code)


def test_a_mailed_code_is_good_for_ten_minutes(ada: Person) -> None:
    ada.enrolled("mail")
    code = ada.mailed()
    ada.house.clock.advance(seconds=601)
    with pytest.raises(WrongCode):
        ada.proves(code)


def test_a_mailed_code_is_good_for_five_tries(ada: Person) -> None:
    ada.enrolled("mail")
    code = ada.mailed()
    wrong = next(each for each in ("000000", "111111") if each != code)
    for _ in range(onetime.MAIL_TRIES):
        with pytest.raises(WrongCode):
            ada.proves(wrong)
    with pytest.raises(WrongCode):
        ada.proves(code)


def test_another_code_goes_out_every_half_minute_and_ends_the_one_before(ada: Person) -> None:
    ada.enrolled("mail")
    first = ada.mailed()
    ada.house.clock.advance(seconds=10)
    with pytest.raises(onetime.TooSoon) as soon:
        ada.mailed()
    assert soon.value.retry_after == pytest.approx(20)
    ada.house.clock.advance(seconds=20)
    second = ada.mailed()
    if first != second:
        with pytest.raises(WrongCode):
            ada.proves(first)
    ada.proves(second)


def test_a_mail_that_is_not_taken_is_told_and_changes_nothing(ada: Person) -> None:
    ada.post.closed = "mail.example.org cannot be reached"
    with pytest.raises(Refused, match=r"mail\.example\.org cannot be reached"):
        ada.begin("mail")
    with pytest.raises(Refused, match="smtp_host"):
        onetime.send_code(ada.groupware, None, ada.house.account())
    assert ada.house.account().factor == "off"


def test_an_administrator_turns_it_on_with_a_password_to_hand_over(ada: Person) -> None:
    admin = ada.house.admin
    ada.house.admit(a_request(device="TABLET"))
    with pytest.raises(PhonesWouldStop) as told:
        use.turn_on_for(ada.groupware, admin, ada.id, ada.post)
    assert [phone.device for phone in told.value.phones] == ["TABLET"]
    assert ada.house.account().factor == "off"
    with pytest.raises(Refused, match="smtp_host"):
        use.turn_on_for(ada.groupware, admin, ada.id, None, SECRET)
    use.turn_on_for(ada.groupware, admin, ada.id, ada.post, SECRET)
    assert (ada.house.account().factor, ada.house.account().entry) == ("mail", "activesync")
    ada.proves(ada.mailed())


def test_an_administrator_helps_who_has_lost_the_app(ada: Person) -> None:
    ada.enrolled()
    use.reset(ada.groupware, ada.house.admin, ada.id)
    assert ada.proves("") == "ada"


def require(ada: Person, sure: bool = False) -> list[str]:
    found = use.require_of_all(ada.groupware, ada.house.admin, ada.post, sure)
    return [phone.device for phone in found]


def test_required_of_all_it_names_the_phones_that_stop_and_changes_nothing_unless_sure(
    ada: Person,
) -> None:
    ada.house.person("bob")
    ada.house.admit(a_request(device="TABLET"))
    ada.house.admit(a_request(device="BOBS"), "bob")
    credentials.set_activesync_password(ada.prover, ada.author, ada.id, Proof(LOGIN), SECRET)
    with pytest.raises(PhonesWouldStop) as told:
        require(ada)
    assert [phone.device for phone in told.value.phones] == ["BOBS"]
    assert ada.house.account("bob").factor == "off"
    assert require(ada, sure=True) == ["BOBS"]
    assert ada.house.account("bob").lacks_password
    assert not ada.house.account("ada").lacks_password


def test_where_it_is_required_codes_come_by_mail_and_nobody_turns_it_off(ada: Person) -> None:
    require(ada)
    assert ada.house.account().factor == "mail"
    with pytest.raises(CodeNeeded):
        ada.proves("")
    ada.proves(ada.mailed())
    ada.house.clock.advance(seconds=60)
    with pytest.raises(Refused, match="required of everybody"):
        use.turn_off(ada.prover, ada.author, ada.id, Proof(LOGIN, ada.mailed()))


def test_it_is_not_required_of_who_could_not_get_a_code(ada: Person) -> None:
    with pytest.raises(Refused, match="1 people have no authenticator app"):
        use.require_of_all(ada.groupware, ada.house.admin, None)
    ada.enrolled()
    use.require_of_all(ada.groupware, ada.house.admin, None)
    assert ada.house.account().factor_required


def test_required_no_longer_everybody_is_as_before(ada: Person) -> None:
    before = ada.house.account()
    require(ada)
    during = ada.house.account()
    rules.decide(ada.groupware, ada.house.admin, SECOND_FACTOR_REQUIRED, False)
    after = ada.house.account()
    assert (after.factor, after.entry) == (before.factor, before.entry)
    assert before.epoch < during.epoch < after.epoch


def test_the_secret_of_the_app_stands_nowhere_in_the_store(ada: Person) -> None:
    codes = ada.enrolled()
    ada.groupware.pool.checkpoint()
    home = ada.house.settings.home
    kept = b"".join(each.read_bytes() for each in home.glob("taccuino.db*"))
    for secret in (ada.offer.secret, *codes, codes[0].replace("-", "")):
        assert secret.encode() not in kept
    assert NewPassword(ada.id, "secret").__repr__().count("secret") == 0
    assert "secret" not in repr(Proof("secret", "secret"))
    assert ada.offer.secret not in repr(ada.offer)
