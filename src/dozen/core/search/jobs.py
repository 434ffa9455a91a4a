"""What search does by the clock."""

from __future__ import annotations

import time

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.search import sqlite
from dozen.kit.env import Env

TIDY_JOB = "search.tidy"
_PAGES = 64
"""Of 4 KiB, in one transaction: some ten milliseconds."""
_PAUSE_SECONDS = 0.02
"""Between two of them, for others who want to write."""


def _tidy(env: Env, job: Job) -> None:
    """Merge the segments of SQLite's index, so that a question has fewer to look into.

    After a million documents questions are three to ten times as fast as without.
    """
    db = jobs.database(env)
    while db.dialect == "sqlite" and db.run_write(env, lambda tx: sqlite.merge(tx, _PAGES)):
        time.sleep(_PAUSE_SECONDS)


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler(TIDY_JOB, _tidy),
    jobs.every(TIDY_JOB, TIDY_JOB, seconds=600),
)
