"""Background work of the front door."""

from __future__ import annotations

from dozen.core import accounts, engagement, jobs, search
from dozen.core.jobs import Handler, Job, Schedule
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.home.service import index


def index_person(tx: Tx, job: Job) -> None:
    """Make somebody findable as they are now; or not any more."""
    index(tx, int(job.payload["id"]))


def forget(env: Env, job: Job) -> None:
    """Have the blocks that do not look for themselves forget those whose accounts were purged."""
    accounts.forget_purged(env, lambda tx, person: search.forget(tx, person))
    accounts.forget_purged(env, lambda tx, person: engagement.forget(tx, person))


WORK: tuple[Handler | Schedule, ...] = (
    jobs.tx_handler("people.changed", index_person),
    jobs.handler("home.forget", forget),
    jobs.every("home.forget", "home.forget", seconds=3600),
)
