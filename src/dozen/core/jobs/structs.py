from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec


def _nowhere(fraction: float) -> None:
    """Where progress goes that nobody stores."""


class Job(msgspec.Struct, frozen=True):
    """A job as its handler gets it. ``attempt`` is 1 at the first try, ``created`` in milliseconds."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    created: int
    report: Callable[[float], None] = _nowhere

    def progress(self, fraction: float) -> None:
        """Say how much is done, 0 to 1. Costs nothing: the runner stores the newest about once a second.

        A ``tx_handler``'s progress is not stored, for nothing of it is to be seen before it is done.
        """
        self.report(min(1.0, max(0.0, fraction)))


class Claimed(msgspec.Struct, frozen=True):
    """A job's row, leased to one worker: only who names ``worker`` and ``attempt`` may settle it."""

    id: int
    kind: str
    payload: str
    key: str | None
    attempt: int
    created: int


class DeadJob(msgspec.Struct, frozen=True):
    """A job that was given up. ``died`` is in milliseconds, ``error`` the end of its last traceback."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempt: int
    error: str
    created: int
    died: int

    @classmethod
    def of_row(
        cls,
        job_id: int,
        kind: str,
        payload: str,
        attempt: int,
        error: str | None,
        created: int,
        died: int,
    ) -> DeadJob:
        return cls(job_id, kind, msgspec.json.decode(payload), attempt, error or "", created, died)


class KindCounts(msgspec.Struct, frozen=True):
    """How many jobs of a kind are in the queue; ``oldest`` is when the first waiting one was due."""

    kind: str
    waiting: int
    running: int
    dead: int
    oldest: int | None
