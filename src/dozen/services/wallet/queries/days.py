"""What people sent and received by day and kind."""

from typing import Any

from sqlalchemy import and_, case, func, select

from dozen.db import param, put, rows
from dozen.services.wallet.structs import Limits, Usage
from dozen.services.wallet.tables.days import days
from dozen.services.wallet.tables.people import limits

COUNTED = ("person", "request", "merchant", "order", "bill", "withdraw")
"""Kinds that limits count."""


_KEY = ("owner", "currency", "day", "kind")
_SUMS = ("sent", "received", "count")
bump = put(
    days,
    conflict=lambda made: made.on_conflict_do_update(
        index_elements=_KEY, set_={name: days.c[name] + made.excluded[name] for name in _SUMS}
    ),
    key=_KEY,
    add=_SUMS,
)


def used_by(person: Any) -> Any:
    """What ``person`` (a column or a parameter) has sent ``today`` and since ``start``."""
    return select(
        func.coalesce(func.sum(case((days.c.day >= param("today"), days.c.sent), else_=0)), 0).label("day"),
        func.coalesce(func.sum(days.c.sent), 0).label("month"),
    ).where(
        days.c.owner == person,
        days.c.currency == param("currency"),
        days.c.day >= param("start"),
        days.c.kind.in_(COUNTED),
    )


used = used_by(param("person")).subquery("used")
usage = rows(
    lambda day, month, *own: (Usage(int(day), int(month)), Limits(*own)),
    select(used.c.day, used.c.month, limits.c.payment, limits.c.day, limits.c.month).join_from(
        used,
        limits,
        and_(limits.c.person == param("person"), limits.c.currency == param("currency")),
        isouter=True,
    ),
)
"""What has gone out today and since ``start``, and the limits that they set themselves."""
by_kind = rows(
    lambda kind, sent, received, count: (kind, int(sent), int(received), int(count)),
    select(days.c.kind, func.sum(days.c.sent), func.sum(days.c.received), func.sum(days.c.count))
    .where(
        days.c.owner == param("owner"),
        days.c.currency == param("currency"),
        days.c.day >= param("start"),
        days.c.day < param("end"),
    )
    .group_by(days.c.kind)
    .order_by(days.c.kind),
)
