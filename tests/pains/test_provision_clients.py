"""Clients that were locked out by provisioning, or asked for it without end (pain 28): what each
does with our answers, as its makers or its users describe it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from adapters.eas.reply import Answer, Failure
from adapters.eas.version import Version
from adapters.wbxml import E
from app import people
from app.cli.device_shown import sentence
from app.devices import phones
from projections.findings import REFUSED, findings
from projections.standing import portrait
from tests.app.house import House, a_request, texts
from tests.app.test_provision import acknowledgement, demanded, initial, key_of

NOT_PROVISIONED, STALE, NOT_FULLY = 142, 144, 139
FOLDERS = E("folderhierarchy:FolderSync", E("folderhierarchy:SyncKey", 0))
STRONG = {"DevicePasswordEnabled": "1", "RequireDeviceEncryption": "1"}


@dataclass
class Client:
    """Provisions when it is told to, acknowledges with `keeps`, and goes on; `calls` counts."""

    house: House
    version: Version = Version.V14_1
    keeps: int = 1
    key: int = 0
    calls: int = 0

    def provision(self) -> int:
        """The status of the second phase; 0 for success."""
        self.calls += 2
        offer = self.house.answer("Provision", initial(), version=self.version)
        said = acknowledgement(key_of(offer), self.keeps)
        reply = self.house.ask("Provision", said, version=self.version)
        if isinstance(reply, Failure):
            return reply.status
        assert isinstance(reply, Answer)
        self.key = key_of(reply.root)
        return 0

    def folders(self) -> int:
        """0 if it is shown its folders; else what it is told instead."""
        reply = self.house.ask("FolderSync", FOLDERS, version=self.version, key=self.key)
        return reply.status if isinstance(reply, Failure) else 0

    def set_up(self) -> int:
        """As phones do: try, provision if told, try again, three times at most."""
        for _ in range(3):
            status = self.folders()
            if status not in (NOT_PROVISIONED, STALE):
                return status
            if refused := self.provision():
                return refused
        return self.folders()


def told(house: House) -> list[tuple[str, str]]:
    with house.groupware.reading() as connection:
        return [(each.kind, each.detail) for each in findings(connection, house.clock())]


def test_provision_never_loops(house: House) -> None:
    """Two thousand calls within ten minutes (MSKB 2851708): ten offers, the rest repeats."""
    house.under_policy(**STRONG)
    before = house.log_length()
    for _ in range(1000):
        client = Client(house)
        client.provision()
        house.clock.advance(seconds=0.6)
    assert house.log_length() - before <= 2 * 10 + 2
    assert client.folders() == 0


def test_gmail_is_never_more_secure_than_it_is_told_to_be(house: House) -> None:
    """It compares the document with itself (tine20 #7108): ours asks for nothing at all."""
    offer = house.answer("Provision", initial(), version=Version.V14_1)
    assert texts(offer, "provision:Status") == ["1", "1"]
    wanted = demanded(offer)
    assert wanted["DevicePasswordEnabled"] == "0"
    assert wanted.get("RequireDeviceEncryption", "0") == "0"
    assert Client(house).set_up() == 0


def test_an_iphone_retries_and_is_let_in_once_for_each_edition(house: House) -> None:
    """iOS 16 and 17 go on asking while the key it is given is not the one it needs (Z-Push #43)."""
    house.under_policy(**STRONG)
    phone = Client(house, Version.V16_1)
    for _ in range(20):
        assert phone.set_up() == 0
        house.clock.advance(minutes=3)
    assert phone.calls == 2
    people.write_policy(house.groupware, house.admin, "strict", {**STRONG, "AllowCamera": "0"})
    for _ in range(20):
        assert phone.set_up() == 0
        house.clock.advance(minutes=3)
    assert phone.calls == 4


@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0, Version.V14_1, Version.V16_1])
@pytest.mark.parametrize("policy", [False, True])
def test_thunderbird_is_never_told_that_there_is_no_policy_for_it(
    house: House, policy: bool, version: Version
) -> None:
    """Policy Status 2 or a missing document ends its set-up (TbSync #18); so does Status 165
    (EAS-4-TbSync #312), which wants what this client never tells of itself."""
    if policy:
        house.under_policy(DevicePasswordEnabled="1")
    root = house.answer("Provision", initial(), version=version)
    assert texts(root, "provision:Status") == ["1", "1"]
    assert demanded(root)
    assert Client(house, version).set_up() == 0


@pytest.mark.parametrize("keeps", [2, 3])
def test_a_phone_that_cannot_encrypt_itself_comes_in_and_is_told_of(
    house: House, keeps: int
) -> None:
    """It acknowledges in part, and is not sent round and round (LineageOS Email PR 2)."""
    house.under_policy(**STRONG, AllowNonProvisionableDevices="1")
    phone = Client(house, keeps=keeps)
    assert [phone.set_up() for _ in range(5)] == [0] * 5
    assert phone.calls == 2
    assert [kind for kind, _ in told(house)] == [REFUSED]


def test_a_phone_that_may_not_come_in_like_this_gets_one_reason_and_stops(house: House) -> None:
    """The administrator sees why, and lets it in with one setting; then the finding is over."""
    house.under_policy(**STRONG, AllowNonProvisionableDevices="0")
    phone = Client(house, keeps=3)
    assert phone.set_up() == NOT_FULLY
    assert phone.calls == 2
    assert told(house) == [(REFUSED, "it keeps nothing of it")]
    people.write_policy(
        house.groupware, house.admin, "strict", {**STRONG, "AllowNonProvisionableDevices": "1"}
    )
    house.clock.advance(minutes=2)
    assert phone.set_up() == 0
    phone.keeps = 1
    people.write_policy(house.groupware, house.admin, "strict", {"DevicePasswordEnabled": "1"})
    assert phone.set_up() == 0
    assert told(house) == []


def test_one_phone_is_let_in_without_its_policy_and_that_is_seen(house: House) -> None:
    """The administrator's exception: for this phone, with the reason, until it is taken back."""
    house.under_policy(**STRONG, AllowNonProvisionableDevices="0")
    phone = Client(house, keeps=3)
    assert phone.set_up() == NOT_FULLY
    assert state(house) == "does not keep its policy: it keeps nothing of it"
    phones.except_from_policy(house.groupware, house.admin, house.phone().id)
    assert phone.folders() == 0, "without another attempt to provision"
    assert phone.set_up() == 0
    assert phone.provision() == 0, "should it ask all the same"
    assert told(house) == []
    excepted = "let in by admin:root although it does not keep its policy: it keeps nothing of it"
    assert state(house) == excepted
    phones.end_exception(house.groupware, house.admin, house.phone().id)
    house.clock.advance(minutes=2)
    assert phone.set_up() == NOT_FULLY, "though it has a key from the time of the exception"
    assert told(house) == [(REFUSED, "it keeps nothing of it")]


def test_an_exception_is_for_one_phone(house: House) -> None:
    house.under_policy(**STRONG, AllowNonProvisionableDevices="0")
    house.admit(a_request("Provision", device="OTHER"))
    other = house.phone(device="OTHER").id
    phones.except_from_policy(house.groupware, house.admin, other)
    assert Client(house, keeps=3).set_up() == NOT_FULLY


def state(house: House) -> str:
    with house.groupware.reading() as connection:
        shown = portrait(connection, house.clock(), house.phone().id)
    assert shown is not None
    return sentence(shown.standing)
