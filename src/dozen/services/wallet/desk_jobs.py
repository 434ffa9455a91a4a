"""Background work of the operators' desk: proofs, comparing days, ending adjustments, adding up figures."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.kit.env import Env
from dozen.services.wallet.service import adjustments, books, figures, reconciling


def _expire(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, adjustments.expire):
        pass


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler(books.VERIFY, books.prove, attempts=books.ATTEMPTS, lease_seconds=120),
    jobs.handler(reconciling.COMPARE, reconciling.compare, attempts=5, lease_seconds=120),
    jobs.handler("wallet.expire_adjustments", _expire),
    jobs.every("wallet.expire_adjustments", "wallet.expire_adjustments", seconds=3600),
    jobs.handler("wallet.figures", figures.refresh, lease_seconds=600),
    jobs.every("wallet.figures", "wallet.figures", seconds=300),
    jobs.handler("wallet.figures_late", figures.refresh_late, lease_seconds=600),
    jobs.every("wallet.figures_late", "wallet.figures_late", daily_at="01:20"),
)
