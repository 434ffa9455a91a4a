"""Background work of the wallet. A noun that brings work adds it to ``WORK``."""

from __future__ import annotations

from dozen.core import accounts, jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import leaving, reminders, requests, settling


def expire_holds(env: Env, job: Job) -> None:
    """End payments whose hold is over without a decision."""
    db = jobs.database(env)
    after: int | None = 0
    while after is not None:
        after = db.run_write(env, lambda tx, after=after: settling.expire(tx, after))  # type: ignore[misc]


def tick(env: Env, job: Job) -> None:
    """What is due by the clock: requests that nobody answered, reminders."""
    db = jobs.database(env)
    while db.run_write(env, requests.expire):
        pass
    while db.run_write(env, reminders.tell_due):
        pass


def trim(env: Env, job: Job) -> None:
    """Forget codes that nobody used."""
    jobs.database(env).run_write(env, lambda tx: people.old_codes(tx, before=tx.now - 2 * clock.DAY))


def forget(env: Env, job: Job) -> None:
    """Forget those whose accounts were purged."""
    accounts.forget_purged(env, leaving.forget)


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler("wallet.expire_holds", expire_holds),
    jobs.every("wallet.expire_holds", "wallet.expire_holds", seconds=300),
    jobs.handler("wallet.tick", tick),
    jobs.every("wallet.tick", "wallet.tick", seconds=60),
    jobs.handler("wallet.forget", forget),
    jobs.every("wallet.forget", "wallet.forget", seconds=3600),
    jobs.handler("wallet.trim", trim),
    jobs.every("wallet.trim", "wallet.trim", daily_at="04:40"),
)
