from sqlalchemy import delete, func, select, union_all

from dozen.core.realtime.structs import Event
from dozen.core.realtime.tables import events
from dozen.db import action, member, param, put, rows, values

append = put(events, but=("seq",))
_columns = select(events.c.seq, events.c.at, events.c.topic, events.c.key, events.c.data).order_by(
    events.c.seq
)
after = rows(Event.of_row, _columns.where(events.c.seq > param("seq")).limit(param("limit")))
_newer = _columns.where(events.c.seq > param("seq")).limit(param("limit")).subquery("newer")
_missing = _columns.where(member(events.c.seq, "missing")).subquery("missing")
_both = union_all(select(_newer), select(_missing)).subquery("both")
after_or_missing = rows(Event.of_row, select(_both).order_by(_both.c.seq).limit(param("limit")))
"""Two looks at the index; were it one condition with OR, PostgreSQL would walk over the whole log."""
newest = values(int, select(func.coalesce(func.max(events.c.seq), 0)))
oldest = values(int, select(func.coalesce(func.min(events.c.seq), 0)))
_young = select(events.c.seq).where(events.c.at >= param("before")).order_by(events.c.seq).limit(1)
trim = action(
    delete(events).where(
        events.c.seq
        < func.coalesce(_young.scalar_subquery(), select(func.max(events.c.seq)).scalar_subquery())
    )
)
"""All before the first that is young enough. It walks over what it takes away: no index keeps times."""
