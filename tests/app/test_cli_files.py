"""`taccuino import` and `export`: files of other programs, in and out again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import import_
from domain.base import Event
from tests.app.cli_runner import Cli

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path / "home")
    cli.person()
    return cli


def calendar(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


def event(uid: str, *lines: str, start: str = "20261201T090000") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start}", *lines, "END:VEVENT"])


def card(uid: str, *lines: str) -> str:
    head = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"N:{uid};Ada;;;", f"FN:Ada {uid}"]
    return "\r\n".join([*head, *lines, "END:VCARD", ""])


def taken(cli: Cli, text: str) -> str:
    return cli.done("import", "-", "-u", "ada", stdin=text).strip()


def log_length(cli: Cli) -> int:
    with cli.groupware() as groupware:
        return sum(1 for _ in groupware.replay())


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("ics/*.ics")), ids=lambda path: path.stem)
def test_the_calendar_of_another_program_goes_in_and_a_second_time_changes_nothing(
    cli: Cli, file: Path
) -> None:
    first = cli.run("import", str(file), "-u", "ada")
    assert not first.stdout.startswith("0 added")
    before = log_length(cli)
    second = cli.run("import", str(file), "-u", "ada")
    assert second.stdout.startswith("0 added")
    assert "changed" not in second.stdout.replace("unchanged", "")
    assert log_length(cli) == before


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("vcf/*.vcf")), ids=lambda path: path.stem)
def test_the_address_book_of_another_program_goes_in_and_a_second_time_changes_nothing(
    cli: Cli, file: Path
) -> None:
    first = cli.run("import", str(file), "-u", "ada")
    assert not first.stdout.startswith("0 added")
    before = log_length(cli)
    assert cli.run("import", str(file), "-u", "ada").stdout.startswith("0 added")
    assert log_length(cli) == before


def test_what_is_exported_and_imported_by_another_is_the_same(cli: Cli, tmp_path: Path) -> None:
    cli.person("alan")
    for name, kind in (("outlook.ics", "ics"), ("apple.vcf", "vcf")):
        cli.run("import", str(FIXTURES / kind / name), "-u", "ada")
        file = tmp_path / f"out.{kind}"
        cli.run("export", str(file), "-u", "ada")
        cli.run("import", str(file), "-u", "alan")
        again = cli.done(
            "export", "-", "-u", "alan", "-f", "Calendar" if kind == "ics" else "Contacts"
        )
        uids = {line for line in again.splitlines() if line.startswith("UID")}
        assert uids == {line for line in file.read_text().splitlines() if line.startswith("UID")}


def test_times_without_a_zone_are_the_persons_own(cli: Cli) -> None:
    taken(cli, calendar(event("one", "SUMMARY:Dentist")))
    assert cli.rows("event", "list", "-u", "ada")[0][1].endswith("Europe/Rome")


def test_a_bad_entry_is_reported_with_its_line_and_the_rest_goes_in(cli: Cli) -> None:
    text = calendar(event("one"), event("two", start="yesterday"), event("three"))
    result = cli.run("import", "-", "-u", "ada", stdin=text)
    assert result.stdout == "2 added, 1 not taken\n"
    assert result.exit_code == 1
    reported, summary = result.stderr.splitlines()
    assert reported.startswith("line 7: ")
    assert summary == "taccuino: 1 entries could not be taken"
    assert len(cli.rows("event", "list", "-u", "ada")) == 2


def test_what_is_not_kept_here_is_reported_but_no_failure(cli: Cli) -> None:
    task = "BEGIN:VTODO\r\nUID:t\r\nSUMMARY:x\r\nEND:VTODO"
    result = cli.run("import", "-", "-u", "ada", stdin=calendar(event("one"), task))
    assert (result.exit_code, result.stdout) == (0, "1 added, 1 not kept here\n")
    assert result.stderr == "line 7: tasks are not kept here\n"


def test_a_newer_file_changes_only_what_it_says_otherwise(cli: Cli) -> None:
    taken(cli, calendar(event("one", "SUMMARY:Old", "LOCATION:Here"), event("two", "SUMMARY:Two")))
    changed = calendar(event("one", "SUMMARY:New"), event("two", "SUMMARY:Two"), event("three"))
    assert taken(cli, changed) == "1 added, 1 changed, 1 unchanged"
    (one,) = [row for row in cli.rows("event", "list", "-u", "ada") if row[2] == "New"]
    assert one[3] == "Here", "what a file does not speak of stays"


def test_a_series_that_a_newer_file_makes_single_is_single(cli: Cli) -> None:
    rule, without = "RRULE:FREQ=DAILY", "EXDATE:20261203T090000"
    taken(cli, calendar(event("one", "SUMMARY:x", rule, without)))
    assert taken(cli, calendar(event("one", "SUMMARY:x"))) == "0 added, 1 changed"
    (row,) = cli.rows("event", "list", "-u", "ada")
    assert row[-1] == ""
    assert "occurrences" not in cli.fields(row[0])


def test_a_picture_that_came_by_phone_survives_a_file_without_one(cli: Cli) -> None:
    taken(cli, card("Lovelace", "TEL;TYPE=CELL:1"))
    (row,) = cli.rows("contact", "list", "-u", "ada")
    cli.done("contact", "edit", row[0], "--text", "from the phone")
    assert taken(cli, card("Lovelace", "TEL;TYPE=CELL:2")) == "0 added, 1 changed"
    said = cli.fields(row[0])
    assert (said["mobile_phone"], said["body"]) == ("2", "from the phone")


def test_a_long_file_is_many_short_transactions(cli: Cli) -> None:
    number = 2 * import_.CHUNK + 1
    calendar_file = calendar(*(event(f"e{n}", f"SUMMARY:{n}") for n in range(number)))
    with cli.ear() as ear:
        assert taken(cli, calendar_file) == f"{number} added"
        heard = ear.hear()
        rings = [next(heard) for _ in range(3)]
    assert all(rings), "each transaction rings once it is durable"
    with cli.groupware() as groupware:
        requests = {e.request for _, e in groupware.replay() if isinstance(e, Event)}
    assert len(requests) == 2, "one for the person, one for the whole import"


def test_the_kind_of_a_file_shows_in_its_content_before_its_name(cli: Cli, tmp_path: Path) -> None:
    misnamed = tmp_path / "people.ics"
    misnamed.write_text(card("Lovelace"))
    cli.done("import", str(misnamed), "-u", "ada")
    assert len(cli.rows("contact", "list", "-u", "ada")) == 1


def test_a_file_that_is_neither_is_a_misuse(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello")
    assert "neither an .ics nor a .vcf" in cli.refused("import", str(file), "-u", "ada", status=2)
    missing = str(tmp_path / "missing.ics")
    assert "missing.ics" in cli.refused("import", missing, "-u", "ada", status=2)


def test_contacts_do_not_go_into_a_calendar(cli: Cli) -> None:
    line = cli.refused("import", "-", "-u", "ada", "-f", "Calendar", stdin=card("Lovelace"))
    assert "no folder Calendar for contacts" in line


def test_the_name_of_the_file_says_what_is_exported(cli: Cli, tmp_path: Path) -> None:
    cli.event()
    cli.contact()
    for name, begin in (("all.ics", "BEGIN:VCALENDAR"), ("all.vcf", "BEGIN:VCARD")):
        result = cli.run("export", str(tmp_path / name), "-u", "ada")
        assert result.stderr.startswith("1 exported from C")
        assert (tmp_path / name).read_text().startswith(begin)


def test_an_export_that_fails_leaves_the_file_as_it_was(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "all.ics"
    file.write_text("precious")
    assert "no folder Holidays" in cli.refused("export", str(file), "-u", "ada", "-f", "Holidays")
    assert file.read_text() == "precious"


def test_a_long_file_shows_on_a_terminal_how_far_it_is(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = iter([b"x\n"] * import_.LONG)

    class File:
        def __iter__(self) -> object:
            return lines

        def seek(self, position: int) -> int:
            return position

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with import_._progress(File()) as advance:  # type: ignore[arg-type]
        advance(import_.LONG)
    assert "importing" in capsys.readouterr().err
