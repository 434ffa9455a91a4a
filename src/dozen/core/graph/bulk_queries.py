"""Very many ties at once: loading them, and forgetting somebody, a handful at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import Executable

from dozen.core.graph.edge_queries import BETWEEN_PEOPLE, E_, R_, row
from dozen.core.graph.tables import edges, requests
from dozen.db import action, param, rows, upsert

_LOADED = ["from_id", "to_id", "id", "kind", "reposts", "notify"]


def _load(dialect: str) -> Any:
    if dialect == "sqlite":
        return (
            upsert(dialect, edges)
            .values(
                from_id=param("from_id"), to_id=param("to_id"), id=param("id"), kind=param("kind"),
                reposts=literal_column("1"), notify=literal_column("0"),
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
    # Arrays as text: a driver that converts number by number would cost more than the database does.
    arrays = [cast(param(name, Text()), ARRAY(BigInteger)) for name in ("from_ids", "to_ids", "ids")]
    given = func.unnest(*arrays).table_valued("from_id", "to_id", "id").render_derived(name="given")
    return (
        upsert(dialect, edges)
        .from_select(
            _LOADED,
            select(
                given.c.from_id, given.c.to_id, given.c.id, param("kind", E_.kind.type),
                literal_column("1"), literal_column("0"),
            ),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


load = action(_load)


def _some(table: Any, mine: Any, kinds: tuple[str, ...] = ()) -> Executable:
    found = select(table.c.from_id, table.c.kind, table.c.to_id).where(mine == param("person"))
    return (found.where(table.c.kind.in_(kinds)) if kinds else found).limit(param("limit"))


edges_from = rows(row, _some(edges, E_.from_id))
edges_to = rows(row, _some(edges, E_.to_id, BETWEEN_PEOPLE))
requests_from = rows(row, _some(requests, R_.from_id))
requests_to = rows(row, _some(requests, R_.to_id))
