"""A phone deletes everything (pain 16): it is answered as done, and nobody else loses a thing.

A client with a bug, or one that takes a narrower scope for a deletion, does so much at once that
somebody should look first. Until then other phones keep what they have; afterwards either the
phone has its items back, or all have done what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from adapters.eas.version import Version
from adapters.ids import server_id
from adapters.store.chain import verify_chain
from adapters.wbxml import Element, encode
from app import bursts
from app.composition import CODEC
from app.context import Context
from domain.brake import Limits
from domain.folder import CONTACTS, default_folder
from domain.refused import Unknown
from projections import findings, holds, schema
from projections.holds import Burst
from projections.rebuild import rebuild
from projections.verify import verify
from tests.app import house as doubles
from tests.app.handset import (
    Handset,
    adding,
    changing,
    commanding,
    commands,
    data_of,
    deleting,
    first_name,
    id_of,
    is_live,
    last_name,
    responses,
    status_of,
    values_of,
    verbs,
)
from tests.app.house import House

MOST = 25
"""Of 30: more than twenty, and more than half of the folder."""

STILL = (first_name("Still"), last_name("Mad"))

Decide = Callable[[House], int]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Ada's address book has thirty contacts."""
    house = House(tmp_path)
    house.person()
    for number in range(30):
        house.contact(first_name=f"Name {number:02}")
    yield house
    house.close()


@pytest.fixture
def phone(house: House) -> Handset:
    """The one that goes mad."""
    return settled(Handset(house))


@pytest.fixture
def other(house: House) -> Handset:
    return settled(Handset(house, device="OTHER"))


def settled(phone: Handset) -> Handset:
    phone.catch_up(phone.contacts)
    return phone


def some(phone: Handset, count: int = MOST) -> list[str]:
    """The ServerIds of the first contacts of the folder, by name."""
    fresh = Handset(phone.house, device="FRESH")
    told = fresh.catch_up(fresh.contacts)
    ids = sorted(
        (data_of(e).text_of("contacts:FirstName", ""), name)
        for e, (_, name) in zip(told, verbs(told), strict=True)
    )
    return [name for _, name in ids][:count]


def delete(phone: Handset, ids: list[str]) -> Element:
    """Delete all these in one request."""
    return phone.told(phone.contacts, commanding(*map(deleting, ids)))


def rename(phone: Handset, ids: list[str], last: str = "Mad") -> Element:
    return phone.told(phone.contacts, commanding(*(changing(id, last_name(last)) for id in ids)))


def waiting(house: House) -> list[Burst]:
    with house.groupware.reading() as connection:
        return holds.bursts(connection, house.account().id)


def release(house: House) -> int:
    (burst,) = waiting(house)
    return bursts.release(house.groupware, house.admin, burst.id)


def discard(house: House) -> int:
    (burst,) = waiting(house)
    return bursts.discard(house.groupware, house.admin, burst.id)


def live(house: House) -> int:
    query = "SELECT count(*) FROM item WHERE kind = 'contacts' AND NOT removed"
    with house.groupware.reading() as connection:
        return int(connection.execute(query).fetchone()[0])


@pytest.mark.parametrize("version", [Version.V2_5, Version.V14_1, Version.V16_1])
def test_bulk_delete_is_held(house: House, version: Version) -> None:
    phone = settled(Handset(house, version))
    told = delete(phone, some(phone))
    assert (status_of(told), responses(told), commands(told)) == (1, [], [])
    assert live(house) == 30
    (burst,) = waiting(house)
    assert (burst.deleted, burst.edited) == (MOST, 0)
    assert burst.collection == default_folder(house.account().id, CONTACTS)


def test_few_deletions_are_not_held(house: House, phone: Handset, other: Handset) -> None:
    ids = some(phone, 15)
    delete(phone, ids)
    assert waiting(house) == []
    assert sorted(verbs(other.catch_up(other.contacts))) == sorted(("Delete", id) for id in ids)


def test_what_is_much_can_be_decided_for_a_person_and_for_everybody(
    house: House, phone: Handset
) -> None:
    """The person's own counts; a smaller number for everybody holds the others."""
    generous = Limits(deletions=1000, edits=1000, share=100)
    bursts.set_limits(house.groupware, house.admin, house.account().id, generous)
    bursts.set_house_limits(house.groupware, house.admin, Limits(5, 5, 10))
    delete(phone, some(phone, 10))
    assert waiting(house) == []
    bursts.set_limits(house.groupware, house.admin, house.account().id, None)
    house.clock.advance(minutes=11)
    delete(phone, some(phone, 6))
    (burst,) = waiting(house)
    assert burst.deleted == 6


def test_deletions_in_many_requests_are_a_burst_as_well(house: House, phone: Handset) -> None:
    """What was done before it was known for a burst stays done."""
    for id in some(phone):
        delete(phone, [id])
    assert live(house) == 10
    (burst,) = waiting(house)
    assert burst.deleted == 5


def test_deletions_over_an_evening_are_not_a_burst(house: House, phone: Handset) -> None:
    for id in some(phone):
        delete(phone, [id])
        house.clock.advance(minutes=1)
    assert (live(house), waiting(house)) == (5, [])


