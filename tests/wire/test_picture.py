"""Photos as phones can take them."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adapters.eas import picture
from adapters.eas.dialect import Unconvertible
from adapters.eas.picture import LIMIT, for_phone
from tests.wire.contact_cases import photo


def shape(content: bytes | None) -> tuple[str | None, tuple[int, int]]:
    assert content is not None
    with Image.open(BytesIO(content)) as image:
        return image.format, image.size


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_small_photo_goes_out_as_it_is(form: str) -> None:
    assert for_phone(photo(48, form)) == photo(48, form)


def test_the_limit_is_48_kb_of_base64() -> None:
    exact = photo() + bytes(36 * 1024 - len(photo()))
    assert len(b64encode(exact)) == LIMIT
    assert for_phone(exact) == exact
    assert for_phone(exact + b"\0") != exact + b"\0"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_big_photo_becomes_a_jpeg_that_fits(form: str) -> None:
    derived = for_phone(photo(900, form))
    form_sent, size = shape(derived)
    assert form_sent == "JPEG"
    assert size[0] >= 240
    assert derived is not None
    assert len(b64encode(derived)) <= LIMIT


def test_the_same_original_always_gives_the_same_picture() -> None:
    first = for_phone(photo(700))
    picture._derived.clear()
    assert for_phone(photo(700)) == first


def test_few_derived_pictures_are_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_CACHE_SIZE", 2)
    monkeypatch.setattr(picture, "_derived", {})
    for seed in range(4):
        for_phone(photo(48, "GIF", seed))
    assert len(picture._derived) == 2


def test_a_small_picture_of_another_form_becomes_a_jpeg() -> None:
    assert shape(for_phone(photo(48, "GIF"))) == ("JPEG", (48, 48))


def test_proportions_are_kept_and_a_phone_held_sideways_is_turned() -> None:
    out = BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6
    wide = Image.frombytes("RGB", (800, 400), photo(900, "BMP")[-800 * 400 * 3 :])
    wide.save(out, "JPEG", quality=95, exif=turned)
    _, (width, height) = shape(for_phone(out.getvalue()))
    assert abs(height - 2 * width) <= 2


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(out, "WEBP")
    derived = for_phone(out.getvalue())
    assert derived is not None
    with Image.open(BytesIO(derived)) as image:
        assert image.getpixel((20, 20)) == (255, 255, 255)


def test_what_is_no_picture_goes_out_only_if_it_is_small() -> None:
    assert for_phone(b"not a picture") == b"not a picture"
    assert for_phone(b"\xff\xd8\xff" + bytes(60_000)) is None


def test_a_picture_that_would_fill_the_memory_is_not_unpacked() -> None:
    out = BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    assert for_phone(out.getvalue() + bytes(40_000)) is None


@settings(deadline=None)
@given(st.data())
def test_a_damaged_picture_never_raises(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP"]))
    damaged = bytearray(photo(24, form))
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(4, len(damaged)))])
    derived = picture._smaller(cut)
    assert derived is None or len(b64encode(derived)) <= LIMIT


def test_base64_may_have_line_breaks() -> None:
    text = b64encode(photo()).decode()
    lines = "\r\n".join(text[n : n + 76] for n in range(0, len(text), 76))
    assert picture.decoded(lines) == photo()


def test_opaque_content_is_base64_or_the_picture_itself() -> None:
    assert picture.decoded(b64encode(photo())) == photo()
    assert picture.decoded(photo()) == photo()


@pytest.mark.parametrize("content", ["äöü=", "abc", "AAAA!AAA", "A" * (LIMIT + 4), bytes(50_000)])
def test_what_is_not_base64_or_too_big_is_refused(content: str | bytes) -> None:
    with pytest.raises(Unconvertible):
        picture.decoded(content)


def test_a_picture_of_exactly_the_limit_is_taken() -> None:
    assert len(picture.decoded("A" * LIMIT)) == 36 * 1024
