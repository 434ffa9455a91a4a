"""What search does by the clock and in the background."""

from __future__ import annotations

import time

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.search import sqlite
from dozen.core.search.documents import forget
from dozen.db import Tx
from dozen.kit.env import Env

FORGET_JOB = "search.forget"
TIDY_JOB = "search.tidy"
_PAGES = 64
"""Of 4 KiB, in one transaction: some ten milliseconds."""
_PAUSE_SECONDS = 0.02
"""Between two of them, for others who want to write."""


def forget_later(tx: Tx, person_id: int) -> None:
    """Somebody's account is gone: take what they wrote out of the index, in the background."""
    jobs.enqueue(tx, FORGET_JOB, {"person": person_id}, key=f"{FORGET_JOB}:{person_id}")


def _forget(env: Env, job: Job) -> None:
    db, person_id = jobs.database(env), int(job.payload["person"])
    while db.run_write(env, lambda tx: forget(tx, person_id)):
        pass


def _tidy(env: Env, job: Job) -> None:
    """Merge the segments of SQLite's index, so that a question has fewer to look into.

    After a million documents questions are three to ten times as fast as without.
    """
    db = jobs.database(env)
    while db.dialect == "sqlite" and db.run_write(env, lambda tx: sqlite.merge(tx, _PAGES)):
        time.sleep(_PAUSE_SECONDS)


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler(FORGET_JOB, _forget),
    jobs.handler(TIDY_JOB, _tidy),
    jobs.every(TIDY_JOB, TIDY_JOB, seconds=600),
)
