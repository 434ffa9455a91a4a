"""All that a payment asks of who pays, in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, and_, literal_column, select, true

from dozen.db import each_row, member, param, rows, values
from dozen.db import lock as locking
from dozen.services.wallet.queries.days import used, used_by
from dozen.services.wallet.queries.people import holder_columns
from dozen.services.wallet.queries.risk import habits_and_others
from dozen.services.wallet.structs import Holder, Limits, Payer, Usage
from dozen.services.wallet.tables.people import holders, limits

_N = len(holder_columns)


def _payer(*row: Any) -> Payer:
    day, month, habits, others, tier, *own = row[_N:]
    return Payer(
        Holder(*row[:_N]), Usage(int(day), int(month)), Limits(*own),
        None if habits is None else bytes(habits), int(others), tier,
    )  # fmt: skip


lock = locking(select(literal_column("1")).where(holders.c.person == param("person")).with_for_update())
"""Payments of one person come one after the other."""
lock_all = values(
    int,
    select(holders.c.person)
    .where(member(holders.c.person, "people"))
    .order_by(holders.c.person)
    .with_for_update(),
)


def _asked(person: Any, payee: Any, device: Any, used: Any, outer: Any = None) -> Any:
    payees = holders.alias("payees")
    tier = select(payees.c.tier).where(payees.c.person == payee)
    return select(
        *holder_columns,
        used.c.day,
        used.c.month,
        *habits_and_others(person, device, outer),
        tier.correlate(outer).scalar_subquery(),
        limits.c.payment,
        limits.c.day,
        limits.c.month,
    )


_own = and_(limits.c.person == holders.c.person, limits.c.currency == param("currency"))
payer = rows(
    _payer,
    _asked(param("person"), param("payee"), param("device"), used)
    .select_from(holders.join(used, true()).outerjoin(limits, _own))
    .where(holders.c.person == param("person")),
)
"""``today`` and ``start`` are the first milliseconds of the day and the month that limits count."""


def _payers(dialect: str) -> Any:
    """The same of ``people``, who pay ``payees`` from ``devices``: lists, side by side."""
    wanted = each_row(dialect, people=BigInteger(), payees=BigInteger(), devices=BigInteger())
    person, payee, device = wanted.c
    theirs = used_by(person).lateral("used")
    return _asked(person, payee, device, theirs, wanted).select_from(
        wanted.join(holders, holders.c.person == person).join(theirs, true()).outerjoin(limits, _own)
    )


payers = rows(_payer, _payers)
"""PostgreSQL only: SQLite has no joins whose one side looks at the other."""
