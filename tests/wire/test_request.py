from __future__ import annotations

import gzip
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eas.query import CODES, Line, read_line
from adapters.eas.request import Request, TooLarge, read_request
from adapters.eas.status import Refusal
from adapters.eas.version import Version
from adapters.wbxml import E, encode

SYNC = E("airsync:Sync", E("airsync:Partial"))


def line(**changes: Any) -> bytes:
    """The bytes of a base64 query, with some of its fields changed."""
    fields = {
        "version": b"\x8d",
        "command": b"\x00",
        "locale": b"\x10\x04",
        "device": b"\x06PHONE1",
        "key": b"\x00",
        "type": b"\x06iPhone",
        "parameters": b"",
    }
    return b"".join({**fields, **changes}.values())


def read(data: bytes) -> Line:
    return read_line(b64encode(data).decode())


# The plain form


def test_a_plain_line_is_read_in_any_order_and_case() -> None:
    query = "devicetype=iPhone&USER=EXAMPLE%5Canna&cmd=foldersync&DeviceID=Appl123"
    told = read_line(query, "14.1")
    assert (told.command, told.version, told.fault) == ("FolderSync", Version.V14_1, 0)
    assert (told.device_id, told.device_type) == ("Appl123", "iPhone")
    assert told.params["user"] == "EXAMPLE\\anna"


def test_a_plus_in_a_name_is_a_plus() -> None:
    query = "Cmd=Sync&User=anna+cal@example.org&DeviceId=a&DeviceType=b%20c"
    told = read_line(query, "2.5")
    assert (told.params["user"], told.device_type) == ("anna+cal@example.org", "b c")


def test_parameters_of_a_command_are_kept() -> None:
    query = "Cmd=GetAttachment&DeviceId=a&DeviceType=b&AttachmentName=5%3a1&SaveInSent=T"
    told = read_line(query, "12.1")
    assert (told.params["attachmentname"], told.options) == ("5:1", 1)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        *((None, None), ("", 0), ("0", 0), (" 7 ", 7), ("4294967295", 4294967295)),
        *((text, 0) for text in ("4294967296", "-1", "x", "٣", "9" * 5000)),
    ],
)
def test_a_policy_key_that_is_none_was_never_acknowledged(
    header: str | None, key: int | None
) -> None:
    assert read_line("Cmd=Sync&DeviceId=a&DeviceType=b", "14.1", header).policy_key == key


def test_a_policy_key_may_stand_in_the_query() -> None:
    assert read_line("Cmd=Sync&DeviceId=a&DeviceType=b&PolicyKey=9", "16.1").policy_key == 9


@pytest.mark.parametrize("version", [None, "", "1.0", "16.2", "sixteen"])
def test_a_plain_line_needs_a_version_that_is_served(version: str | None) -> None:
    told = read_line("Cmd=Sync&DeviceId=a&DeviceType=b", version)
    assert (told.fault, told.version, told.command) == (138, None, "Sync")


@pytest.mark.parametrize(
    ("device", "fault"),
    [
        *((id, 0) for id in ("a", "A" * 64, "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "a_b.c:d")),
        *((id, 108) for id in ("", "A" * 65, "a%20b", "%C3%A9", "a%0A")),
    ],
)
def test_a_device_id_is_letters_digits_and_little_else(device: str, fault: int) -> None:
    assert read_line(f"Cmd=Sync&DeviceId={device}&DeviceType=b", "14.1").fault == fault


# The base64 form


def test_the_example_of_the_papers() -> None:
    told = read_line("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l")
    assert (told.command, told.version, told.fault) == ("Sync", Version.V14_0, 0)
    assert (told.device_id, told.device_type) == ("v140Device", "SmartPhone")
    assert (told.locale, told.policy_key) == ("en-US", None)


def test_the_line_of_nine() -> None:
    told = read_line("jQAJBBBOaW5lMzQyQkEzRjNFNkM2BAAAAAAHQW5kcm9pZAcBAA==")
    assert (told.command, told.version, told.fault) == ("Sync", Version.V14_1, 0)
    assert (told.device_id, told.device_type) == ("Nine342BA3F3E6C6", "Android")
    assert (told.policy_key, told.options) == (0, 0)


def test_the_query_wins_over_the_version_header() -> None:
    assert read_line(b64encode(line()).decode(), "2.5").version == Version.V14_1


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.rstrip("="),
        lambda text: text.replace("+", "-").replace("/", "_"),
        lambda text: text.replace("+", "%2B").replace("/", "%2f").replace("=", "%3D"),
        lambda text: text.replace("+", " "),
    ],
)
def test_base64_is_read_in_every_spelling(spelt: Any) -> None:
    data = line(parameters=b"\x08\x04\xfb\xef\xbe\xff")
    text = b64encode(data).decode()
    assert "+" in text
    assert "/" in text
    assert read_line(spelt(text)) == read(data)


def test_a_raw_guid_becomes_upper_case_hex() -> None:
    guid = bytes.fromhex("6f9619ff8b86d011b42d00c04fc964ff")
    assert read(line(device=b"\x10" + guid)).device_id == guid.hex().upper()


