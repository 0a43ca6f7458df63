"""What a phone asks can be recorded for a while, and is answered again byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.ids import server_id, uuid_of
from adapters.wbxml import E
from app import erasure
from app.devices import phones
from app.engine import repeating
from app.log import recording, replaying
from app.log.replaying import Outcome
from domain.partnership import Partnership
from projections import recorded
from tests.app.cli_runner import Cli
from tests.app.handset import Handset, an_event, changing, commanding, first_name
from tests.app.reader import administrator, with_administrator
from tests.app.recorded import Studio, Troubled
from tests.app.test_provision import acknowledgement, initial, key_of


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    house = Studio(tmp_path)
    house.person()
    yield house
    house.close()


def a_conversation(studio: Studio) -> Handset:
    """The first contact, an edit, an addition, an answer that was lost, and news."""
    phone = Handset(studio)
    phone.folder_sync("0")
    studio.record()
    phone.folder_sync("0")
    phone.begin(phone.contacts)
    id = studio.contact(first_name="Bea")
    phone.catch_up(phone.contacts)
    phone.add(phone.calendar, *an_event("Dentist")) if phone.begin(phone.calendar) else None
    key = phone.keys[phone.contacts]
    edit = changing(phone.add(phone.contacts, first_name("Zoe")), first_name("Zoë"))
    phone.told(phone.contacts, commanding(edit), key=key)
    studio.revise(id, first_name="Bea again")
    phone.catch_up(phone.contacts)
    return phone


@pytest.fixture
def talked(studio: Studio) -> Handset:
    return a_conversation(studio)


@pytest.fixture
def cli(studio: Studio, talked: Handset) -> Cli:
    return Cli(studio.settings.home)


def replayed(studio: Studio) -> list[Outcome]:
    return list(replaying.replay(studio.groupware.replay(), studio.exchanges()))


def differing(studio: Studio) -> list[int]:
    return [each.exchange.number for each in replayed(studio) if not each.same]


def test_each_exchange_is_told_again_byte_for_byte(studio: Studio) -> None:
    a_conversation(studio)
    assert len(studio.exchanges()) > 6
    assert differing(studio) == []


def test_it_is_recorded_what_went_out_to_the_phone(studio: Studio) -> None:
    phone = a_conversation(studio)
    studio.contact(first_name="News")
    phone.told(phone.contacts)
    last = studio.exchanges()[-1].told
    assert (last.status, last.body) == (200, studio.raw.body)
    assert last.headers["Content-Type"] == "application/vnd.ms-sync.wbxml"


def test_chance_and_clock_decide_something_of_an_answer(studio: Studio) -> None:
    """Or it would mean nothing that it is the same."""
    a_conversation(studio)
    other = [
        replace(each, asked=replace(each.asked, seed=bytes(32))) for each in studio.exchanges()
    ]
    outcomes = list(replaying.replay(studio.groupware.replay(), other))
    assert 3 < sum(not each.same for each in outcomes) < len(outcomes)


def test_the_phone_gets_other_draws_at_each_request(studio: Studio) -> None:
    phone = Handset(studio)
    phone.folder_sync("0")
    studio.record()
    for number in range(5):
        phone.add(phone.contacts, first_name("Zoe"), client_id=str(number)) if number else (
            phone.begin(phone.contacts)
        )
    assert len({each.asked.seed for each in studio.exchanges()}) == 5
    assert len(phone.catch_up(phone.contacts)) == 0


def test_what_an_empty_request_repeats_is_there_again(studio: Studio) -> None:
    phone = a_conversation(studio)
    phone.sync(phone.contacts)
    studio.contact(first_name="News")
    assert phone.send(None) is not None
    assert studio.exchanges()[-1].asked.body == b""
    assert differing(studio) == []


def test_a_request_that_waited_in_vain_is_told_nothing_again(studio: Studio) -> None:
    phone = a_conversation(studio)
    folder = E("ping:Folder", E("ping:Id", phone.contacts), E("ping:Class", "Contacts"))
    ping = E("ping:Ping", E("ping:HeartbeatInterval", 480), E("ping:Folders", folder))
    waited = phone.answer("Ping", ping)
    assert waited.text_of("ping:Status") == "1"
    studio.contact(first_name="News")
    assert phone.answer("Ping", ping).text_of("ping:Status") == "2"
    assert differing(studio) == []


def test_an_answer_that_went_out_compressed_is_the_same(studio: Studio) -> None:
    phone = a_conversation(studio)
    studio.headers["Accept-Encoding"] = "gzip"
    for number in range(40):
        studio.contact(first_name=f"Somebody with a long name {number}")
    phone.ask("Sync", phone.request(phone.about(phone.contacts)))
    assert studio.raw.headers["content-encoding"] == "gzip"
    assert differing(studio) == []


def test_what_was_refused_is_refused_again(studio: Studio) -> None:
    phone = a_conversation(studio)
    studio.under_policy(DevicePasswordEnabled="1")
    phone.ask("Sync", phone.request(phone.about(phone.contacts)))
    offered = key_of(phone.answer("Provision", initial()))
    phone.facts["key"] = key_of(phone.answer("Provision", acknowledgement(offered)))
    phone.catch_up(phone.contacts)
    phones.block(studio.groupware, studio.admin, studio.phone().id, "lost")
    phone.ask("Sync", phone.request(phone.about(phone.contacts)))
    assert differing(studio) == []


def test_a_fault_of_ours_is_one_again(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = a_conversation(studio)
    monkeypatch.setattr("app.commands.sync._problem", lambda *_: 1 / 0)
    with pytest.raises(Troubled):
        phone.sync(phone.contacts)
    last = studio.exchanges()[-1]
    assert last.told.status == 503
    assert last.number not in differing(studio)
    monkeypatch.undo()
    assert differing(studio) == [last.number]


def test_both_answers_stand_side_by_side_where_they_differ(studio: Studio) -> None:
    a_conversation(studio)
    *_, last = studio.exchanges()
    early = replace(last, asked=replace(last.asked, position=last.asked.position - 1))
    (outcome,) = replaying.replay(studio.groupware.replay(), [early])
    lines = outcome.side_by_side()
    assert any("Bea again" in left and "Bea again" not in right for left, right in lines)
    assert ("HTTP 200", "HTTP 200") in lines


def test_it_is_known_what_others_wrote_while_an_answer_was_looked_for(
    studio: Studio, talked: Handset, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer tells of it, and the log before the request did not."""
    assert not any(each.beside for each in studio.exchanges())
    completed = repeating.completed

    def meanwhile(*asked: Any) -> Any:
        studio.contact(first_name="Hasty")
        return completed(*asked)

    monkeypatch.setattr(repeating, "completed", meanwhile)
    talked.told(talked.contacts)
    monkeypatch.undo()
    last = studio.exchanges()[-1]
    assert last.beside == 1
    result = cli.run("replay", str(last.number))
    assert "others wrote 1 events meanwhile" in result.stdout


