"""What notifications do by the clock and in the background."""

from __future__ import annotations

from functools import partial

from dozen.core import accounts, jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.notifications import queries
from dozen.core.notifications.reading import forget
from dozen.core.notifications.telling import AT_ONCE, trim_old
from dozen.kit import clock, ids
from dozen.kit.env import Env

KEEP_FOR = 365 * clock.DAY
"""How long items are kept, in milliseconds."""
_PEOPLE = 200


def _forget(env: Env, job: Job) -> None:
    """Take away what those were told and caused whose accounts were purged."""
    accounts.forget_purged(env, forget)


def _trim(env: Env, job: Job) -> None:
    """A year is enough. (How many are kept of one person is seen to when they are told.)"""
    db, last = jobs.database(env), 0
    before = ids.at(clock.now() - KEEP_FOR)
    while people := db.run_read(env, partial(queries.people_after.all, after=last, limit=_PEOPLE)):
        while db.run_write(env, partial(trim_old, people=people, before=before)) >= AT_ONCE:
            pass
        last = people[-1]


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("notifications.forget", _forget),
    jobs.handler("notifications.trim", _trim),
    jobs.every("notifications.forget", "notifications.forget", seconds=3600),
    jobs.every("notifications.trim", "notifications.trim", daily_at="03:40"),
)
