"""Background work of the front door."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.jobs import Handler, Job
from dozen.db import Tx
from dozen.services.home.service import index


def index_person(tx: Tx, job: Job) -> None:
    """Make somebody findable as they are now; or not any more."""
    index(tx, int(job.payload["id"]))


WORK: tuple[Handler, ...] = (jobs.tx_handler("people.changed", index_person),)
