"""Pain 27: a second factor is switched on, phones stop, and nobody knows why.

Seen in: nextcloud/twofactor_totp 1249 and 1457 ("it's not obvious"), nextcloud/calendar 4946,
mailcow docs PR 675, zimbra-maldua-2fa 7, the manual of vtenext.
"""

from __future__ import annotations

import base64

import pytest

from app import people
from app.auth import Authenticator, Unauthorized
from app.identity import credentials, onetime
from app.identity import secondfactor as use
from app.identity.proof import CodeNeeded, Proof, Prover, WrongPassword
from app.identity.secondfactor import PhonesWouldStop
from domain.base import Authorship
from projections import attempts
from projections.findings import findings
from tests.app.house import House, a_request
from tests.app.post import Post

LOGIN, PHONES = "correct horse", "battery staple"


def lets_in(door: Authenticator, secret: str, device: str) -> bool:
    header = "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode()
    try:
        door.principal(header, "192.0.2.7", device, "Apple-iPhone14C5/2302.1")
    except Unauthorized:
        return False
    return True


@pytest.mark.parametrize(
    ("language", "subject"),
    [("it", "Il tuo codice per Taccuino"), ("en", "Your code for Taccuino")],
)
def test_enable_2fa_flow(house: House, language: str, subject: str) -> None:
    groupware, post, id = house.groupware, Post(), house.account().id
    people.set_password(groupware, house.admin, id, LOGIN)
    people.choose_language(groupware, house.admin, id, language)
    door, prover = Authenticator(groupware), Prover(groupware)
    for device in ("PHONE", "TABLET"):
        assert lets_in(door, LOGIN, device)
        house.admit(a_request(device=device))

    def author() -> Authorship:
        return groupware.author("user:ada", "test")

    # She begins, sees which phones would stop, and declines: nothing has changed.
    use.begin(prover, author(), id, Proof(LOGIN), "mail", post)
    assert post.sent[-1][1] == subject
    with pytest.raises(PhonesWouldStop) as told:
        use.enrol(prover, author(), id, post.code)
    assert [phone.device for phone in told.value.phones] == ["PHONE", "TABLET"]
    assert lets_in(door, LOGIN, "PHONE")

    # She goes on, with a password for the phones.
    use.enrol(prover, author(), id, post.code, PHONES)
    assert not lets_in(door, LOGIN, "PHONE")
    assert not lets_in(door, LOGIN, "TABLET")
    assert lets_in(door, PHONES, "PHONE")

    # Both she and the administrator are told which phone still has to learn it.
    with groupware.reading() as connection:
        (mine,) = attempts.useless(connection, id)
        (finding,) = findings(connection, house.clock())
    assert (mine.device, mine.why) == ("TABLET", attempts.LOGIN)
    assert finding.detail.startswith("TABLET")

    # Looking at it and changing it takes password and code.
    with groupware.reading() as connection:
        (row,) = credentials.credentials.of_account(connection, id)
    ours = (prover, author(), id)
    with pytest.raises(WrongPassword):
        credentials.view_activesync_password(*ours, Proof("a guess"), row.id)
    with pytest.raises(CodeNeeded):
        credentials.view_activesync_password(*ours, Proof(LOGIN), row.id)
    house.clock.advance(seconds=60)
    onetime.send_code(groupware, post, house.account())
    assert post.sent[-1][1] == subject
    proof = Proof(LOGIN, post.code)
    assert credentials.view_activesync_password(*ours, proof, row.id) == PHONES


def test_who_is_required_to_have_one_is_refused_for_a_reason_that_is_told(house: House) -> None:
    groupware, id = house.groupware, house.account().id
    people.set_password(groupware, house.admin, id, LOGIN)
    house.admit(a_request(device="PHONE"))
    door = Authenticator(groupware)
    use.require_of_all(groupware, house.admin, Post(), sure=True)
    assert house.account().lacks_password
    assert not lets_in(door, LOGIN, "PHONE")
    with groupware.reading() as connection:
        (finding,) = findings(connection, house.clock())
    assert finding.kind == attempts.NONE
    credentials.reset_activesync_password(groupware, house.admin, id, PHONES)
    assert lets_in(door, PHONES, "PHONE")
    with groupware.reading() as connection:
        assert findings(connection, house.clock()) == []
