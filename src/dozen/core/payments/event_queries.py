"""Statements on webhooks that were received."""

from sqlalchemy import delete, select, update

from dozen.core.payments.tables import events
from dozen.db import action, param, rows, upsert

_e = events.c
add = action(
    lambda dialect: (
        upsert(dialect, events)
        .values({c.name: param(c.name) for c in events.columns})
        .on_conflict_do_nothing()
    )
)
"""Nothing (0) when it was received before."""
set_outcome = action(
    update(events)
    .where(_e.gateway == param("in_gateway"), _e.event_id == param("this"))
    .values(outcome=param("now_outcome"))
)
outcome = rows(
    lambda outcome: str(outcome),
    select(_e.outcome).where(_e.gateway == param("gateway"), _e.event_id == param("event_id")),
)
old = rows(
    lambda gateway, event_id: (str(gateway), str(event_id)),
    select(_e.gateway, _e.event_id)
    .where(_e.received_at < param("before"))
    .order_by(_e.received_at)
    .limit(param("limit")),
)
drop = action(delete(events).where(_e.gateway == param("in_gateway"), _e.event_id == param("this")))
