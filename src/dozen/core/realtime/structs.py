from __future__ import annotations

from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Something that happened: ``key`` says to whom or to what, ``data`` is small."""

    seq: int
    at: int
    topic: str
    key: int
    data: Any

    @classmethod
    def of_row(cls, seq: int, at: int, topic: str, key: int, data: str) -> Event:
        return cls(seq, at, topic, key, msgspec.json.decode(data))
