"""Background work for shops."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.jobs import Handler, Job, Schedule
from dozen.kit.env import Env
from dozen.services.wallet.service import delivering, orders, shop_events, shop_settlements


def tick(env: Env, job: Job) -> None:
    """What is due by the clock: intents that nobody paid, payouts."""
    db = jobs.database(env)
    while db.run_write(env, orders.expire):
        pass
    while db.run_write(env, shop_settlements.settle_due):
        pass


def trim(env: Env, job: Job) -> None:
    """Forget old events and their deliveries."""
    db = jobs.database(env)
    while db.run_write(env, shop_events.purge):
        pass


WORK: tuple[Handler | Schedule, ...] = (
    jobs.handler(shop_events.DELIVER, delivering.deliver),
    jobs.handler("wallet.shop_tick", tick),
    jobs.every("wallet.shop_tick", "wallet.shop_tick", seconds=60),
    jobs.handler("wallet.shop_trim", trim),
    jobs.every("wallet.shop_trim", "wallet.shop_trim", daily_at="04:50"),
)
