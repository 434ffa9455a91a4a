"""Ties between people, and to things."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Text,
    and_,
    column,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy import values as values_of
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import Executable

from dozen.core.graph.structs import Edge
from dozen.core.graph.tables import edges, requests
from dozen.db import Id, action, each_row, member, param, rows, upsert, values

Row = tuple[Any, ...]
E_, R_ = edges.c, requests.c


def row(*values: Any) -> Row:
    return values


# Only one transaction at a time changes how two people stand to each other (PostgreSQL; on SQLite
# writers take turns anyway). So "blocked, therefore no follow" cannot be overtaken.
lock_pair = values(int, select(func.pg_advisory_xact_lock(param("key", BigInteger()))))
tie = action(
    lambda dialect: (
        upsert(dialect, edges)
        .values(
            from_id=param("from_id"),
            kind=param("kind"),
            to_id=param("to_id"),
            id=param("id"),
            reposts=param("reposts"),
            notify=param("notify"),
            until=param("until"),
        )
        .on_conflict_do_nothing()
    )
)
untie = values(
    bool,
    delete(edges)
    .where(E_.from_id == param("from_id"), E_.kind == param("kind"), E_.to_id == param("to_id"))
    .returning(E_.reposts),
)
retie = action(
    update(edges)
    .where(E_.from_id == param("from_id"), E_.kind == param("kind"), E_.to_id == param("to_id"))
    .values(reposts=param("reposts"), notify=param("notify"), until=param("until"))
)
notify_of = values(
    bool,
    select(E_.notify).where(
        E_.from_id == param("from_id"), E_.kind == param("kind"), E_.to_id == param("to_id")
    ),
)
# How somebody stands to a page of others: (which, other, kind, reposts, notify, until).
EDGE_OUT, EDGE_IN, REQUEST_OUT, REQUEST_IN = range(4)
BETWEEN_PEOPLE, _IN = ("follow", "block", "mute", "friend"), ("follow", "block")
_ASKED = ("follow", "friend")


def _ties(dialect: str) -> Executable:
    me = param("me", Id)
    no_time: Any = literal_column("CAST(NULL AS BIGINT)")
    always: Any = literal_column("TRUE")

    def plain(which: int, table: Any, mine: Any, other: Any, kinds: tuple[str, ...]) -> Any:
        until = table.c.until if table is edges else no_time
        row: Any = (literal_column(str(which)), other, table.c.kind, table.c.reposts, table.c.notify, until)
        return select(*row).where(mine == me, table.c.kind.in_(kinds), member(other, "ids"))

    def fenced(which: int, table: Any, mine: Any, other: Any, kinds: tuple[str, ...]) -> Any:
        """As plain, but one look by the whole key for each id and kind, whatever the planner thinks: a plan
        made for average people must not walk through all followers of somebody with very many."""
        others = func.unnest(param("ids", ARRAY(BigInteger))).table_valued("id").render_derived(name="o")
        kind = values_of(column("kind", Text()), name="k").data([(each,) for each in kinds])
        until = table.c.until if table is edges else no_time
        one = (
            select(table.c.reposts, table.c.notify, until.label("until"))
            .where(mine == me, table.c.kind == kind.c.kind, other == others.c.id)
            .offset(literal_column("0"))
            .lateral(f"t{which}")
        )
        row: Any = (
            literal_column(str(which)),
            others.c.id,
            kind.c.kind,
            one.c.reposts,
            one.c.notify,
            one.c.until,
        )
        return select(*row).select_from(others.join(kind, always).join(one, always))

    branch = plain if dialect == "sqlite" else fenced
    return union_all(
        branch(EDGE_OUT, edges, E_.from_id, E_.to_id, BETWEEN_PEOPLE),
        branch(EDGE_IN, edges, E_.to_id, E_.from_id, _IN),
        branch(REQUEST_OUT, requests, R_.from_id, R_.to_id, _ASKED),
        branch(REQUEST_IN, requests, R_.to_id, R_.from_id, _ASKED),
    )


ties = rows(row, _ties)
blocked_either = values(
    int,
    select(literal_column("1"))
    .where(
        E_.kind == "block",
        or_(
            and_(E_.from_id == param("a"), E_.to_id == param("b")),
            and_(E_.from_id == param("b"), E_.to_id == param("a")),
        ),
    )
    .limit(1),
)


def _blocked_pairs(dialect: str) -> Executable:
    """Those of ``ones`` and ``others``, side by side, of whom one blocks the other."""
    pair = each_row(dialect, ones=BigInteger(), others=BigInteger()).c
    between = or_(
        and_(E_.from_id == pair.ones, E_.to_id == pair.others),
        and_(E_.from_id == pair.others, E_.to_id == pair.ones),
    )
    return select(pair.ones, pair.others).where(select(E_.kind).where(E_.kind == "block", between).exists())


blocked_pairs = rows(row, _blocked_pairs)


def _page(mine: Any, other: Any) -> Executable:
    return (
        select(other, E_.id)
        .where(mine == param("person"), E_.kind == param("kind"), E_.id < param("before"))
        .order_by(E_.id.desc())
        .limit(param("limit"))
    )


tied_to = rows(Edge, _page(E_.to_id, E_.from_id))
tied_from = rows(Edge, _page(E_.from_id, E_.to_id))
ids_from = values(
    int,
    select(E_.to_id)
    .where(E_.from_id == param("person"), E_.kind == param("kind"))
    .order_by(E_.id.desc())
    .limit(param("limit")),
    packed=True,
)
which_from = values(
    int,
    select(E_.to_id).where(E_.from_id == param("person"), E_.kind == param("kind"), member(E_.to_id, "ids")),
)
_after = (
    select(E_.from_id, E_.id)
    .where(E_.to_id == param("person"), E_.kind == param("kind"), E_.id > param("after"))
    .order_by(E_.id)
    .limit(param("limit"))
)
after_to = rows(Edge, _after)
after_to_notify = rows(Edge, _after.where(text("notify = 1")))


def _how_many(c: Any) -> Any:
    """Ties or requests since a moment (as an id), counted up to a limit."""
    some = select(c.id).where(c.from_id == param("person"), c.kind == param("kind"), c.id > param("since"))
    return select(func.count()).select_from(some.limit(param("limit")).subquery()).scalar_subquery()


tied_since = values(int, select(_how_many(E_)))
tied_or_asked_since = values(int, select(_how_many(E_) + _how_many(R_)))
in_common = rows(
    Edge,
    (
        lambda mine, theirs: (
            select(mine.c.to_id, mine.c.id)
            .where(
                mine.c.from_id == param("me"),
                mine.c.kind == param("kind"),
                mine.c.id < param("before"),
                exists().where(
                    theirs.c.from_id == mine.c.to_id,
                    theirs.c.kind == param("kind"),
                    theirs.c.to_id == param("other"),
                ),
            )
            .order_by(mine.c.id.desc())
            .limit(param("limit"))
        )
    )(edges.alias("mine"), edges.alias("theirs")),
)
