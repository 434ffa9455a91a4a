"""What people sent and received by day and kind."""

from sqlalchemy import case, func, select

from dozen.db import action, param, rows, upsert
from dozen.services.wallet.tables.days import days

COUNTED = ("person", "request", "merchant", "order", "bill", "withdraw")
"""Kinds that limits count."""


def _bump(dialect: str) -> object:
    return (
        upsert(dialect, days)
        .values(
            owner=param("owner"), currency=param("currency"), day=param("day"), kind=param("kind"),
            sent=param("sent"), received=param("received"), count=param("count"),
        )
        .on_conflict_do_update(
            index_elements=[days.c.owner, days.c.currency, days.c.day, days.c.kind],
            set_={
                "sent": days.c.sent + param("sent", days.c.sent.type),
                "received": days.c.received + param("received", days.c.received.type),
                "count": days.c.count + param("count", days.c.count.type),
            },
        )
    )  # fmt: skip


bump = action(_bump)  # type: ignore[arg-type]
usage = rows(
    lambda day, month: (int(day), int(month)),
    select(
        func.coalesce(func.sum(case((days.c.day >= param("today"), days.c.sent), else_=0)), 0),
        func.coalesce(func.sum(days.c.sent), 0),
    ).where(
        days.c.owner == param("owner"),
        days.c.currency == param("currency"),
        days.c.day >= param("month"),
        days.c.kind.in_(COUNTED),
    ),
)
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
