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


def sweep(env: Env, job: Job) -> None:
    """What came back to people who are gone, however long ago, goes where operators see it."""
    db, after = jobs.database(env), (0, 0)
    while gone := db.run_read(env, lambda tx, after=after: accounts.purged(tx, after)):  # type: ignore[misc]
        people = [each.person_id for each in gone]
        for person in db.run_read(env, lambda tx, people=people: leaving.with_money(tx, people)):  # type: ignore[misc]
            db.run_write(env, lambda tx, person=person: leaving.sweep(tx, person))  # type: ignore[misc]
        after = (gone[-1].at, gone[-1].person_id)


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler("wallet.expire_holds", expire_holds),
    jobs.every("wallet.expire_holds", "wallet.expire_holds", seconds=300),
    jobs.handler("wallet.tick", tick),
    jobs.every("wallet.tick", "wallet.tick", seconds=60),
    jobs.handler("wallet.forget", forget),
    jobs.every("wallet.forget", "wallet.forget", seconds=3600),
    jobs.handler("wallet.sweep", sweep),
    jobs.every("wallet.sweep", "wallet.sweep", daily_at="04:20"),
    jobs.handler("wallet.trim", trim),
    jobs.every("wallet.trim", "wallet.trim", daily_at="04:40"),
)
