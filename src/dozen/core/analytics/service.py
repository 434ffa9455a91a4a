"""Reading counts, and keeping them small: old hours become days, old people become numbers."""

from __future__ import annotations

from dozen.core.analytics import queries
from dozen.core.analytics.buffer import OF_MANY, SAMPLED
from dozen.core.analytics.errors import BadRange
from dozen.core.analytics.structs import Point, Top
from dozen.db import Database, Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env

KEEP_HOURS = 35 * clock.DAY
"""How long hours can be told apart, in milliseconds; after that only days."""
KEEP_PEOPLE = 62 * clock.DAY
"""How long it is known who was seen, in milliseconds; after that only how many, for each day."""
MOST_POINTS = 5_000
MOST_TOP = 1_000

_IN_ONE = 1_000


def series(tx: Tx, metric: str, subject: int, start: int, end: int, step: int) -> list[Point]:
    """How many in each step from the one that ``start`` is in to the last that begins before ``end``.

    Steps are ``step`` milliseconds, whole hours, counted from 1970 UTC; one without counts has 0. What is
    older than :data:`KEEP_HOURS` is known by the day and stands at midnight. What was counted in the last
    few seconds is not there yet. Raises BadRange.
    """
    if step <= 0 or step % clock.HOUR:
        raise BadRange("a step must be whole hours")
    first = _floor(start, step)
    if end - first > MOST_POINTS * step:
        raise BadRange(f"at most {MOST_POINTS} points at once; take a longer step or a shorter range")
    found = dict.fromkeys(range(first, end, step), 0)
    for bucket in queries.buckets.all(
        tx, metric=metric, subject=subject, first=first, first_day=_floor(first, clock.DAY), end=end
    ):
        found[max(first, _floor(bucket.at, step))] += bucket.n
    return [Point(at, n) for at, n in found.items()]


def total(tx: Tx, metric: str, subject: int, start: int, end: int) -> int:
    """How many from the hour that ``start`` is in until ``end`` (by whole days for what is old)."""
    return int(queries.total.first(tx, metric=metric, subject=subject, **_range(start, end)) or 0)


def top(tx: Tx, metric: str, start: int, end: int, limit: int = 10) -> list[Top]:
    """The subjects with the most, the newest first where they are equal. Raises BadRange."""
    if not 1 <= limit <= MOST_TOP:
        raise BadRange(f"between 1 and {MOST_TOP} subjects")
    return queries.top.all(tx, metric=metric, limit=limit, **_range(start, end))


def distinct(tx: Tx, metric: str, subject: int, start: int, end: int) -> int:
    """How many different people were seen on the days from ``start``'s until ``end``, exactly.

    Knows the last :data:`KEEP_PEOPLE`; :func:`distinct_series` has the numbers of single days before.
    """
    first = _floor(start, clock.DAY)
    return queries.distinct.first(tx, metric=metric, subject=subject, first_day=first, end=end) or 0


def returned(tx: Tx, metric: str, subject: int, start: int, end: int, joined: tuple[int, int]) -> int:
    """As :func:`distinct`, of those people alone who joined from the first moment until the second: their ids
    say when that was."""
    return (
        queries.distinct_of.first(
            tx,
            metric=metric,
            subject=subject,
            first_day=_floor(start, clock.DAY),
            end=end,
            low=ids.at(joined[0]),
            high=ids.at(joined[1]),
        )
        or 0
    )


def reach(tx: Tx, metric: str, subject: int, start: int, end: int) -> int:
    """How many different people something was shown to (see :meth:`Buffer.shown`): exact for what few see,
    an estimate for what many do."""
    few = distinct(tx, metric, subject, start, end)
    return few + SAMPLED * distinct(tx, metric + OF_MANY, subject, start, end)


def distinct_series(tx: Tx, metric: str, subject: int, start: int, end: int) -> list[Point]:
    """How many different people on each day (UTC). Raises BadRange."""
    first = _floor(start, clock.DAY)
    if end - first > MOST_POINTS * clock.DAY:
        raise BadRange(f"at most {MOST_POINTS} days at once")
    found = dict.fromkeys(range(first, end, clock.DAY), 0)
    for at, n in queries.distinct_by_day.all(tx, metric=metric, subject=subject, first_day=first, end=end):
        found[at] += n
    return [Point(at, n) for at, n in found.items()]


def roll_up(tx: Tx, metric: str, now: int | None = None) -> bool:
    """Put some hours of ``metric`` that are old into their days; whether there are more."""
    tx.must_write()
    before = _floor((tx.now if now is None else now) - KEEP_HOURS, clock.DAY)
    taken = queries.take_hours.all(tx, metric=metric, before=before, limit=_IN_ONE)
    sums: dict[tuple[int, int], int] = {}
    for each in taken:
        key = (each.subject, _floor(each.at, clock.DAY))
        sums[key] = sums.get(key, 0) + each.n
    queries.add_day.many(
        tx, ({"metric": metric, "subject": who, "at": at, "n": n} for (who, at), n in sorted(sums.items()))
    )
    return len(taken) == _IN_ONE


def forget_people(tx: Tx, now: int | None = None) -> bool:
    """Put a number in the place of some people seen long ago; whether there are more."""
    tx.must_write()
    before = _floor((tx.now if now is None else now) - KEEP_PEOPLE, clock.DAY)
    taken = queries.take_visits.all(tx, before=before, limit=_IN_ONE)
    sums: dict[tuple[str, int, int], int] = {}
    for each in taken:
        key = (each.metric, each.subject, each.day)
        sums[key] = sums.get(key, 0) + 1
    queries.add_people_day.many(
        tx, ({"metric": m, "subject": s, "at": day, "n": n} for (m, s, day), n in sorted(sums.items()))
    )
    return len(taken) == _IN_ONE


def tidy(env: Env, db: Database, now: int | None = None) -> None:
    """Roll up and forget whatever is due, in many short transactions. For a job that runs once a day."""
    metric: str | None = ""
    while metric is not None:
        metric = _tidy_after(env, db, metric, now)
    while db.run_write(env, lambda tx: forget_people(tx, now)):
        pass


def _tidy_after(env: Env, db: Database, last: str, now: int | None) -> str | None:
    """Roll up the metric that comes next, and say which that was."""
    metric = db.run_read(env, lambda tx: queries.next_metric.first(tx, after=last))
    if metric is not None:
        name: str = metric
        while db.run_write(env, lambda tx: roll_up(tx, name, now)):
            pass
    return metric


def _range(start: int, end: int) -> dict[str, int]:
    return {"first": _floor(start, clock.HOUR), "first_day": _floor(start, clock.DAY), "end": end}


def _floor(moment: int, step: int) -> int:
    return moment - moment % step
