"""Figures for operators: volume and fees, who is active, how far new people get, refusals, shops.

Payments are added up beforehand, by the hour and kind, and who was active by the day: reports never read
a history. A job keeps the running hours and day; each night it does the last :data:`LATE` again, in which
payments that were held may still have moved. Fees come from the ledger, refusals from the analytics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dozen.core import analytics, jobs, ledger
from dozen.core.accounts import Actor
from dozen.core.jobs import Job
from dozen.db import Tx
from dozen.kit import clock, ids, money
from dozen.kit.env import Env
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.queries import figures as queries
from dozen.services.wallet.service import desk, refusals, sheets, wallets
from dozen.services.wallet.service.history import title_of
from dozen.services.wallet.structs.figures import (
    ActiveDay,
    Funnel,
    KindSum,
    Refusals,
    Refused,
    ShopSum,
    Span,
    Volume,
    VolumeDay,
)

LONGEST = 400
"""Days of one report."""
LATE = 31 * clock.DAY
"""A payment is held no longer than an authorisation lasts: thirty days."""
TOP = 20
_INTO_WALLETS = ("refund", "adjustment", "fee")
"""Kinds that are no volume."""


def span(tx: Tx, start: int | None, end: int | None) -> Span:
    """Whole days from the one that ``start`` is in to the one before ``end``; the last thirty if nothing is
    said. Raises BadTime."""
    today = tx.now // clock.DAY * clock.DAY
    last = today + clock.DAY if end is None else -(-end // clock.DAY) * clock.DAY
    first = last - 30 * clock.DAY if start is None else start // clock.DAY * clock.DAY
    if not 0 < (last - first) // clock.DAY <= LONGEST:
        raise BadTime(fields={"start": f"A report is of 1 to {LONGEST} days"})
    return Span(first, last)


def currencies(tx: Tx, actor: Actor) -> list[str]:
    """In which anything was paid; the installation's own first. Raises NotOperator."""
    desk.must_be_admin(actor)
    home = wallets.home_currency(tx)
    found = {home, *queries.currencies.all(tx)}
    return sorted(found, key=lambda each: (each != home, each))


# Reports. All raise NotOperator.


