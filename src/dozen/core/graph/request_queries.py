"""Requests to follow, or to be friends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.sql import Executable

from dozen.core.graph.edge_queries import R_, row
from dozen.core.graph.structs import Edge
from dozen.core.graph.tables import requests
from dozen.db import action, param, rows, upsert, values

ask = action(
    lambda dialect: (
        upsert(dialect, requests)
        .values(
            from_id=param("from_id"),
            kind=param("kind"),
            to_id=param("to_id"),
            id=param("id"),
            reposts=param("reposts"),
            notify=param("notify"),
        )
        .on_conflict_do_nothing()
    )
)
_this_request = and_(R_.from_id == param("from_id"), R_.kind == param("kind"), R_.to_id == param("to_id"))
unask = action(delete(requests).where(_this_request))
re_ask = action(
    update(requests).where(_this_request).values(reposts=param("reposts"), notify=param("notify"))
)
request = rows(row, select(R_.reposts, R_.notify).where(_this_request))
asked_people = values(
    int,
    select(R_.to_id)
    .distinct()
    .where(R_.kind == "follow", R_.to_id > param("after"))
    .order_by(R_.to_id)
    .limit(param("limit")),
)


def _asked(mine: Any, other: Any) -> Executable:
    return (
        select(other, R_.id)
        .where(mine == param("person"), R_.kind == param("kind"), R_.id < param("before"))
        .order_by(R_.id.desc())
        .limit(param("limit"))
    )


asked_of = rows(Edge, _asked(R_.to_id, R_.from_id))
asked_by = rows(Edge, _asked(R_.from_id, R_.to_id))
