"""What accounts does in the background. Writing down when people were last seen is not here: every
process does that for itself (``flush_seen``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dozen.core.accounts import deletion, letters, people_queries
from dozen.core.jobs import Handler, Job, Schedule, database, every, tx_handler
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

_PURGED_AT_ONCE = 10
_LOOK_BACK = 7 * clock.DAY
"""Purged accounts are looked at again for so long: what is forgotten already costs next to nothing."""


def sweep(tx: Tx) -> int:
    """Remove what has run out: sessions, tokens, letters, codes, names, attempts. Gives how many rows."""
    gone = sum(statement(tx, now=tx.now) for statement in people_queries.sweep)
    gone += people_queries.sweep_attempts(tx, until=tx.now - 2 * clock.DAY)
    gone += people_queries.sweep_codes(tx, until=tx.now - clock.DAY)  # a used code may still show up again
    return gone + people_queries.sweep_apps(tx, until=tx.now - 30 * clock.DAY)


def purge_due(tx: Tx, limit: int = _PURGED_AT_ONCE) -> int:
    """Purge accounts whose 30 days are over, a few at a time; gives how many."""
    due = deletion.due_for_purge(tx, limit)
    for person_id in due:
        deletion.purge(tx, person_id)
    return len(due)


def _reset(tx: Tx, job: Job) -> None:
    letters.send_reset(tx, str(job.payload["email"]))


def _sweep(tx: Tx, job: Job) -> None:
    sweep(tx)


def _purge(tx: Tx, job: Job) -> None:
    purge_due(tx)


def forget_purged(env: Env, forget: Callable[..., bool]) -> None:
    """Have a block forget those whose accounts were purged lately: ``forget(tx, person=…)``, each step in
    a transaction of its own, until it says that there is no more."""
    db, after = database(env), (clock.now() - _LOOK_BACK, 0)
    while gone := db.run_read(env, partial(deletion.purged, after=after)):
        for each in gone:
            while db.run_write(env, partial(forget, person=each.person_id)):
                pass
        after = (gone[-1].at, gone[-1].person_id)


JOBS: tuple[Handler | Schedule, ...] = (
    tx_handler(letters.RESET_JOB, _reset),
    tx_handler("accounts.sweep", _sweep),
    tx_handler("accounts.purge", _purge),
    every("accounts.sweep", "accounts.sweep", seconds=3600),
    every("accounts.purge", "accounts.purge", seconds=300),
)
