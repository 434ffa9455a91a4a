"""Suggestions: the newest ties of my newest ties, counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, delete, func, or_, select

from dozen.core.graph.edge_queries import row
from dozen.core.graph.tables import dismissed, edges
from dozen.db import action, member, param, rows, upsert, values


def _near() -> Any:
    mine, theirs, deep = edges.alias("mine"), edges.alias("theirs"), edges.alias("deep")
    oldest = (
        select(deep.c.id)
        .where(deep.c.from_id == mine.c.to_id, deep.c.kind == param("kind"))
        .order_by(deep.c.id.desc())
        .limit(1)
        .offset(param("depth"))
        .scalar_subquery()
    )
    near = (
        select(mine.c.to_id, func.coalesce(oldest, 0).label("floor"))
        .where(mine.c.from_id == param("me"), mine.c.kind == param("kind"))
        .order_by(mine.c.id.desc())
        .limit(param("width"))
        .subquery()
    )
    n = func.count().label("n")
    return (
        select(theirs.c.to_id, n)
        .select_from(
            near.join(
                theirs,
                and_(
                    theirs.c.from_id == near.c.to_id,
                    theirs.c.kind == param("kind"),
                    theirs.c.id >= near.c.floor,
                ),
            )
        )
        .where(theirs.c.to_id != param("me"))
        .group_by(theirs.c.to_id)
        .order_by(n.desc(), theirs.c.to_id.desc())
        .limit(param("limit"))
    )


near = rows(row, _near())
dismiss = action(
    lambda dialect: (
        upsert(dialect, dismissed)
        .values(person_id=param("person"), other_id=param("other"), at=param("at"))
        .on_conflict_do_nothing()
    )
)
dismissed_of = values(
    int,
    select(dismissed.c.other_id).where(
        dismissed.c.person_id == param("person"), member(dismissed.c.other_id, "ids")
    ),
)
forget_dismissals = action(
    delete(dismissed).where(
        or_(dismissed.c.person_id == param("person"), dismissed.c.other_id == param("person"))
    )
)
