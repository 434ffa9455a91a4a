"""What messaging does in the background."""

from __future__ import annotations

from functools import partial

from dozen.core import accounts, jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.messaging.forgetting import forget, sweep
from dozen.core.messaging.opening import SWEEP_JOB
from dozen.kit.env import Env


def _forget(env: Env, job: Job) -> None:
    """Take away what purged accounts wrote."""
    accounts.forget_purged(env, forget)


def _sweep(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, partial(sweep, conversation=int(job.payload["conversation"]))):
        pass


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("messaging.forget", _forget),
    jobs.handler(SWEEP_JOB, _sweep),
    jobs.every("messaging.forget", "messaging.forget", seconds=3600),
)
