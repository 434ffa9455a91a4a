"""Milliseconds, and RFC 3339 on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import clock

LAST = 253_402_300_799_999  # the end of the year 9999


def test_now_is_now_in_milliseconds() -> None:
    assert abs(clock.now() - time.time() * 1000) < 2000
    assert clock.DAY == 24 * 60 * 60 * 1000


@given(st.integers(-62_135_596_800_000, LAST))
def test_moments_read_back(ms: int) -> None:
    shown = clock.rfc3339(ms)
    assert len(shown) == 24
    assert shown.endswith("Z")
    assert clock.parse_rfc3339(shown) == ms
    assert clock.from_datetime(clock.to_datetime(ms)) == ms
    assert datetime.fromisoformat(shown) == clock.to_datetime(ms).replace(microsecond=ms % 1000 * 1000)


@given(st.integers(0, LAST), st.integers(0, LAST))
def test_moments_sort_as_their_texts(one: int, other: int) -> None:
    assert (one < other) == (clock.rfc3339(one) < clock.rfc3339(other))


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(-1439, 1439))
def test_offsets_are_taken_off(moment: datetime, minutes: int) -> None:
    there = moment.replace(
        microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes))
    )
    assert clock.parse_rfc3339(there.isoformat()) == clock.from_datetime(there.astimezone(UTC))


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.001Z", 1),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1970-01-01", 0),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T05:30:00+05:30", 0),
        ("2000-02-29T00:00:00Z", 951_782_400_000),
        ("2026-11-22T13:05:24.123456Z", 1_795_352_724_123),
    ],
)
def test_ways_to_write_a_moment(text: str, ms: int) -> None:
    assert clock.parse_rfc3339(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026", "2026-13-01", "2026-02-29", "2026-01-01T25:00:00Z", "2026-01-01T00:00:60Z",
        "10000-01-01", "0000-01-01", "2026-01-01T00:00:00+99:00", "1795352724", "2026-01-01 noon",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        clock.parse_rfc3339(text)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        found = clock.parse_rfc3339(text)
    except ValueError:
        return
    assert isinstance(found, int)


def test_a_naive_moment_is_utc() -> None:
    assert clock.from_datetime(datetime(1970, 1, 2)) == clock.DAY
    assert clock.to_datetime(0).tzinfo is UTC


def test_months_keep_their_day_or_take_the_last() -> None:
    leap = clock.parse_rfc3339("2028-01-31T09:30:00.250Z")
    assert clock.rfc3339(clock.add_months(leap, 1)) == "2028-02-29T09:30:00.250Z"
    assert clock.rfc3339(clock.add_months(leap, 2)) == "2028-03-31T09:30:00.250Z"
    assert clock.rfc3339(clock.add_months(leap, 13)) == "2029-02-28T09:30:00.250Z"
    assert clock.rfc3339(clock.add_months(leap, -1)) == "2027-12-31T09:30:00.250Z"
    assert clock.add_months(leap, 0) == leap


@given(st.integers(0, 4_000_000_000_000), st.integers(1, 600))
def test_later_months_are_later(ms: int, months: int) -> None:
    assert clock.add_months(ms, months - 1) < clock.add_months(ms, months)
