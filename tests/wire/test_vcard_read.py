"""Cards of every version and maker: what they become, and what is kept for the way back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import vcard
from domain.body import Body
from tests.wire.file_cases import card, contact, fixture, written_card

N = "N:Rossi;Mario;;;"
FLAVOURS = ("outlook", "apple", "google", "thunderbird")


def first(path: str) -> dict:
    entry = next(iter(vcard.read(fixture(path))))
    assert isinstance(entry, vcard.Entry)
    return entry.values


def test_an_old_outlook_card_arrives_whole() -> None:
    found = first("vcf/outlook.vcf")
    assert (found["last_name"], found["first_name"]) == ("Agnès", "Nicolò")
    assert (found["title"], found["suffix"], found["job_title"]) == ("Dott.", "Jr.", "Direttore")
    assert found["body"] == Body("Prima riga\nSeconda riga")
    assert (found["business_phone"], found["home_phone"], found["business_fax"]) == (
        *("+39 02 555 0101", "+39 02 555 0102"),
        "+39 02 555 0104",
    )
    assert found["business_street"] == "Via Roma 1\nInterno 4"
    assert (found["manager_name"], found["spouse"]) == ("Ada Neri", "Bruna")
    assert found["children"] == ("Carlo", "Dora")
    assert found["birthday"] == date(1980, 5, 1)
    assert found["picture"].startswith(b"\xff\xd8\xff")
    assert "file_as" not in found


def test_an_apple_card_keeps_its_labels_and_what_is_beyond_the_slots() -> None:
    found = first("vcf/apple.vcf")
    assert [found[f"email{n}"] for n in (1, 2, 3)] == [
        *("luisa@example.com", "casa@example.org"),
        "tre@example.org",
    ]
    assert (found["mobile_phone"], found["home_fax"]) == ("+39 333 555 0201", "+39 06 555 0202")
    assert (found["business_phone"], found["business2_phone"]) == (
        *("+39 06 555 0203",),
        "+39 06 555 0204",
    )
    assert found["birthday"] == date(1604, 2, 29)
    assert found["anniversary"] == date(2010, 9, 4)
    assert found["spouse"] == "Paolo"
    assert found["home_street"] == "Casella 7\nVia del Corso 2\nScala B"
    assert found["im1"] == "xmpp:luisa@chat.example.org"
    assert "im2" not in found
    text = written_card(found)
    for line in (
        *("EMAIL;TYPE=INTERNET:quattro@example.org", "TEL;TYPE=WORK,VOICE:+39 06 555 0205"),
        *("item1.EMAIL;TYPE=INTERNET,pref:luisa@example.com", "item1.X-ABLABEL:Ufficio nuovo"),
        *("ORG:Studio Bianchi;Progetti;Primo piano", "NICKNAME:Lulù"),
        "X-SOCIALPROFILE;TYPE=mastodon:https://social.example/@luisa",
    ):
        assert f"\n{line}\n" in text


def test_a_kept_line_is_gone_when_its_field_changes() -> None:
    found = first("vcf/apple.vcf")
    text = written_card({**found, "email1": "new@example.com", "home_street": "Via Po 1"})
    assert "luisa@example.com" not in text
    assert "EMAIL;TYPE=INTERNET,PREF:new@example.com" in text
    assert "ADR;TYPE=HOME:;;Via Po 1;Roma;RM;00186;Italia" in text


def test_a_group_is_not_served() -> None:
    group = list(vcard.read(fixture("vcf/apple.vcf")))[1]
    assert group == vcard.NotServed(33, "groups are not kept here")


def test_a_shown_name_somebody_wrote_is_how_the_contact_is_filed() -> None:
    found = first("vcf/google.vcf")
    assert (found["first_name"], found["last_name"]) == ("Anna", "Verdi")
    assert found["file_as"] == "Il Capo"
    assert "\nFN:Il Capo\n" in written_card(found)
    assert "\nFN:Anna Verdi\n" in written_card({**found, "file_as": "Verdi, Anna"})


def test_the_order_of_filing_never_becomes_the_shown_name() -> None:
    found = contact(card(N, "FN:Mario Rossi", "X-EAS-FILEAS:Rossi\\, Mario"))
    assert found["file_as"] == "Rossi, Mario"
    assert "\nFN:Mario Rossi\n" in written_card(found)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (("FN:Mario Rossi",), {"first_name": "Mario", "last_name": "Rossi"}),
        (("FN:Mario", "N:;;;;"), {"last_name": "Mario"}),
        (("FN:Bar Sport", "ORG:Bar Sport"), {"company_name": "Bar Sport"}),
        (("N:Rossi;Mario;A,B;Dr.,Prof.;",), {
            "last_name": "Rossi", "first_name": "Mario", "middle_name": "A B", "title": "Dr. Prof.",
        }),
        (("N:Rossi\\, sen.;;;;",), {"last_name": "Rossi, sen."}),
    ],
)  # fmt: skip
def test_names_are_read_from_what_the_card_has(lines: tuple[str, ...], names: dict) -> None:
    found = contact(card(*lines))
    assert {key: value for key, value in found.items() if key != "uid"} == names


def test_a_card_of_version_4_is_read_in_its_own_order_of_preference() -> None:
    found = first("vcf/thunderbird.vcf")
    assert (found["email1"], found["email2"]) == ("first@example.com", "second@example.com")
    assert (found["home_phone"], found["business_phone"]) == ("+39-055-555-0401", "055 555 0402")
    assert found["birthday"] == date(1604, 5, 1)
    assert found["anniversary"] == date(2005, 6, 7)
    assert found["spouse"] == "Anna"
    assert found["picture"] == b"\x89PNG\r\n\x1a\n"
    assert "\nRELATED;TYPE=friend:urn:uuid:1f0e\n" in written_card(found)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("BDAY:1980-05-01", date(1980, 5, 1)),
        ("BDAY:19800501", date(1980, 5, 1)),
        ("BDAY;VALUE=date:1980-05-01", date(1980, 5, 1)),
        ("BDAY:1980-05-01T23:00:00Z", date(1980, 5, 1)),
        ("BDAY:19800501T000000", date(1980, 5, 1)),
        ("BDAY:--05-01", date(1604, 5, 1)),
        ("BDAY:--0229", date(1604, 2, 29)),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-01", date(1604, 5, 1)),
        ("BDAY;X-APPLE-OMIT-YEAR=1900:1900-05-01", date(1604, 5, 1)),
    ],
)
def test_a_birthday_is_a_date_in_any_form(line: str, day: date) -> None:
    assert contact(card(N, line))["birthday"] == day


@pytest.mark.parametrize("value", ["1980", "1980-05", "---01", "circa 1800", "1601-01-01", "x"])
def test_a_birthday_that_is_no_date_is_kept_as_it_is(value: str) -> None:
    found = contact(card(N, f"BDAY:{value}"))
    assert "birthday" not in found
    assert f"\nBDAY:{value}\n" in written_card(found)


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (("TEL;TYPE=cell:1",), "mobile_phone"),
        (("TEL;CELL;VOICE:1",), "mobile_phone"),
        (("TEL;type=HOME;type=FAX:1",), "home_fax"),
        (("TEL;TYPE=FAX:1",), "business_fax"),
        (('TEL;TYPE="work,voice":1',), "business_phone"),
        (("TEL;VALUE=uri;TYPE=pager:tel:1",), "pager"),
        (("TEL;TYPE=CAR:1",), "car_phone"),
        (("TEL;TYPE=x-radio:1",), "radio_phone"),
        (("TEL;TYPE=WORK,X-MAIN:1",), "company_main_phone"),
        (("TEL;TYPE=X-ASSISTANT:1",), "assistant_phone"),
        (("TEL;TYPE=X-MMS:1",), "mms"),
        (("a.TEL:1", "a.X-ABLabel:_$!<Work>!$_"), "business_phone"),
        (("TEL:1",), "mobile_phone"),
        (("TEL;TYPE=VOICE:1", "TEL;TYPE=CELL:2"), "home_phone"),
        (("TEL;TYPE=HOME:0", "TEL;TYPE=HOME:1"), "home2_phone"),
    ],
)
def test_a_number_goes_to_the_field_its_types_name(lines: tuple[str, ...], field: str) -> None:
    assert contact(card(N, *lines))[field] == "1"


def test_a_second_mobile_number_is_kept_and_goes_nowhere_else() -> None:
    found = contact(card(N, "TEL;TYPE=CELL:1", "TEL;TYPE=CELL:2"))
    assert "2" not in [value for key, value in found.items() if key != "foreign"]
    assert "\nTEL;TYPE=CELL:2\n" in written_card(found)


def test_a_photo_on_the_web_is_never_fetched_and_kept() -> None:
    found = first("vcf/google.vcf")
    assert "picture" not in found
    assert "\nPHOTO:https://photos.example/anna.jpg\n" in written_card(found)


def test_an_export_has_what_version_3_demands() -> None:
    text = written_card({"email1": "a@b.example"})
    assert text.startswith("BEGIN:VCARD\nVERSION:3.0\n")
    assert "\nN:;;;;\n" in text
    assert "\nFN:a@b.example\n" in text
    assert all(len(line) <= 75 for line in b"".join(vcard.write([("x", {})])).split(b"\r\n"))


def test_a_text_with_a_line_break_cannot_smuggle_a_line_into_an_export() -> None:
    text = written_card({"last_name": "a\r\nX-EVIL:1", "im1": "x\nX-EVIL:2", "mms": "\nX-EVIL:3"})
    assert "\nX-EVIL" not in text


def test_the_content_of_a_card_does_not_depend_on_rev_or_order() -> None:
    lines = (N, "EMAIL:a@b.example", "TEL;TYPE=CELL:1", "CATEGORIES:a,b", "X-A:1", "X-B:2")
    again = (*reversed(lines), "REV:20261101T000000Z", "UID:other")
    assert vcard.content_hash(contact(card(*lines))) == vcard.content_hash(contact(card(*again)))
    other = contact(card(*lines, "TITLE:x"))
    assert vcard.content_hash(other) != vcard.content_hash(contact(card(*lines)))


@pytest.mark.parametrize(
    "line", ["broken", "BEGIN:X", "END:X"], ids=["no colon", "no end", "no beginning"]
)
def test_one_broken_card_among_a_hundred_leaves_ninety_nine_and_says_its_line(line: str) -> None:
    cards = [card(f"UID:{at}", N, *([line] if at == 50 else [])) for at in range(100)]
    found = list(vcard.read(b"".join(cards)))
    good = [entry.values["uid"] for entry in found if isinstance(entry, vcard.Entry)]
    (bad,) = [entry for entry in found if isinstance(entry, vcard.BadEntry)]
    assert good == [str(at) for at in range(100) if at != 50]
    assert bad.line == 1 + 50 * 5


def test_a_card_that_says_nothing_is_reported() -> None:
    assert list(vcard.read(card("UID:x", "FN:"))) == [
        vcard.BadEntry(1, "has no name, address or number")
    ]


def test_a_file_that_is_no_card_says_so() -> None:
    assert list(vcard.read(b"hello\n")) == [vcard.BadEntry(1, "this file has no cards")]


def test_cards_are_read_from_a_stream_one_by_one() -> None:
    def chunks() -> Iterator[bytes]:
        for at in range(20):
            data = card(f"UID:{at}", N)
            yield data[:7]
            yield data[7:]

    assert [entry.line for entry in vcard.read(chunks())] == list(range(1, 100, 5))


_PIECES = [
    *(b"BEGIN:VCARD", b"END:VCARD", b"VERSION:2.1", b"N:", b"FN:", b"ORG:", b"ADR;HOME:", b"TEL;"),
    *(
        b"EMAIL;PREF=1:",
        b"BDAY:--",
        b"BDAY:",
        b"PHOTO;ENCODING=b:",
        b"PHOTO:data:;base64,",
        b"IMPP:",
    ),
    *(
        b"NOTE;ENCODING=QUOTED-PRINTABLE:=",
        b";CHARSET=utf-7:",
        b";CHARSET=idna:",
        b"item1.",
        b"=\r\n",
    ),
    *(
        b"X-ABLabel:_$!<Spouse>!$_",
        b"X-ABRELATEDNAMES:",
        b"X-HELD=email1",
        b";X-HELD=x:",
        b'"',
        b";",
    ),
    *(b"NICKNAME:,", b"CATEGORIES:", b"\\", b",", b":", b"0229", b"\xe8", b"\xff"),
]
_soup = st.lists(st.sampled_from(_PIECES) | st.sampled_from([b"\r\n"] * 8) | st.binary(max_size=6))


@settings(max_examples=400, deadline=None)
@given(_soup.map(b"".join) | st.binary(max_size=200))
def test_any_bytes_give_entries_or_bad_entries(data: bytes) -> None:
    for entry in vcard.read(b"BEGIN:VCARD\r\nN:a\r\n" + data):
        assert isinstance(entry, vcard.Entry | vcard.BadEntry)
        if isinstance(entry, vcard.Entry):
            b"".join(vcard.write([("name", entry.values)]))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_file_gives_entries_or_bad_entries(data: st.DataObject) -> None:
    whole = fixture(f"vcf/{data.draw(st.sampled_from(FLAVOURS))}.vcf")
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 30))
    damaged = whole[:at] + data.draw(st.binary(max_size=5)) + whole[at + cut :]
    assert all(isinstance(entry, vcard.Entry | vcard.BadEntry) for entry in vcard.read(damaged))
