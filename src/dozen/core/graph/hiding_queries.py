"""Whom somebody does not see, or does not hear."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal_column, or_, select, text, union_all

from dozen.core.graph.edge_queries import E_, row
from dozen.core.graph.structs import Edge
from dozen.db import member, param, rows, values

# Whom somebody does not see: (which, other, notify, until), which: 0 muted, 1 blocked, 2 blocked by,
# 3 followed without reposts.
MUTED, BLOCKED, BLOCKED_BY, NO_REPOSTS = range(4)


def _hidden(which: int, other: Any, *where: Any) -> Any:
    return select(literal_column(str(which)), other, E_.notify, E_.until).where(*where)


_newest_blockers = (
    select(E_.from_id.label("other_id"))
    .where(E_.to_id == param("me"), E_.kind == "block")
    .order_by(E_.id.desc())
    .limit(param("limit"))
    .subquery()
)
hidden = rows(
    row,
    union_all(
        _hidden(MUTED, E_.to_id, E_.from_id == param("me"), E_.kind == "mute"),
        _hidden(BLOCKED, E_.to_id, E_.from_id == param("me"), E_.kind == "block"),
        _hidden(
            NO_REPOSTS,
            E_.to_id,
            E_.from_id == param("me"),
            text("reposts = 0"),
            E_.kind == "follow",
        ),
        select(
            literal_column(str(BLOCKED_BY)),
            _newest_blockers.c.other_id,
            literal_column("0"),
            literal_column("CAST(NULL AS BIGINT)"),
        ),
    ),
)
# Who of ``ids`` has muted (without wanting notifications) or blocked ``person``, or is blocked by them.
deaf_to = values(
    int,
    union_all(
        select(E_.from_id).where(member(E_.from_id, "ids"), E_.kind == "block", E_.to_id == param("person")),
        select(E_.from_id).where(
            member(E_.from_id, "ids"),
            E_.kind == "mute",
            E_.to_id == param("person"),
            text("notify = 0"),
            or_(E_.until.is_(None), E_.until > param("now")),
        ),
        select(E_.to_id).where(E_.from_id == param("person"), E_.kind == "block", member(E_.to_id, "ids")),
    ),
)
mutes = rows(
    Edge,
    select(E_.to_id, E_.id)
    .where(
        E_.from_id == param("person"),
        E_.kind == "mute",
        E_.id < param("before"),
        or_(E_.until.is_(None), E_.until > param("now")),
    )
    .order_by(E_.id.desc())
    .limit(param("limit")),
)
ended_mutes = rows(
    row,
    select(E_.from_id, E_.to_id)
    .where(E_.until.is_not(None), E_.until <= param("now"), E_.kind == "mute")
    .order_by(E_.until)
    .limit(param("limit")),
)