def test_another_phone_sees_nothing_of_a_held_burst(
    house: House, phone: Handset, other: Handset
) -> None:
    delete(phone, some(phone))
    assert other.catch_up(other.contacts) == []
    third = Handset(house, device="THIRD")
    assert len(third.catch_up(third.contacts)) == 30


def test_the_phone_hears_no_more_of_what_is_held(house: House, phone: Handset) -> None:
    ids = some(phone)
    delete(phone, ids)
    house.revise(id_of(ids[0]), job_title="Judge")
    house.remove(id_of(ids[1]))
    assert phone.catch_up(phone.contacts) == []
    (left,) = set(some(phone, 30)[-1:])
    house.revise(id_of(left), job_title="Judge")
    assert verbs(phone.catch_up(phone.contacts)) == [("Change", left)]


def test_discard_gives_the_phone_its_items_back(
    house: House, phone: Handset, other: Handset
) -> None:
    ids = some(phone)
    delete(phone, ids)
    house.revise(id_of(ids[0]), job_title="Judge")
    assert discard(house) == MOST
    told = phone.catch_up(phone.contacts)
    assert sorted(verbs(told)) == sorted(("Add", id) for id in ids)
    (judge,) = [each for each in told if verbs([each]) == [("Add", ids[0])]]
    assert data_of(judge).text_of("contacts:JobTitle") == "Judge"
    assert verbs(other.catch_up(other.contacts)) == [("Change", ids[0])]
    assert waiting(house) == []


def test_release_deletes_for_everybody(house: House, phone: Handset, other: Handset) -> None:
    """Also what somebody edited meanwhile: it can be restored, with that edit."""
    ids = some(phone)
    delete(phone, ids)
    house.revise(id_of(ids[0]), job_title="Judge")
    assert release(house) == MOST
    assert live(house) == 5
    assert sorted(verbs(other.catch_up(other.contacts))) == sorted(("Delete", id) for id in ids)
    assert phone.catch_up(phone.contacts) == []
    house.restore(id_of(ids[0]))
    assert verbs(phone.catch_up(phone.contacts)) == [("Add", ids[0])]
    assert phone.values(ids[0])["job_title"] == "Judge"


def test_held_rewriting_is_merged_when_it_is_released(
    big: House, phone: Handset, other: Handset
) -> None:
    ids = some(phone, 70)
    rename(phone, ids)
    (burst,) = waiting(big)
    assert (burst.deleted, burst.edited) == (0, 70)
    assert other.catch_up(other.contacts) == []
    big.revise(id_of(ids[0]), job_title="Judge")
    big.revise(id_of(ids[1]), last_name="Sane")
    release(big)
    assert phone.values(ids[0]) | {"job_title": "Judge", "last_name": "Mad"} == phone.values(ids[0])
    assert phone.values(ids[1])["last_name"] == "Sane"
    assert set_aside(big) == [id_of(ids[1])]
    assert verbs(phone.catch_up(phone.contacts)) == [("Change", ids[0]), ("Change", ids[1])]
    assert len(other.catch_up(other.contacts)) == 70


@pytest.fixture
def big(house: House) -> House:
    for number in range(30, 100):
        house.contact(first_name=f"Name {number:02}")
    return house


def set_aside(house: House) -> list[UUID]:
    with house.groupware.reading() as connection:
        return [UUID(bytes=id) for (id,) in connection.execute("SELECT item FROM set_aside")]


def test_discarded_rewriting_comes_back_as_changes(big: House, phone: Handset) -> None:
    ids = some(phone, 70)
    rename(phone, ids)
    discard(big)
    told = phone.catch_up(phone.contacts)
    assert sorted(verbs(told)) == sorted(("Change", id) for id in ids)
    assert {data_of(each).text_of("contacts:LastName") for each in told} <= {None, ""}


def test_a_further_edit_of_a_held_item_joins_its_burst(big: House, phone: Handset) -> None:
    """However much later it comes: it is made on what nobody else has seen."""
    ids = some(phone, 70)
    rename(phone, ids)
    big.clock.advance(hours=5)
    phone.told(phone.contacts, commanding(changing(ids[0], *STILL), deleting(ids[1])))
    (burst,) = waiting(big)
    assert (burst.deleted, burst.edited) == (1, 69)
    release(big)
    now = phone.values(ids[0])
    assert (now["first_name"], now["last_name"]) == ("Still", "Mad")
    assert not is_live(big, ids[1])


@pytest.mark.parametrize("decide", [release, discard])
def test_a_lost_reply_in_a_burst_is_given_again(
    house: House, phone: Handset, decide: Decide
) -> None:
    """The same bytes, also when the burst was decided in between; nothing is held twice."""
    ids = some(phone)
    body = phone.request(phone.about(phone.contacts, commanding(*map(deleting, ids))))
    first = phone.send(body)
    assert first is not None
    assert encode(phone.send(body) or first) == encode(first)
    house.restart()
    assert encode(phone.send(body) or first) == encode(first)
    assert (waiting(house)[0].deleted, live(house)) == (MOST, 30)
    decide(house)
    assert encode(phone.send(body) or first) == encode(first)
    assert waiting(house) == []
    back = [] if decide is release else sorted(("Add", id) for id in ids)
    assert sorted(verbs(phone.catch_up(phone.contacts))) == back


