"""Running one claimed job and settling it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol, TypeVar

import msgspec

from dozen.core.jobs import claims
from dozen.core.jobs.errors import GiveUp
from dozen.core.jobs.handlers import Handler
from dozen.core.jobs.stats import Stats
from dozen.core.jobs.structs import Claimed, Job
from dozen.db import Database, Tx
from dozen.kit.env import Env

T = TypeVar("T")

log = logging.getLogger("dozen.jobs")

_MOST_ERROR = 4_000


class Settle(Protocol):
    """Runs a verb in a write transaction, perhaps waiting for a database that is away."""

    def __call__(self, verb: Callable[[Tx], T], /) -> T: ...


class Held:
    """A job that this process has leased."""

    __slots__ = ("beaten", "claimed", "fraction", "handler", "row")

    def __init__(self, row: Claimed, handler: Handler) -> None:
        self.row = row
        self.handler = handler
        self.claimed = self.beaten = monotonic()
        self.fraction: float | None = None
        """Progress that is not stored yet."""

    def note(self, fraction: float) -> None:
        self.fraction = fraction


def perform(env: Env, db: Database, worker: str, held: Held, settle: Settle) -> str:
    """Run a job; what came of it: ``done``, ``failed``, ``dead`` or ``lost``."""
    row, handler = held.row, held.handler
    began = monotonic()
    try:
        payload: dict[str, Any] = msgspec.json.decode(row.payload)
        if handler.tx_work is not None:
            job = Job(row.id, row.kind, payload, row.attempt, row.created)
            done = db.run_write(env, lambda tx: _with_its_row(tx, worker, held, job))
        else:
            assert handler.work is not None
            handler.work(env, Job(row.id, row.kind, payload, row.attempt, row.created, held.note))
            done = settle(lambda tx: claims.finish(tx, worker, row))
        outcome = "done" if done else "lost"
    except (Exception, SystemExit) as error:
        outcome = _fail(worker, held, error, settle)
    seconds = monotonic() - began
    env.part(Stats).add(row.kind, outcome, seconds)
    if outcome == "lost":
        log.warning("job %s %d: the lease was lost while it ran; another worker has it", row.kind, row.id)
    else:
        log.debug("job %s %d: %s after %.3f s", row.kind, row.id, outcome, seconds)
    return outcome


def _with_its_row(tx: Tx, worker: str, held: Held, job: Job) -> bool:
    """The row goes first: whoever removes it holds it until the commit, so the work is done once."""
    assert held.handler.tx_work is not None
    if not claims.finish(tx, worker, held.row):
        return False
    held.handler.tx_work(tx, job)
    return True


def _fail(worker: str, held: Held, error: BaseException, settle: Settle) -> str:
    row, handler = held.row, held.handler
    what = describe(error)
    last = isinstance(error, GiveUp)
    outcome = settle(lambda tx: claims.fail(tx, worker, row, handler, what, last=last))
    if outcome == "dead":
        log.error("job %s %d given up at attempt %d", row.kind, row.id, row.attempt, exc_info=error)
    elif outcome == "again":
        log.warning("job %s %d failed at attempt %d", row.kind, row.id, row.attempt, exc_info=error)
        return "failed"
    return outcome


def describe(error: BaseException) -> str:
    """The end of a traceback, as text that both databases take."""
    text = "".join(traceback.format_exception(error))[-_MOST_ERROR:]
    return text.replace("\0", "").encode("utf-8", "replace").decode()
