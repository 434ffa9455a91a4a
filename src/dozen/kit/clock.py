"""Time as Dozen keeps it: whole milliseconds since 1970 in UTC; RFC 3339 on the wire."""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def now() -> int:
    """The wall clock in milliseconds. It may jump; ids do not (see :mod:`dozen.kit.ids`)."""
    return time.time_ns() // 1_000_000


def to_datetime(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def from_datetime(moment: datetime) -> int:
    """Milliseconds of an aware datetime; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def add_months(ms: int, months: int) -> int:
    """The same time of the same day so many months on; of a shorter month its last day."""
    first = to_datetime(ms)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return from_datetime(first.replace(year=year, month=month + 1, day=day))


def rfc3339(ms: int) -> str:
    """``2026-11-22T13:05:24.123Z``: always with milliseconds, always UTC."""
    seconds, millis = divmod(ms, 1000)
    parts = time.gmtime(seconds)
    return (
        f"{parts.tm_year:04d}-{parts.tm_mon:02d}-{parts.tm_mday:02d}"
        f"T{parts.tm_hour:02d}:{parts.tm_min:02d}:{parts.tm_sec:02d}.{millis:03d}Z"
    )


def exact(ms: int) -> str:
    """For people: ``Fri 1 May 2026, 09:30 UTC``."""
    return to_datetime(ms).strftime("%a %-d %b %Y, %H:%M UTC")


def parse_rfc3339(text: str) -> int:
    """Milliseconds of an RFC 3339 date or date-time; ValueError when it is neither."""
    return from_datetime(datetime.fromisoformat(text))
