"""Background work for mandates."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.kit.env import Env
from dozen.services.wallet.service import mandates


def tick(env: Env, job: Job) -> None:
    """Announce what goes out in a day, and make what is due: each debit in a transaction of its own."""
    db = jobs.database(env)
    while db.run_write(env, mandates.announce):
        pass
    while found := db.run_read(env, mandates.due):
        for mandate_id in found:
            db.run_write(env, lambda tx, mandate_id=mandate_id: mandates.debit(tx, mandate_id))  # type: ignore[misc]


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler("wallet.mandates", tick),
    jobs.every("wallet.mandates", "wallet.mandates", seconds=300),
)