@pytest.mark.parametrize("code", range(len(CODES)))
def test_each_command_has_its_code(code: int) -> None:
    assert read(line(command=bytes([code]))).command == CODES[code]


def test_an_unknown_command_is_left_empty() -> None:
    told = read(line(command=b"\xc8"))
    assert (told.command, told.fault) == ("", 0)


def test_parameters_are_read_by_their_tags() -> None:
    tags = b"\x07\x01\x03\x01\x025:\x03\x01i\x02\x01x\x63\x00\x08\x03b\xe9b"
    told = read(line(parameters=tags))
    assert dict(told.params) == {"collectionid": "5:", "itemid": "i", "user": "béb"}
    assert (told.options, told.fault) == (3, 0)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"key": b"\x04\xff\xff\xff\xff"}, 0),
        ({"key": b"\x02\x00\x00"}, 101),
        ({"key": b"\x08" + bytes(8)}, 101),
        ({"device": b"\x00"}, 108),
        ({"type": b"\x00"}, 109),
        ({"type": b"\x02\x07\x07"}, 109),
        ({"type": b"\xff"}, 101),
        ({"parameters": b"\x08"}, 101),
        ({"parameters": b"\x08\x05ab"}, 101),
        ({"version": b"\x0a"}, 138),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_is_still_told(changes: Any, fault: int) -> None:
    told = read(line(**changes))
    assert (told.fault, told.command) == (fault, "Sync")


@pytest.mark.parametrize("query", ["", "*", "j", "jAA*", "Cmd", "é"])
def test_what_is_neither_form_is_refused(query: str) -> None:
    assert read_line(query, "14.1").fault == 101


@given(st.binary(max_size=200))
def test_any_bytes_give_a_line(data: bytes) -> None:
    told = read(data)
    assert told.fault in (0, 101, 108, 109, 138)
    assert told.fault or told.version


@given(st.text(max_size=200), st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_any_text_gives_a_line(query: str, version: str | None, key: str | None) -> None:
    assert read_line(query, version, key).fault in (0, 101, 108, 109, 138)


# Headers and body


def asked(data: bytes = b"", line: Line | None = None, **headers: str) -> Request:
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    line = line or read_line("Cmd=Sync&User=u&DeviceId=a&DeviceType=b", "14.1")
    assert line.version
    return read_request(
        line, line.version, lambda name: given.get(name.lower()), data, "192.0.2.1", 5000
    )


def test_a_request_has_the_headers_that_matter() -> None:
    told = asked(
        encode(SYNC),
        Content_Type="Application/vnd.ms-sync.wbxml; charset=utf-8",
        MS_ASAcceptMultiPart="T",
        Accept_Language="de-AT,en;q=0.5",
        User_Agent="Apple-iPhone/2007.75",
    )
    assert told.body == SYNC
    assert (told.accept_multipart, told.save_in_sent, told.locale) == (True, False, "de-AT")
    assert (told.user_agent, told.address) == ("Apple-iPhone/2007.75", "192.0.2.1")
    assert told.content_type == "application/vnd.ms-sync.wbxml"


def test_options_of_the_line_say_the_same_as_headers() -> None:
    told = asked(line=read(line(parameters=b"\x07\x01\x03")))
    assert (told.accept_multipart, told.save_in_sent, told.locale) == (True, True, "it-IT")


@pytest.mark.parametrize("content_type", ["", "application/vnd.ms-sync"])
def test_a_body_is_read_under_each_name_of_its_type(content_type: str) -> None:
    assert asked(encode(SYNC), Content_Type=content_type).body == SYNC


def test_without_a_body_its_type_and_encoding_do_not_matter() -> None:
    assert asked(Content_Type="text/plain", Content_Encoding="gzip").body is None


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"x", {"Content_Type": "message/rfc822"}, 101),
        (b"x", {"Content_Encoding": "deflate"}, 101),
        (b"x", {"Content_Encoding": "gzip"}, 101),
        (gzip.compress(encode(SYNC), mtime=0)[:-1], {"Content_Encoding": "gzip"}, 101),
        (gzip.compress(encode(SYNC), mtime=0) + b"more", {"Content_Encoding": "gzip"}, 101),
        (encode(SYNC) + b"\x01", {}, 102),
        (encode(E("ping:Ping")), {}, 103),
    ],
)
def test_a_wrong_body_has_a_status(data: bytes, headers: dict[str, str], status: int) -> None:
    with pytest.raises(Refusal) as told:
        asked(data, **headers)
    assert told.value.status == status


def test_inflating_stops_at_the_limit() -> None:
    with pytest.raises(TooLarge):
        asked(gzip.compress(bytes(5_000_000), mtime=0), Content_Encoding="gzip")


@given(st.binary(max_size=300), st.sampled_from(["identity", "gzip"]))
def test_any_body_is_read_or_refused(data: bytes, encoding: str) -> None:
    status = 0
    try:
        asked(data, Content_Encoding=encoding)
    except Refusal as refusal:
        status = refusal.status
    assert status in (0, 101, 102, 103)
