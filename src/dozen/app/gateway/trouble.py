"""Misbehaviour on demand. What is set stays set over restarts; ``die_*`` counts down."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Trouble:
    """Rates are 0 to 1, times in milliseconds."""

    latency: int = 0
    """Before acting on a call."""
    slow_rate: float = 1.0
    """How many of the calls have that latency."""
    decline_rate: float = 0.0
    refund_fail_rate: float = 0.0
    payout_fail_rate: float = 0.0
    drop_before: float = 0.0
    """Close the connection without having acted."""
    drop_after: float = 0.0
    """Close the connection having acted."""
    error_before: float = 0.0
    """Answer 500 without having acted."""
    error_after: float = 0.0
    """Answer 500 having acted."""
    garbage: float = 0.0
    """Act, and answer 200 with what is no JSON."""
    duplicate: int = 0
    """Deliver each webhook so many times more."""
    reorder: int = 0
    """Deliver webhooks after a random time up to this."""
    delay: int = 0
    """Deliver webhooks after this time."""
    lose: float = 0.0
    """Never deliver a webhook."""
    forge: float = 0.0
    """Somebody else sends a webhook that says that something was paid, with a signature of their own."""
    die_before: int = 0
    """At the so many-th next call, end the process before it is committed."""
    die_after: int = 0
    """The same, after it is committed and before it is answered."""

    def hit(self, rate: float) -> bool:
        return rate > 0 and random.random() < rate  # noqa: S311 - trouble, not secrets

    def sent_after(self) -> float:
        """Seconds until a webhook is delivered."""
        return (self.delay + random.uniform(0, self.reorder)) / 1000  # noqa: S311


_NAMES: dict[str, type[int] | type[float]] = {
    each.name: float if isinstance(each.default, float) else int for each in fields(Trouble)
}


def read(db: sqlite3.Connection) -> Trouble:
    found = {name: json.loads(value) for name, value in db.execute("SELECT name, value FROM trouble")}
    return Trouble(**{name: value for name, value in found.items() if name in _NAMES})


def change(db: sqlite3.Connection, given: dict[str, Any]) -> Trouble:
    """Set what is named. ValueError for what is none."""
    for name, value in given.items():
        kind = _NAMES.get(name)
        if kind is None:
            raise ValueError(f"there is no {name!r}; there are {', '.join(_NAMES)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{name} must be a number, not below zero")
        db.execute("INSERT OR REPLACE INTO trouble VALUES (?, ?)", (name, json.dumps(kind(value))))
    return read(db)


def calm(db: sqlite3.Connection) -> Trouble:
    db.execute("DELETE FROM trouble")
    return Trouble()


def as_dict(trouble: Trouble) -> dict[str, Any]:
    return asdict(trouble)


def count_down(db: sqlite3.Connection, name: str) -> bool:
    """Whether it is this call's turn to die."""
    left = int(getattr(read(db), name))
    if left <= 0:
        return False
    change(db, {name: left - 1})
    return left == 1
