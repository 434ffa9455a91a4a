"""Background work of the front door."""

from __future__ import annotations

from dozen.core import accounts, engagement, jobs, search
from dozen.core.jobs import Handler, Job, Schedule
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.home.service import index


def index_person(tx: Tx, job: Job) -> None:
    """Make somebody findable as they are now; or not any more."""
    index(tx, int(job.payload["id"]))


def sweep_purged(tx: Tx, job: Job) -> None:
    """Have the blocks that do not look for themselves forget the accounts that were purged lately."""
    for purged in accounts.purged(tx, (tx.now - 2 * clock.DAY, 0)):
        search.forget_later(tx, purged.person_id)
        engagement.forget_later(tx, purged.person_id)


WORK: tuple[Handler | Schedule, ...] = (
    jobs.tx_handler("people.changed", index_person),
    jobs.tx_handler("home.sweep_purged", sweep_purged),
    jobs.every("home.sweep_purged", "home.sweep_purged", seconds=3600),
)
