"""All that a payment asks of who pays, in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, literal_column, select

from dozen.db import lock as locking
from dozen.db import param, rows
from dozen.services.wallet.queries.days import used
from dozen.services.wallet.queries.people import holder_columns
from dozen.services.wallet.queries.risk import habits_and_others
from dozen.services.wallet.structs import Holder, Limits, Payer, Usage
from dozen.services.wallet.tables.people import holders, limits

_N = len(holder_columns)
_payees = holders.alias("payees")


def _payer(*row: Any) -> Payer:
    day, month, habits, others, tier, *own = row[_N:]
    return Payer(
        Holder(*row[:_N]), Usage(int(day), int(month)), Limits(*own),
        None if habits is None else bytes(habits), int(others), tier,
    )  # fmt: skip


lock = locking(select(literal_column("1")).where(holders.c.person == param("person")).with_for_update())
"""Payments of one person come one after the other."""
payer = rows(
    _payer,
    select(
        *holder_columns,
        used.c.day,
        used.c.month,
        *habits_and_others,
        select(_payees.c.tier).where(_payees.c.person == param("payee")).scalar_subquery(),
        limits.c.payment,
        limits.c.day,
        limits.c.month,
    )
    .select_from(holders)
    .join(used, literal_column("1") == literal_column("1"))
    .outerjoin(limits, and_(limits.c.person == param("person"), limits.c.currency == param("currency")))
    .where(holders.c.person == param("person")),
)
"""``today`` and ``start`` are the first milliseconds of the day and the month that limits count."""