def volume(tx: Tx, actor: Actor, currency: str, of: Span) -> Volume:
    """What moved on each day and by kind, and what the house and the gateways kept of it."""
    desk.must_be_admin(actor)
    days: dict[int, list[int]] = {day: [0, 0, 0] for day in _days(of)}
    kinds: dict[str, list[int]] = {}
    for hour, kind, count, amount in queries.by_hour.all(tx, currency=currency, start=of.start, end=of.end):
        day = days[hour // clock.DAY * clock.DAY]
        if kind == "refund":
            day[2] += amount
        elif kind not in _INTO_WALLETS:
            day[0] += count
            day[1] += amount
        by_kind = kinds.setdefault(kind, [0, 0])
        by_kind[0] += count
        by_kind[1] += amount
    fees = _kept(tx, "wallet.fees", currency, of)
    costs = _kept(tx, "payments.fees", currency, of)
    return Volume(
        currency,
        tuple(
            VolumeDay(day, count, amount, refunded, fees.get(day, 0), -costs.get(day, 0))
            for day, (count, amount, refunded) in days.items()
        ),
        tuple(
            KindSum(kind, title_of(kind), count, amount)
            for kind, (count, amount) in sorted(kinds.items(), key=lambda each: -each[1][1])
        ),
    )


def _days(of: Span) -> range:
    return range(of.start, of.end, clock.DAY)


def _kept(tx: Tx, purpose: str, currency: str, of: Span) -> dict[int, int]:
    """What one of the house's accounts got each day, less what it gave."""
    account = ledger.find_account(tx, 0, purpose, currency)
    if account is None:
        return {}
    found = ledger.daily_totals(tx, account.id, start=of.start, end=of.end)
    return {each.day: each.credit - each.debit for each in found}


def active(tx: Tx, actor: Actor, currency: str, of: Span) -> list[ActiveDay]:
    """How many different people paid on each day, and how many paid or got anything."""
    desk.must_be_admin(actor)
    found = {
        each.day: each for each in queries.active_days.all(tx, currency=currency, start=of.start, end=of.end)
    }
    return [found.get(day) or ActiveDay(day, 0, 0) for day in _days(of)]


def funnel(tx: Tx, actor: Actor, of: Span) -> Funnel:
    """How far those have come who began to open a wallet in that time."""
    desk.must_be_admin(actor)
    found = queries.funnel.first(tx, start=of.start, end=of.end)
    assert found is not None
    return found


def refused(tx: Tx, actor: Actor, of: Span) -> Refusals:
    """Payments that were not let through, by day and by code."""
    desk.must_be_admin(actor)
    days = analytics.series(tx, refusals.METRIC, 0, of.start, of.end, clock.DAY)
    known = refusals.titles()
    codes = [
        Refused(*known.get(each.subject, ("other", "Something that is not known any more")), each.n)
        for each in analytics.top(tx, refusals.METRIC, of.start, of.end, limit=200)
        if each.subject
    ]
    return Refusals(tuple((each.at, each.n) for each in days), tuple(codes))


def shops(tx: Tx, actor: Actor, currency: str, of: Span, limit: int = TOP) -> list[ShopSum]:
    """Those that took the most."""
    desk.must_be_admin(actor)
    found = queries.top_shops.all(tx, live=True, currency=currency, start=of.start, end=of.end, limit=limit)
    return [ShopSum(row[0], row[1], row[2], *(int(each) for each in row[3:])) for row in found]


# As files

Table = tuple[Sequence[str], Iterable[Sequence[object]]]


def _date(day: int) -> str:
    return clock.rfc3339(day)[:10]


def _volume_table(tx: Tx, actor: Actor, currency: str, of: Span) -> Table:
    found = volume(tx, actor, currency, of)
    head = ("day", "currency", "payments", "amount", "refunded", "fees", "gateway_costs")
    return head, (
        (
            _date(each.day),
            currency,
            each.count,
            *(money.plain(n, currency) for n in (each.amount, each.refunded, each.fees, each.costs)),
        )
        for each in found.days
    )


def _kinds_table(tx: Tx, actor: Actor, currency: str, of: Span) -> Table:
    found = volume(tx, actor, currency, of)
    return ("kind", "currency", "payments", "amount"), (
        (each.kind, currency, each.count, money.plain(each.amount, currency)) for each in found.kinds
    )


def _active_table(tx: Tx, actor: Actor, currency: str, of: Span) -> Table:
    found = active(tx, actor, currency, of)
    return ("day", "currency", "payers", "active"), (
        (_date(each.day), currency, each.payers, each.active) for each in found
    )


def _funnel_table(tx: Tx, actor: Actor, currency: str, of: Span) -> Table:
    return ("step", "people"), ((name, n) for name, _, n in funnel(tx, actor, of).steps())


def _refusals_table(tx: Tx, actor: Actor, currency: str, of: Span) -> Table:
    found = refused(tx, actor, of)
    return ("code", "title", "count"), ((each.code, each.title, each.count) for each in found.codes)


def _shops_table(tx: Tx, actor: Actor, currency: str, of: Span) -> Table:
    found = shops(tx, actor, currency, of, limit=1_000)
    return ("merchant", "name", "currency", "payments", "gross", "fees", "refunded"), (
        (
            each.merchant,
            sheets.harmless(each.name),
            currency,
            each.count,
            *(money.plain(n, currency) for n in (each.gross, each.fees, each.refunded)),
        )
        for each in found
    )


TABLES: dict[str, Callable[[Tx, Actor, str, Span], Table]] = {
    "volume": _volume_table,
    "kinds": _kinds_table,
    "active": _active_table,
    "funnel": _funnel_table,
    "refusals": _refusals_table,
    "shops": _shops_table,
}


def as_csv(tx: Tx, actor: Actor, name: str, currency: str, of: Span) -> str:
    """One of :data:`TABLES`; amounts are exact decimals."""
    head, lines = TABLES[name](tx, actor, currency, of)
    return sheets.as_csv([head, *lines])


# Adding up


def refresh(env: Env, job: Job) -> None:
    """What is new since the last time; all that there is, the first time."""
    db = jobs.database(env)
    begin = db.run_read(env, lambda tx: queries.newest_hour.first(tx)) or 0
    day = db.run_read(env, lambda tx: queries.newest_day.first(tx)) or 0
    _again(env, max(0, begin - clock.HOUR), clock.HOUR, add_hour, job)
    _again(env, day, clock.DAY, add_day, job)


def refresh_late(env: Env, job: Job) -> None:
    """The last month again, for what was held meanwhile."""
    begin = (clock.now() - LATE) // clock.DAY * clock.DAY
    _again(env, begin, clock.HOUR, add_hour, job)
    _again(env, begin, clock.DAY, add_day, job)


def _again(env: Env, begin: int, step: int, add: Callable[[Tx, int], None], job: Job) -> None:
    """Add up each step from ``begin`` on in which there are payments, in a transaction of its own."""
    db = jobs.database(env)
    at: int | None = begin
    while at is not None:
        first = max(at, ids.EPOCH)
        found = db.run_read(env, lambda tx, first=first: queries.first_payment.first(tx, first=ids.at(first)))  # type: ignore[misc]
        if found is None:
            return
        start = ids.moment(found) // step * step
        db.run_write(env, lambda tx, start=start: add(tx, start))  # type: ignore[misc]
        at = start + step


def add_hour(tx: Tx, hour: int) -> None:
    """What moved by payments that were made in an hour, from scratch."""
    rows: list[dict[str, Any]] = queries.sums.all(tx, first=ids.at(hour), last=ids.at(hour + clock.HOUR))
    queries.clear_hour(tx, which=hour)
    queries.put_hour.many(tx, [{"hour": hour, **row} for row in rows])


def add_day(tx: Tx, day: int) -> None:
    rows: list[dict[str, Any]] = queries.actives.all(tx, first=ids.at(day), last=ids.at(day + clock.DAY))
    queries.clear_day(tx, which=day)
    queries.put_day.many(tx, [{"day": day, **row} for row in rows])
