"""Every form of date that phones write is read; exactly the specified two are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.eas.dialect import Unconvertible
from adapters.eas.moments import compact, parse_moment, punctuated

NINE = datetime(2026, 7, 1, 9, 5, 7, tzinfo=UTC)
MIDNIGHT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20260701T090507Z", NINE),
        ("20260701T090507", NINE),
        ("20260701T090507.999Z", NINE),
        ("2026-07-01T09:05:07.000Z", NINE),
        ("2026-07-01T09:05:07Z", NINE),
        ("2026-07-01T09:05:07.9999999Z", NINE),
        ("2026-07-01T09:05:07", NINE),
        ("2026-07-01 09:05:07", NINE),
        ("2026-07-01T11:05:07+02:00", NINE),
        ("20260701T050507-0400", NINE),
        ("20260701t090507z", NINE),
        (" 20260701T090507Z\n", NINE),
        ("20260701T090507Z\0", NINE),
        ("20260701T0905Z", NINE.replace(second=0)),
        ("20260701", MIDNIGHT),
        ("2026-07-01", MIDNIGHT),
        ("20260701Z", MIDNIGHT),
        ("2026-06-30T24:00:00.000Z", MIDNIGHT),
    ],
)
def test_any_form_is_read(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "16010101T000000Z",
        "1601-01-01T00:00:00.000Z",
        "1600-12-31T23:00:00.000Z",
        "45010101T000000Z",
        "4500-12-31T23:00:00.000Z",
        "00010101T000000Z",
        "00000000T000000Z",
        "99991231T235959Z",
    ],
)
def test_the_ends_of_the_calendar_mean_no_date(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "20260230T000000Z",
        "20261301T000000Z",
        "20260701T240001Z",
        "20260701T250000Z",
        "20260701T096000Z",
        "20260701T",
        "20260701T0905070Z",
        "2026070",
        "٢٠٢٦٠٧٠١T090507Z",
        "20260701T090507ZZ",
        "-0260701T090507Z",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Unconvertible, match="is no date"):
        parse_moment(text)


def test_a_refusal_quotes_no_more_than_it_must() -> None:
    with pytest.raises(Unconvertible) as refusal:
        parse_moment("x" * 100_000)
    assert len(str(refusal.value)) < 80


@given(st.text(max_size=40))
def test_any_text_is_a_moment_none_or_refused(text: str) -> None:
    try:
        moment = parse_moment(text)
    except Unconvertible:
        return
    assert moment is None or moment.tzinfo is UTC


def test_written_forms_are_exact() -> None:
    assert compact(NINE) == "20260701T090507Z"
    assert punctuated(NINE) == "2026-07-01T09:05:07.000Z"


def test_instants_are_written_in_utc_and_whole_seconds() -> None:
    rome = datetime(2026, 7, 1, 11, 5, 7, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert compact(rome) == "20260701T090507Z"
    assert punctuated(rome) == "2026-07-01T09:05:07.000Z"


moments = st.datetimes(
    datetime(1601, 1, 2),  # noqa: DTZ001
    datetime(4500, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(moments)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert parse_moment(compact(moment)) == moment
    assert parse_moment(punctuated(moment)) == moment
