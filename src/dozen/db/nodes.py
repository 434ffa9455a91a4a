"""Leases on snowflake nodes, so that no two processes, and no process after a restart, repeat an id.

A row says that a node may use milliseconds below ``until_ms``. A process takes a node whose lease
has run out (by the wall clock), or starts behind the stored end when the clock has jumped back, and
stores a new end, well ahead, before it uses any of it.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text, select, update

from dozen.db.engine import Database
from dozen.db.schema import Millis, metadata
from dozen.db.sql import param, upsert
from dozen.db.statements import action, rows
from dozen.db.tx import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.ids import NODES, Snowflakes

nodes = Table(
    "db_nodes",
    metadata,
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("until_ms", Millis, nullable=False),
    Column("holder", Text, nullable=False),
)

AHEAD = 10 * clock.MINUTE
_all = rows(
    lambda node, until, holder: (int(node), int(until), str(holder)),
    select(nodes.c.node, nodes.c.until_ms, nodes.c.holder).order_by(nodes.c.until_ms, nodes.c.node),
)
_take = action(
    lambda dialect: (
        upsert(dialect, nodes)
        .values(node=param("node"), until_ms=param("until"), holder=param("holder"))
        .on_conflict_do_nothing()
    )
)
_move = action(
    update(nodes)
    .where(nodes.c.node == param("this"), nodes.c.until_ms == param("old"))
    .values(until_ms=param("until"), holder=param("holder"))
)


def lease(tx: Tx, holder: str) -> Snowflakes:
    """A generator on a node that nobody else has. It is good for :data:`AHEAD`; see :func:`renew`."""
    held = _all.all(tx)
    for node, old, _ in held:
        if old < tx.now and _move(tx, this=node, old=old, until=tx.now + AHEAD, holder=holder):
            return Snowflakes(node, floor=old, until=tx.now + AHEAD)
    used = {node for node, _, _ in held}
    for node in range(NODES):
        if node not in used and _take(tx, node=node, until=tx.now + AHEAD, holder=holder):
            return Snowflakes(node, until=tx.now + AHEAD)
    # Every node is leased: the clock has jumped far back. Go on behind the earliest lease.
    for node, old, _ in held:
        if _move(tx, this=node, old=old, until=old + AHEAD, holder=holder):
            return Snowflakes(node, floor=old, until=old + AHEAD)
    raise RuntimeError("no node is free; are more than a thousand servers running?")


def renew(tx: Tx, ids: Snowflakes, holder: str) -> None:
    """Move the lease ahead. Call it well within :data:`AHEAD`."""
    assert ids.until is not None
    until = max(tx.now, ids.last_ms) + AHEAD
    if until > ids.until:
        if not _move(tx, this=ids.node, old=ids.until, until=until, holder=holder):
            raise RuntimeError(f"node {ids.node} was taken by another process")
        tx.after_commit(lambda: setattr(ids, "until", until))


def release(tx: Tx, ids: Snowflakes) -> None:
    """Give the node back: others may use it from the millisecond after the last used one, so ``ids`` ends."""
    assert ids.until is not None
    _move(tx, this=ids.node, old=ids.until, until=ids.stop(), holder="")


def bare_env(env: Env, db: Database, holder: str) -> Env:
    """Give ``env`` its leased generator (it is made before the database can be asked)."""
    env.ids = db.run_write(env, lambda tx: lease(tx, holder))
    return env
