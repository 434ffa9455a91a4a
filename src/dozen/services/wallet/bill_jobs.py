"""Background work for bills."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.kit.env import Env
from dozen.services.wallet.service import bills


def remind(env: Env, job: Job) -> None:
    """Tell people of bills that are due."""
    db = jobs.database(env)
    after: int | None = 0
    while after is not None:
        after = db.run_write(env, lambda tx, after=after: bills.remind_due(tx, after))  # type: ignore[misc]


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler("wallet.bills_due", remind),
    jobs.every("wallet.bills_due", "wallet.bills_due", daily_at="06:30"),
)
