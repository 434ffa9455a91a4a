"""Background work for disputes and papers."""

from __future__ import annotations

from dozen.core import accounts, jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.service import disputes, exhibits, identities
from dozen.services.wallet.service.risk import checking


def pass_on(env: Env, job: Job) -> None:
    """Disputes that nobody answered in time go to the operators."""
    db = jobs.database(env)
    while db.run_write(env, disputes.pass_on):
        pass


def forget(env: Env, job: Job) -> None:
    """Forget habits, devices, papers and words of those whose accounts were purged."""
    accounts.forget_purged(env, _forget)


def _forget(tx: Tx, person: int) -> bool:
    identities.forget(tx, person)
    checking.forget(tx, person)
    disputes.forget(tx, person)
    return False


def let_go(tx: Tx, job: Job) -> None:
    """``{"dispute": …}``: it ended long ago, and its files may be deleted."""
    exhibits.let_go(tx, job.payload["dispute"])


WORK: tuple[Handler | Schedule, ...] = (
    jobs.tx_handler(exhibits.JOB, let_go),
    jobs.handler("wallet.disputes_due", pass_on),
    jobs.every("wallet.disputes_due", "wallet.disputes_due", seconds=600),
    jobs.handler("wallet.forget_risk", forget),
    jobs.every("wallet.forget_risk", "wallet.forget_risk", seconds=3600),
)
