"""Background work for the catalogue: what was held and not paid, what moderators took down, who is gone."""

from __future__ import annotations

from dozen.core import accounts, jobs, moderation
from dozen.core.jobs import Handler, Job, Schedule
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.queries import carts as queries
from dozen.services.wallet.service import checkouts, moderating, purchases


def tick(env: Env, job: Job) -> None:
    """Goods that nobody paid in time are for sale again."""
    db = jobs.database(env)
    while db.run_write(env, checkouts.expire):
        pass


def removals(env: Env, job: Job) -> None:
    """Take down what moderators decided on, one transaction each."""
    db = jobs.database(env)
    while found := db.run_read(env, lambda tx: moderation.outstanding(tx, moderating.REALM, limit=50)):
        for each in found:
            db.run_write(env, lambda tx, each=each: moderating.carry_out(tx, each))  # type: ignore[misc]


def trim(env: Env, job: Job) -> None:
    """Forget what was held long ago."""
    jobs.database(env).run_write(env, checkouts.trim)


def forget(env: Env, job: Job) -> None:
    """Forget the carts and addresses of those whose accounts were purged."""
    accounts.forget_purged(env, forget_one)


def forget_one(tx: Tx, person: int) -> bool:
    checkouts.leave(tx, person)
    queries.forget(tx, person=person)
    queries.forget_addresses(tx, person=person)
    queries.forget_checkouts(tx, person=person)
    purchases.forget(tx, person)
    return False


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler("wallet.shopping_tick", tick),
    jobs.every("wallet.shopping_tick", "wallet.shopping_tick", seconds=30),
    jobs.handler(moderating.REMOVALS, removals),
    jobs.every(moderating.REMOVALS, moderating.REMOVALS, seconds=60),
    jobs.handler("wallet.shopping_trim", trim),
    jobs.every("wallet.shopping_trim", "wallet.shopping_trim", daily_at="04:55"),
    jobs.handler("wallet.shopping_forget", forget),
    jobs.every("wallet.shopping_forget", "wallet.shopping_forget", seconds=3600),
)
