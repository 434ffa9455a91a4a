from sqlalchemy import delete, func, insert, or_, select

from dozen.core.realtime.structs import Event
from dozen.core.realtime.tables import events
from dozen.db import action, member, param, rows, values

append = action(
    insert(events).values(at=param("at"), topic=param("topic"), key=param("key"), data=param("data"))
)
_columns = select(events.c.seq, events.c.at, events.c.topic, events.c.key, events.c.data).order_by(
    events.c.seq
)
after = rows(Event.of_row, _columns.where(events.c.seq > param("seq")).limit(param("limit")))
after_or_missing = rows(
    Event.of_row,
    _columns.where(or_(events.c.seq > param("seq"), member(events.c.seq, "missing"))).limit(param("limit")),
)
newest = values(int, select(func.coalesce(func.max(events.c.seq), 0)))
oldest = values(int, select(func.coalesce(func.min(events.c.seq), 0)))
trim = action(
    delete(events).where(
        events.c.at < param("before"), events.c.seq < select(func.max(events.c.seq)).scalar_subquery()
    )
)
