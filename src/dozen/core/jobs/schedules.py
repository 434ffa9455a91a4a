"""Jobs by the clock: a row per schedule says when it is next due, and whoever moves the row enqueues."""

from __future__ import annotations

from collections.abc import Mapping

from dozen.core.jobs import queries
from dozen.core.jobs.handlers import Schedule
from dozen.core.jobs.service import enqueue
from dozen.db import Tx


def ensure(tx: Tx, schedules: Mapping[str, Schedule]) -> None:
    """Give every schedule its row; one whose rule has changed gets a new next time."""
    for name in sorted(schedules):
        rule, at = schedules[name].rule, schedules[name].next_after(tx.now)
        if not queries.put_schedule(tx, name=name, rule=rule, next_at=at):
            queries.change_schedule(tx, this=name, now_rule=rule, at=at)


def due(tx: Tx, schedules: Mapping[str, Schedule], now: int | None = None) -> list[tuple[str, int]]:
    """Names and times of schedules that are due."""
    moment = tx.now if now is None else now
    return queries.schedules_due.all(tx, now=moment, names=list(schedules)) if schedules else []


def fire(tx: Tx, schedules: Mapping[str, Schedule], now: int | None = None) -> int:
    """Enqueue what is due and set the next times; how many. A process that comes second finds nothing."""
    moment = tx.now if now is None else now
    fired = 0
    for name, old in due(tx, schedules, now):
        schedule = schedules[name]
        if queries.move_schedule(tx, this=name, old=old, at=schedule.next_after(moment)):
            enqueue(tx, schedule.kind, schedule.payload, key=f"schedule:{name}")
            fired += 1
    return fired