@pytest.mark.parametrize("decide", [release, discard])
def test_after_key_zero_the_phone_sees_what_stands(
    house: House, phone: Handset, decide: Decide
) -> None:
    """The account was set up anew, as people do then: the burst still waits."""
    ids = some(phone)
    delete(phone, ids)
    phone.keys.clear()
    assert len(phone.catch_up(phone.contacts)) == 30
    assert decide(house) == MOST
    gone = sorted(("Delete", id) for id in ids) if decide is release else []
    assert sorted(verbs(phone.catch_up(phone.contacts))) == gone
    assert live(house) == (5 if gone else 30)


def test_who_deletes_everything_and_uploads_it_again_ends_where_it_was(
    house: House, phone: Handset, other: Handset
) -> None:
    """The copies are taken for what they are, and the deletions for undone."""
    ids = some(phone)
    delete(phone, ids)
    copies = [
        adding(first_name(f"Name {number:02}"), client_id=f"c{number}") for number in range(MOST)
    ]
    answered = responses(phone.told(phone.contacts, commanding(*copies)))
    assert [each.text_of("airsync:ServerId") for each in answered] == ids
    assert (waiting(house), live(house)) == ([], 30)
    assert other.catch_up(other.contacts) == []


def test_what_follows_a_release_is_counted_anew(house: House, phone: Handset) -> None:
    ids = some(phone, 30)
    delete(phone, ids[:MOST])
    release(house)
    delete(phone, ids[MOST:])
    assert (waiting(house), live(house)) == ([], 0)


def test_what_follows_a_discard_is_held_again(house: House, phone: Handset) -> None:
    ids = some(phone)
    delete(phone, ids)
    discard(house)
    phone.catch_up(phone.contacts)
    delete(phone, ids[:1])
    assert waiting(house)[0].deleted == 1


def test_a_held_burst_outlives_a_restart_and_a_rebuild(
    house: House, phone: Handset, other: Handset
) -> None:
    ids = some(phone)
    delete(phone, ids)
    house.revise(id_of(ids[0]), job_title="Judge")
    house.restart()
    with house.groupware.pool.writing() as connection:
        rebuild(house.groupware, connection, schema.create, schema.projectors(CODEC))
    assert phone.catch_up(phone.contacts) == []
    assert verbs(other.catch_up(other.contacts)) == [("Change", ids[0])]
    discard(house)
    with house.groupware.reading() as connection:
        projectors = schema.projectors(CODEC)
        report = verify(house.groupware, connection, verify_chain, schema.create, projectors)
    assert report.sound, report.faults
    assert len(phone.catch_up(phone.contacts)) == MOST


def test_a_burst_is_decided_once(house: House, phone: Handset) -> None:
    delete(phone, some(phone))
    (burst,) = waiting(house)
    discard(house)
    for decide in (bursts.release, bursts.discard):
        with pytest.raises(Unknown):
            decide(house.groupware, house.admin, burst.id)


def test_the_journal_tells_of_a_burst_and_of_nobody(
    house: House, phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, said = some(phone), dict[str, object]()
    monkeypatch.setattr(doubles, "Context", partial(Context, journal=said))
    delete(phone, ids)
    assert said.pop("burst") == server_id(waiting(house)[0].id)
    assert said == {"collections": [(phone.contacts, 1, 0, 0)]}


def test_the_findings_tell_of_a_burst(house: House, phone: Handset) -> None:
    delete(phone, some(phone))
    with house.groupware.reading() as connection:
        (found,) = findings.findings(connection, house.clock())
    assert (found.kind, found.times) == ("burst held", MOST)
    assert found.detail == waiting(house)[0].id.hex
    release(house)
    with house.groupware.reading() as connection:
        assert findings.findings(connection, house.clock()) == []


def test_a_folder_that_is_deleted_is_one_act_and_can_be_restored(
    house: House, phone: Handset
) -> None:
    phone.folder_sync()
    folder = phone.make_folder("Clients")
    phone.begin(folder)
    for start in range(0, 30, 10):
        adds = [adding(first_name(f"C{n}"), client_id=f"c{n}") for n in range(start, start + 10)]
        phone.told(folder, commanding(*adds))
    phone.folder_command("FolderDelete", ServerId=folder)
    assert (waiting(house), live(house)) == ([], 30)


def test_what_a_discarded_edit_said_is_in_the_log(big: House, phone: Handset) -> None:
    ids = some(phone, 70)
    rename(phone, ids)
    discard(big)
    names = [type(e).__name__ for e in big.groupware.events.get(id_of(ids[0]))]
    assert names == ["ContactAdded", "EditHeld", "EditDiscarded"]
    assert "last_name" not in values_of(big, id_of(ids[0]))
