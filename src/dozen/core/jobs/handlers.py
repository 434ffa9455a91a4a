"""What blocks and rooms declare: which function does which kind of job, and what runs by the clock."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from dozen.core.jobs.structs import Job
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

Work: TypeAlias = Callable[[Env, Job], None]
TxWork: TypeAlias = Callable[[Tx, Job], None]

_LONGEST_BACKOFF = clock.HOUR
_HH_MM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """Who does a kind of job. Made by :func:`handler` or :func:`tx_handler`."""

    kind: str
    work: Work | None = None
    tx_work: TxWork | None = None
    attempts: int
    lease: int
    backoff: int

    def delay(self, attempt: int) -> int:
        """Milliseconds to wait after the ``attempt``-th try failed: doubling, at most an hour, ±25 %."""
        plain = min(_LONGEST_BACKOFF, self.backoff << min(attempt - 1, 30))
        return round(plain * random.uniform(0.75, 1.25))  # noqa: S311 - spreads retries, keeps no secret


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A job that the clock enqueues. Made by :func:`every`. Times in milliseconds, UTC."""

    name: str
    kind: str
    period: int
    offset: int
    payload: dict[str, Any]

    @property
    def rule(self) -> str:
        """What decides its times: when this changes, the stored next time is thrown away."""
        return f"{self.period}+{self.offset}"

    def next_after(self, now: int) -> int:
        """The first due time after ``now``: times are whole periods since 1970, plus the offset."""
        return ((now - self.offset) // self.period + 1) * self.period + self.offset


def handler(
    kind: str, fn: Work, *, attempts: int = 8, lease_seconds: float = 60, backoff_seconds: float = 5
) -> Handler:
    """``fn(env, job)`` does jobs of ``kind`` and opens its own transactions.

    It may run more than once for one job (its process can die after the work and before the job is
    marked done), so it must not mind. A process that dies loses its jobs after ``lease_seconds``;
    while it lives, the lease is renewed for as long as ``fn`` takes.
    """
    return _made(kind, attempts, lease_seconds, backoff_seconds, work=fn)


def tx_handler(
    kind: str, fn: TxWork, *, attempts: int = 8, lease_seconds: float = 60, backoff_seconds: float = 5
) -> Handler:
    """``fn(tx, job)`` runs in the transaction that removes the job, so its effect is exactly-once.

    Keep it short: on SQLite nobody else writes meanwhile.
    """
    return _made(kind, attempts, lease_seconds, backoff_seconds, tx_work=fn)


def _made(kind: str, attempts: int, lease_seconds: float, backoff_seconds: float, **work: Any) -> Handler:
    if attempts < 1 or lease_seconds < 0.5 or backoff_seconds <= 0:
        raise ValueError(f"{kind}: at least one attempt, half a second of lease and some back-off are needed")
    lease, backoff = round(lease_seconds * clock.SECOND), round(backoff_seconds * clock.SECOND)
    return Handler(kind=kind, attempts=attempts, lease=lease, backoff=backoff, **work)


def every(
    name: str,
    kind: str,
    *,
    seconds: int | None = None,
    daily_at: str | None = None,
    payload: dict[str, Any] | None = None,
) -> Schedule:
    """Enqueue ``kind`` every so many seconds, or each day at ``HH:MM`` UTC; once for all processes together.

    Times missed while nothing ran are made up for by one job. While one still waits, no second is added.
    """
    if (seconds is None) == (daily_at is None):
        raise ValueError(f"{name}: give either seconds or daily_at")
    period, offset = clock.DAY, 0
    if daily_at is not None:
        found = _HH_MM.fullmatch(daily_at)
        if not found:
            raise ValueError(f"{name}: daily_at must be HH:MM, not {daily_at!r}")
        offset = int(found[1]) * clock.HOUR + int(found[2]) * clock.MINUTE
    elif seconds is not None:
        if seconds < 1:
            raise ValueError(f"{name}: at most once a second")
        period = seconds * clock.SECOND
    return Schedule(name=name, kind=kind, period=period, offset=offset, payload=payload or {})


class Registry:
    """The handlers and schedules of this process."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.schedules: dict[str, Schedule] = {}

    @classmethod
    def build(cls, env: Env) -> Registry:
        return cls()

    def add(self, *items: Handler | Schedule) -> None:
        """ValueError when a kind or a name is taken by something else."""
        for item in items:
            if isinstance(item, Handler):
                if self.handlers.setdefault(item.kind, item) != item:
                    raise ValueError(f"two handlers for jobs of kind {item.kind!r}")
            elif self.schedules.setdefault(item.name, item) != item:
                raise ValueError(f"two schedules named {item.name!r}")
