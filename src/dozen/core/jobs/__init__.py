"""Work that must happen, stored in the same transaction as its cause; and work by the clock."""

from dozen.core.jobs.errors import AlreadyStarted, GiveUp, NoSuchJob, PayloadTooLarge
from dozen.core.jobs.handlers import Handler, Registry, Schedule, every, handler, tx_handler
from dozen.core.jobs.runner import Runner
from dozen.core.jobs.service import (
    MOST_PAYLOAD,
    database,
    dead,
    discard,
    enqueue,
    overview,
    progress,
    retry,
    waiting,
)
from dozen.core.jobs.stats import Stat, Stats
from dozen.core.jobs.structs import DeadJob, Job, KindCounts

__all__ = [
    "MOST_PAYLOAD",
    "AlreadyStarted",
    "DeadJob",
    "GiveUp",
    "Handler",
    "Job",
    "KindCounts",
    "NoSuchJob",
    "PayloadTooLarge",
    "Registry",
    "Runner",
    "Schedule",
    "Stat",
    "Stats",
    "database",
    "dead",
    "discard",
    "enqueue",
    "every",
    "handler",
    "overview",
    "progress",
    "retry",
    "tx_handler",
    "waiting",
]
