"""Very many ties at once: loading data, counting again, forgetting somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dozen.core.graph import bulk_queries, count_queries, list_queries, suggestion_queries
from dozen.core.graph.edges import lock, unask, untie
from dozen.core.graph.lists import erase, take_off, unsubscribe_list
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.ids import MAX

_AT_ONCE = 20_000
_LOW_BITS = (1 << 22) - 1


def connect_many(
    tx: Tx, pairs: Iterable[tuple[int, int]], *, at: int, over: int = 0, kind: str = "follow"
) -> int:
    """Load ``(from, to)`` edges, hundreds of thousands a call; how many were given.

    For a database that nobody uses yet: limits, blocks and protection are not looked at, nothing is
    published, and counters are wrong until :func:`recount`. The edges are dated from ``at``
    (milliseconds), in the given order, evenly over ``over`` milliseconds. ``kind`` may be ``friend``
    (then both directions are tied) or a realm of things. Edges that are there already stay as they are.
    """
    given = list(pairs)
    rows = sorted(_edges(given, at, over, kind))  # neighbours in the table are written together
    for start in range(0, len(rows), _AT_ONCE):
        chunk = rows[start : start + _AT_ONCE]
        if tx.dialect == "sqlite":
            bulk_queries.load.many(
                tx, ({"from_id": a, "to_id": b, "id": edge_id, "kind": kind} for a, b, edge_id in chunk)
            )
        else:
            from_ids, to_ids, edge_ids = (
                f"{{{','.join(map(str, column))}}}" for column in zip(*chunk, strict=True)
            )
            bulk_queries.load(tx, from_ids=from_ids, to_ids=to_ids, ids=edge_ids, kind=kind)
    return len(given)


def _edges(given: list[tuple[int, int]], at: int, over: int, kind: str) -> Iterator[tuple[int, int, int]]:
    number = 0
    for place, (from_id, to_id) in enumerate(given):
        moment = ids.at(at + over * place // len(given))
        if "." in kind or from_id != to_id:
            yield from_id, to_id, moment | number & _LOW_BITS
            number += 1
        if kind == "friend" and from_id != to_id:
            yield to_id, from_id, moment | number & _LOW_BITS
            number += 1


def recount(tx: Tx) -> None:
    """Make all counters equal to what they count. Nobody else ties anything meanwhile."""
    tx.must_write()
    if tx.dialect == "postgresql":
        count_queries.lock_edges(tx)
    count_queries.clear_counts(tx)
    count_queries.count_edges(tx)
    count_queries.clear_thing_counts(tx)
    count_queries.count_things(tx)


def forget(tx: Tx, person: int, *, limit: int = 500) -> bool:
    """Take some of what ties somebody, and of their lists, away. Whether there is more to take.

    For the deletion of an account: call it in one transaction after the other until it says False.
    """
    left = limit
    for query, take in (
        (bulk_queries.edges_from, untie),
        (bulk_queries.edges_to, untie),
        (bulk_queries.requests_from, unask),
        (bulk_queries.requests_to, unask),
    ):
        for from_id, kind, to_id in query.all(tx, person=person, limit=left):
            if "." not in kind:
                lock(tx, from_id, to_id)
            take(tx, kind, from_id, to_id)
            left -= 1
        if not left:
            return True
    for list_id in list_queries.list_ids_with_member.all(tx, person=person, limit=left):
        take_off(tx, list_id, person)
        left -= 1
    for list_id in list_queries.list_ids_with_subscriber.all(tx, person=person, limit=left):
        unsubscribe_list(tx, person, list_id)
        left -= 1
    for owned in list_queries.lists_of.all(tx, owner=person, before=MAX, limit=min(left, 10)):
        erase(tx, owned.id)
        left = 0
    if not left:
        return True
    suggestion_queries.forget_dismissals(tx, person=person)
    count_queries.drop_counts(tx, person=person)
    return False
