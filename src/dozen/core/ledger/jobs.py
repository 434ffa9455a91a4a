"""What the ledger does by the clock."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.ledger.holding import expire
from dozen.core.ledger.keys import purge_keys
from dozen.core.ledger.sealing import seal_all
from dozen.kit.env import Env


def _expire(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, expire):
        pass


def _purge(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, purge_keys):
        pass


def _seal(env: Env, job: Job) -> None:
    seal_all(env, jobs.database(env))


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler("ledger.expire", _expire),
    jobs.every("ledger.expire", "ledger.expire", seconds=15),
    jobs.handler("ledger.purge", _purge, lease_seconds=600),
    jobs.every("ledger.purge", "ledger.purge", seconds=3600),
    jobs.handler("ledger.seal", _seal, lease_seconds=600),
    jobs.every("ledger.seal", "ledger.seal", seconds=30),
)
