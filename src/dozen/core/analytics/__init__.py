"""Counting what happens without slowing a request, and reading it back by time."""

from dozen.core.analytics.buffer import FLUSH_SECONDS, Buffer, Flusher, flush
from dozen.core.analytics.errors import BadRange
from dozen.core.analytics.service import (
    KEEP_HOURS,
    KEEP_PEOPLE,
    distinct,
    distinct_series,
    forget_people,
    reach,
    returned,
    roll_up,
    series,
    tidy,
    top,
    total,
)
from dozen.core.analytics.structs import Point, Top

__all__ = [
    "FLUSH_SECONDS",
    "KEEP_HOURS",
    "KEEP_PEOPLE",
    "BadRange",
    "Buffer",
    "Flusher",
    "Point",
    "Top",
    "distinct",
    "distinct_series",
    "flush",
    "forget_people",
    "reach",
    "returned",
    "roll_up",
    "series",
    "tidy",
    "top",
    "total",
]