# When it is recorded


def test_nothing_is_recorded_of_others_nor_after_the_time_is_over(studio: Studio) -> None:
    other, phone = Handset(studio, device="OTHER"), a_conversation(studio)
    before = len(studio.exchanges())
    other.folder_sync("0")
    assert studio.exchanges(device="OTHER") == []
    studio.clock.advance(hours=1)
    phone.folder_sync("0")
    assert len(studio.exchanges()) == before


def test_a_recording_can_be_ended_and_what_it_kept_stays_until_the_next(studio: Studio) -> None:
    phone = a_conversation(studio)
    before = studio.exchanges()
    recording.stop(studio.groupware, studio.admin, studio.phone().id)
    phone.folder_sync("0")
    assert studio.exchanges() == before
    studio.record()
    assert studio.exchanges() == []


def test_no_more_is_kept_than_there_is_room_for(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = a_conversation(studio)
    count = len(studio.exchanges())
    monkeypatch.setattr(recording, "MOST", count + 1)
    phone.folder_sync("0")
    phone.folder_sync("0")
    assert len(studio.exchanges()) == count + 1
    monkeypatch.setattr(recording, "MOST", 1000)
    monkeypatch.setattr(recording, "MOST_BYTES", 10)
    phone.folder_sync("0")
    assert len(studio.exchanges()) == count + 1


def test_nobody_is_recorded_for_longer_than_a_day(studio: Studio) -> None:
    for span in (timedelta(days=2), timedelta(), -timedelta(hours=1)):
        with pytest.raises(recording.TooLong):
            recording.record(studio.groupware, studio.admin, studio.account().id, span)


def test_what_is_kept_cannot_be_read_in_the_file_and_goes_with_its_person(studio: Studio) -> None:
    phone = a_conversation(studio)
    phone.add(phone.contacts, first_name("Unmistakable"), client_id="u")
    with studio.groupware.reading() as connection:
        rows = recorded.kept(connection, studio.phone().id)
    assert rows
    assert not any(b"Unmistakable" in row.box for row in rows)
    studio.person("root", administrator=True)
    erasure.erase_person(studio.groupware, studio.admin, studio.account().id)
    with studio.groupware.reading() as connection:
        assert recorded.kept(connection, rows[0].partnership) == []


def test_what_may_tell_of_an_erased_contact_is_let_go(studio: Studio) -> None:
    phone = a_conversation(studio)
    gone = phone.add(phone.contacts, first_name("Unmistakable"), client_id="u")
    assert studio.exchanges()
    erasure.erase_contact(studio.groupware, studio.admin, uuid_of(gone) or UUID(int=0))
    assert studio.exchanges() == []


def test_a_process_learns_within_a_second_who_is_recorded(studio: Studio) -> None:
    now = [0.0]
    recorder = recording.Recorder(studio.groupware, clock=lambda: now[0])
    Handset(studio).folder_sync("0")
    assert recorder._recorded() == frozenset()
    studio.record()
    assert recorder._recorded() == frozenset()
    now[0] = 1.0
    assert recorder._recorded() == {studio.phone().id}


# On the command line


def id_of(studio: Studio) -> str:
    return server_id(Partnership.id_of(studio.account().id, studio.phone().device))


def test_recorded_exchanges_are_listed_and_replayed(studio: Studio, cli: Cli) -> None:
    rows = cli.rows("record", id_of(studio))
    assert [row[3] for row in rows[:2]] == ["FolderSync", "Sync"]
    numbers = [row[0] for row in rows]
    told = cli.rows("replay", *numbers)
    assert [row[:2] for row in told] == [[number, "the same"] for number in numbers]
    assert "HTTP 200" in cli.done("replay", "--show", numbers[0])


def test_a_request_replayed_elsewhere_in_the_log_shows_what_differs(
    studio: Studio, cli: Cli
) -> None:
    number = cli.rows("record", id_of(studio))[-1][0]
    early = str(studio.exchanges()[-1].asked.position - 1)
    result = cli.run("replay", number, "--position", early)
    assert result.exit_code == 1
    assert f"{number}\tNOT the same" in result.stdout
    assert "Bea again" in result.stdout
    assert "answered otherwise than recorded" in result.stderr


def test_both_are_data_for_other_programs(studio: Studio, cli: Cli) -> None:
    rows = [json.loads(row) for row in cli.done("record", id_of(studio), "--json").splitlines()]
    assert [row["command"] for row in rows[:2]] == ["FolderSync", "Sync"]
    number, position = str(rows[-1]["number"]), rows[-1]["position"]
    told = json.loads(cli.done("replay", number, "--json"))
    assert (told["same"], told["position"]) == (True, position)
    result = cli.run("replay", number, "--json", "--position", str(position - 1))
    told = json.loads(result.stdout)
    assert told["same"] is False
    assert told["recorded"] != told["replayed"]


def test_a_recording_is_begun_and_ended_on_the_command_line(studio: Studio, cli: Cli) -> None:
    phone = id_of(studio)
    assert "is recorded until" in cli.done("record", phone, "--for", "30m", "--why", "it loops")
    with studio.groupware.reading() as connection:
        found = recorded.recording(connection, studio.phone().id)
    assert found is not None
    assert found.why == "it loops"
    assert "not recorded any more" in cli.done("record", phone, "--stop")
    assert "24 hours at most" in cli.refused("record", phone, "--for", "2d")
    assert "not a time as in" in cli.refused("record", phone, "--for", "soon", status=2)
    assert "either" in cli.refused("record", phone, "--for", "1h", "--stop", status=2)
    assert "nothing is recorded under" in cli.refused("replay", "99999")


# On the phone's page


def test_a_recording_is_begun_and_ended_on_the_phones_page(studio: Studio) -> None:
    Handset(studio).folder_sync("0")
    with_administrator(studio)
    reader, page = administrator(studio), f"/admin/devices/{id_of(studio)}"
    reader.post(page, {"act": "record", "hours": "4", "why": "it loses contacts"})
    shown = reader.get(page).text
    assert "it loses contacts" in shown
    assert "13:00" in shown
    Handset(studio).folder_sync("0")
    assert "One exchange is kept" in reader.get(page).text
    reader.post(page, {"act": "stop_recording"})
    assert "it loses contacts" not in reader.get(page).text
    assert len(studio.exchanges()) == 1
