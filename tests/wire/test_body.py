"""Bodies on the wire: the form a device asked for out, only real changes in."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eas.body import choose, empty_body, read
from adapters.eas.dialect import BodyPreference, Dialect, Unconvertible
from adapters.eas.plain import plain, wrapped
from adapters.eas.version import Version
from adapters.wbxml import E, Element, decode, encode
from domain.body import Body
from domain.patch import CLEARED
from tests.wire.contact_cases import bodies, dialects

PLAIN_BODY = Body("first\nsecond €")
HTML_BODY = Body("<p>first</p><p>second €</p>", html=True)
BOTH = (BodyPreference(2), BodyPreference(1))


def wants(*wishes: BodyPreference, version: Version = Version.V16_1) -> Dialect:
    return Dialect(version, bodies=wishes)


def the_body(body: Body, dialect: Dialect) -> Element:
    return choose(body, dialect)[0]


def texts(element: Element) -> dict[str, str]:
    return {child.name.removeprefix("airsyncbase:"): child.value for child in element}


def received(text: str, form: int = 1) -> Element:
    return E("airsyncbase:Body", E("airsyncbase:Type", form), E("airsyncbase:Data", text))


def test_a_plain_body_goes_out_as_type_1_with_crlf_and_its_size_in_bytes() -> None:
    assert list(texts(the_body(PLAIN_BODY, wants(BodyPreference(1)))).items()) == [
        ("Type", "1"),
        ("EstimatedDataSize", "17"),
        ("Data", "first\r\nsecond €"),
    ]


@pytest.mark.parametrize(
    ("body", "wishes", "form"),
    [
        (PLAIN_BODY, (), "1"),
        (HTML_BODY, (), "1"),
        (PLAIN_BODY, BOTH, "1"),
        (HTML_BODY, BOTH, "2"),
        (HTML_BODY, tuple(reversed(BOTH)), "2"),
        (PLAIN_BODY, (BodyPreference(2),), "2"),
        (HTML_BODY, (BodyPreference(1),), "1"),
        (HTML_BODY, (BodyPreference(3), BodyPreference(4)), "1"),
        (HTML_BODY, (BodyPreference(2, 5, True), BodyPreference(1)), "1"),
        (HTML_BODY, (BodyPreference(2, 500, True), BodyPreference(1)), "2"),
        (HTML_BODY, (BodyPreference(2, None, True), BodyPreference(1)), "2"),
        (HTML_BODY, (BodyPreference(2, 5, False), BodyPreference(1)), "2"),
        (PLAIN_BODY, (BodyPreference(1, 5, True), BodyPreference(2)), "2"),
    ],
)
def test_the_native_form_is_chosen_before_the_devices_order(
    body: Body, wishes: tuple[BodyPreference, ...], form: str
) -> None:
    assert texts(the_body(body, wants(*wishes)))["Type"] == form


def test_what_no_preference_allows_is_announced_without_data() -> None:
    wishes = (BodyPreference(1, 5, True), BodyPreference(2, 5, True))
    assert texts(the_body(PLAIN_BODY, wants(*wishes))) == {
        "Type": "1",
        "EstimatedDataSize": "17",
        "Truncated": "1",
    }


@pytest.mark.parametrize(
    ("size", "data"),
    [
        (17, "first\r\nsecond €"),
        (16, "first\r\nsecond "),
        (14, "first\r\nsecond "),
        (6, "first"),
        (5, "first"),
        (0, None),
    ],
)
def test_a_cut_counts_bytes_and_keeps_characters_and_line_ends_whole(
    size: int, data: str | None
) -> None:
    body = texts(the_body(PLAIN_BODY, wants(BodyPreference(1, size))))
    assert body.get("Data") == data
    assert body["EstimatedDataSize"] == "17"
    assert body.get("Truncated") == (None if size == 17 else "1")


@given(bodies, dialects)
def test_truncated_is_never_written_as_0(body: Body, dialect: Dialect) -> None:
    for element in choose(body, dialect, "contacts"):
        flags = [element, *element]
        assert "0" not in [e.value for e in flags if e.name.endswith("Truncated")]


@given(bodies, dialects)
def test_a_body_never_exceeds_what_the_device_asked_for(body: Body, dialect: Dialect) -> None:
    if dialect.version < Version.V12_0:
        return
    shown = texts(the_body(body, dialect))
    wish = next((w for w in dialect.bodies if str(w.type) == shown["Type"]), BodyPreference(1))
    if wish.truncation is not None:
        assert len(shown.get("Data", "").encode()) <= wish.truncation
    if wish.truncation is None:
        assert "Truncated" not in shown


@pytest.mark.parametrize(
    ("version", "preview"),
    [(Version.V12_1, None), (Version.V14_0, "first se"), (Version.V16_1, "first se")],
)
def test_a_preview_is_plain_text_in_one_line(version: Version, preview: str | None) -> None:
    dialect = wants(BodyPreference(2, preview=8), version=version)
    assert texts(the_body(HTML_BODY, dialect)).get("Preview") == preview


def test_a_plain_text_needs_no_preview() -> None:
    """MS-ASAIRS R1001036; without the text itself a preview says what it is about."""
    shown = texts(the_body(PLAIN_BODY, wants(BodyPreference(1, preview=8))))
    hidden = texts(the_body(PLAIN_BODY, wants(BodyPreference(1, 0, preview=8))))

    assert "Preview" not in shown
    assert hidden["Preview"] == "first se"


def test_truncated_in_a_request_means_nothing() -> None:
    """MS-ASAIRS R279, R406."""
    parts = E("airsyncbase:Type", 1), E("airsyncbase:Data", "new")
    told = [
        read(E("airsyncbase:Body", *parts, E("airsyncbase:Truncated", value)), PLAIN_BODY, wants())
        for value in ("0", "1")
    ]

    assert told == [Body("new"), Body("new")]


def test_a_calendar_item_says_in_which_form_its_body_was_written() -> None:
    native = choose(HTML_BODY, wants(BodyPreference(1)))[1]
    assert native == E("airsyncbase:NativeBodyType", 2)
    assert [e.name for e in choose(HTML_BODY, wants(), "contacts")] == ["airsyncbase:Body"]


def test_version_2_5_has_its_own_elements_cut_by_characters() -> None:
    old = Dialect(Version.V2_5, truncation=9)
    assert choose(HTML_BODY, old, "contacts") == [
        E("contacts:Body", "first\r\n\r\n"),
        E("contacts:BodySize", 19),
        E("contacts:BodyTruncated", 1),
    ]
    assert choose(PLAIN_BODY, Dialect(Version.V2_5)) == [E("calendar:Body", "first\r\nsecond €")]


@pytest.mark.parametrize("version", Version)
def test_a_removed_text_is_told_by_an_empty_one(version: Version) -> None:
    dialect = Dialect(version)
    (element,) = empty_body(dialect)
    assert read(element, PLAIN_BODY, dialect) is CLEARED
    if version > Version.V2_5:
        assert texts(element) == {"Type": "1", "EstimatedDataSize": "0", "Data": ""}


@given(bodies, dialects, st.sampled_from(["", "\r\n"]))
def test_what_a_device_was_sent_comes_back_as_unchanged(
    body: Body, dialect: Dialect, end: str
) -> None:
    element = decode(encode(choose(body, dialect, "contacts")[0]))
    text = element if element.name == "contacts:Body" else element.find("airsyncbase:Data")
    if text is not None and text.text:
        text.text = text.value + end
    assert read(element, body, dialect) is None


@pytest.mark.parametrize(
    "returned", ["first\nsecond €", "first\rsecond €\r\n", "first\r\nsecond €"]
)
def test_line_ends_alone_are_no_change(returned: str) -> None:
    assert read(received(returned), PLAIN_BODY, Dialect()) is None


@pytest.mark.parametrize("body", [PLAIN_BODY, HTML_BODY])
def test_the_whole_text_in_either_form_is_no_change(body: Body) -> None:
    dialect = wants(BodyPreference(1, 4))
    assert read(received(plain(HTML_BODY.text) if body.html else body.text), body, dialect) is None
    html = body.text if body.html else wrapped(body.text)
    assert read(received(html, 2), body, dialect) is None


def test_wrapped_plain_text_that_comes_back_is_no_change() -> None:
    dialect = wants(BodyPreference(2))
    shown = texts(the_body(PLAIN_BODY, dialect))
    assert shown["Data"] == "<html><body>first<br>\r\nsecond €</body></html>"
    assert read(received(shown["Data"], 2), PLAIN_BODY, dialect) is None


def test_a_new_text_is_stored_with_line_feeds_in_the_form_it_came() -> None:
    assert read(received("new\r\ntext"), PLAIN_BODY, Dialect()) == Body("new\ntext")
    assert read(received("<b>new</b>", 2), PLAIN_BODY, Dialect()) == Body("<b>new</b>", True)
    assert read(received("new"), None, Dialect()) == Body("new")


def test_absent_and_quite_empty_elements_keep_the_text() -> None:
    assert read(None, PLAIN_BODY, Dialect()) is None
    assert read(E("airsyncbase:Body"), PLAIN_BODY, Dialect(Version.V14_1)) is None


@pytest.mark.parametrize(
    "element",
    [
        received(""),
        E("airsyncbase:Body", E("airsyncbase:Type", 1)),
        E("airsyncbase:Body", E("airsyncbase:Type", 2), E("airsyncbase:Truncated", 1)),
    ],
)
def test_missing_or_empty_data_clears_the_text(element: Element) -> None:
    assert read(element, PLAIN_BODY, Dialect()) is CLEARED
    assert read(element, None, Dialect()) is None


@pytest.mark.parametrize("form", ["3", "4", "0", "", "html"])
def test_other_types_refuse_the_item(form: str) -> None:
    element = E("airsyncbase:Body", E("airsyncbase:Type", form), E("airsyncbase:Data", "x"))
    with pytest.raises(Unconvertible):
        read(element, None, Dialect())


def test_a_body_without_type_is_plain_text() -> None:
    element = E("airsyncbase:Body", E("airsyncbase:Data", "x"))
    assert read(element, None, Dialect()) == Body("x")


def test_opaque_data_and_a_stray_nul_are_accepted() -> None:
    element = E("airsyncbase:Body", E("airsyncbase:Data", "è\r\nx\0".encode()))
    assert read(element, None, Dialect()) == Body("è\nx")


def test_in_2_5_an_empty_element_removes_the_text() -> None:
    old = Dialect(Version.V2_5)
    assert read(E("contacts:Body"), PLAIN_BODY, old) is CLEARED
    assert read(E("calendar:Body", "new\r\n"), PLAIN_BODY, old) == Body("new\n")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a</p><br><p>b</p>", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<pre>a\n  b</pre>c", "a\n  b\nc"),
        ("  many \n blanks&nbsp;&nbsp;here ", "many blanks  here"),
        ("1 &lt; 2 &amp;&#8364; < 3", "1 < 2 &€ < 3"),
        ("<style>p {}</style><script>x<y</script><!-- c > d -->a", "a"),
        ("<html><head><title>t</title></head><body>a</body></html>", "a"),
        ('<a href="https://example.org/x">here</a>', "here <https://example.org/x>"),
        ('<a href="https://example.org/">example.org</a>', "example.org"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ("<!DOCTYPE html>a<?x?>", "a"),
        ("a<b>c</b>d", "acd"),
        ("never <closed", "never <closed"),
        ("a<!-- never closed", "a"),
        ("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";"),
    ],
)
def test_plain_text_is_what_a_reader_of_the_html_sees(html: str, text: str) -> None:
    assert plain(html) == text


def without_blanks_at_line_ends(text: str) -> str:
    return "\n".join(line.rstrip(" ") for line in text.split("\n")).strip("\n")


@given(st.text("ab <>&\né€ ", max_size=40))
def test_a_wrapped_text_reads_the_same(text: str) -> None:
    shown = plain(wrapped(text))
    assert without_blanks_at_line_ends(shown) == without_blanks_at_line_ends(text)


@pytest.mark.parametrize(
    "piece",
    [
        *("<", "<a ", "<!--", "<!", "</", '<a b="', "&#", "<?", "<a b=1 ", "<style>", "<style></"),
        *(
            "<x></x>",
            "<a href='",
            'href="',
            "<p>",
            "<pre>\n",
            "<br>",
            "aaaa",
            "&amp;",
            "<a href=x>",
        ),
    ],
)
def test_no_html_holds_the_converter(piece: str) -> None:
    html = piece * (400_000 // len(piece))
    begin = time.process_time()
    plain("<a" + html)
    plain(html)
    assert time.process_time() - begin < 5


@given(st.text("<>/!-abp\"'= &#;\n", max_size=60))
def test_any_html_gives_some_text(html: str) -> None:
    assert isinstance(plain(html), str)
