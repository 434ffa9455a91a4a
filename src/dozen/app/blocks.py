"""What the blocks run in the background: their jobs and schedules."""

from __future__ import annotations

from dozen.core import (
    accounts,
    analytics,
    engagement,
    graph,
    inventory,
    ledger,
    mail,
    media,
    messaging,
    notifications,
    payments,
    realtime,
    search,
    texting,
)
from dozen.core.jobs import Handler, Job, Schedule, database, every, handler, tx_handler
from dozen.db import Tx
from dozen.kit.env import Env


def _trim_events(tx: Tx, job: Job) -> None:
    realtime.trim(tx)


def _tidy_numbers(env: Env, job: Job) -> None:
    analytics.tidy(env, database(env))


WORK: tuple[Handler | Schedule, ...] = (
    tx_handler("realtime.trim", _trim_events),
    every("realtime.trim", "realtime.trim", seconds=300),
    handler("analytics.tidy", _tidy_numbers, lease_seconds=600),
    every("analytics.tidy", "analytics.tidy", daily_at="03:20"),
    *mail.JOBS,
    *media.JOBS,
    *accounts.JOBS,
    *graph.JOBS,
    *engagement.JOBS,
    *inventory.JOBS,
    *ledger.JOBS,
    *notifications.JOBS,
    *payments.JOBS,
    *messaging.JOBS,
    *search.JOBS,
    *texting.JOBS,
)
