"""What messaging does in the background."""

from __future__ import annotations

from functools import partial

from dozen.core import accounts, jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.messaging.forgetting import forget, sweep
from dozen.core.messaging.opening import SWEEP_JOB
from dozen.kit import clock
from dozen.kit.env import Env

_LOOK_BACK = 7 * clock.DAY
"""Purged accounts are looked at again for so long: what is forgotten already costs next to nothing."""


def _forget(env: Env, job: Job) -> None:
    """Take away what purged accounts wrote."""
    db, after = jobs.database(env), (clock.now() - _LOOK_BACK, 0)
    while gone := db.run_read(env, partial(accounts.purged, after=after)):
        for each in gone:
            while db.run_write(env, partial(forget, person=each.person_id)):
                pass
        after = (gone[-1].at, gone[-1].person_id)


def _sweep(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, partial(sweep, conversation=int(job.payload["conversation"]))):
        pass


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("messaging.forget", _forget),
    jobs.handler(SWEEP_JOB, _sweep),
    jobs.every("messaging.forget", "messaging.forget", seconds=3600),
)
