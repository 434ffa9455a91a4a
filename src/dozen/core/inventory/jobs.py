"""Tidying holds that are over."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.inventory.holding import expire
from dozen.core.jobs import Handler, Job, Schedule
from dozen.kit.env import Env


def _expire(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, expire):
        pass


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("inventory.expire", _expire),
    jobs.every("inventory.expire", "inventory.expire", seconds=60),
)
