from __future__ import annotations

import msgspec


class Point(msgspec.Struct, frozen=True):
    """``n`` things in the step that begins ``at`` (ms)."""

    at: int
    n: int


class Top(msgspec.Struct, frozen=True):
    subject: int
    n: int


class Bucket(msgspec.Struct, frozen=True):
    """One stored count: of an hour, or of a day once it is old."""

    metric: str
    subject: int
    at: int
    n: int


class Visit(msgspec.Struct, frozen=True):
    """One person on one day."""

    metric: str
    subject: int
    day: int
