"""What payments do in the background."""

from __future__ import annotations

import logging
from functools import partial

from dozen.core import accounts, jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.core.payments.driving import DRIVE, drive_job, recover
from dozen.core.payments.forgetting import forget, trim
from dozen.core.payments.gateway import Refused, Unknown
from dozen.core.payments.listening import TELL, tell_again
from dozen.core.payments.parts import Gateways
from dozen.core.payments.settling import days_to_compare, reconcile
from dozen.db import Tx
from dozen.kit.env import Env

log = logging.getLogger("dozen.payments")


def _recover(tx: Tx, job: Job) -> None:
    recover(tx)


def _settle(env: Env, job: Job) -> None:
    """Compare yesterday, and late days that had differences, with each gateway's file."""
    db = jobs.database(env)
    for name in env.part(Gateways).names():
        for day in db.run_read(env, partial(days_to_compare, gateway=name)):
            try:
                file = env.part(Gateways).get(name).settlement_file(day)
            except Refused as refused:
                log.warning("%s has no settlement file of day %d: %s", name, day, refused)
                continue
            except Unknown as unknown:
                raise RuntimeError(f"{name} did not give its settlement file: {unknown}") from unknown
            report = db.run_write(env, partial(reconcile, gateway=name, day=day, file=file))
            if report.settlement.differences:
                log.error(
                    "%s, day %d: %d open differences with the settlement file",
                    name, day, report.settlement.differences,
                )  # fmt: skip


def _trim(env: Env, job: Job) -> None:
    db = jobs.database(env)
    while db.run_write(env, trim):
        pass


def _forget(env: Env, job: Job) -> None:
    """Remove what purged accounts had saved."""
    accounts.forget_purged(env, forget)


JOBS: tuple[Handler | Schedule, ...] = (
    jobs.handler(DRIVE, drive_job, attempts=5, lease_seconds=120),
    jobs.tx_handler(TELL, tell_again, attempts=20),
    jobs.tx_handler("payments.recover", _recover),
    jobs.handler("payments.settle", _settle, attempts=10, lease_seconds=600, backoff_seconds=120),
    jobs.handler("payments.trim", _trim, lease_seconds=600),
    jobs.handler("payments.forget", _forget),
    jobs.every("payments.recover", "payments.recover", seconds=30),
    jobs.every("payments.settle", "payments.settle", daily_at="02:30"),
    jobs.every("payments.trim", "payments.trim", daily_at="03:40"),
    jobs.every("payments.forget", "payments.forget", seconds=3600),
)
