"""The index on SQLite: an FTS5 table, and a short list of documents that it does not have yet.

A document waits until there are :data:`BATCH` of them, or a long one comes; until then it is found by
trying the question on it. What a person sees is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from dozen.core.search import queries
from dozen.core.search.plan import Plan
from dozen.core.search.structs import Candidate, Hit, Phrase
from dozen.db import Tx

BATCH = 128
LONG = 2_000
"""Characters: a document this long does not wait, for reading it again and again would cost more."""


def put(tx: Tx, row: Mapping[str, Any]) -> None:
    if not queries.add(tx, **row):
        _unindex(tx, row["id"])
        queries.change(tx, **row)
    queries.wait(tx, id=row["id"])
    if len(row["body"]) > LONG or (queries.count_waiting.first(tx) or 0) >= BATCH:
        flush(tx)


def put_many(tx: Tx, given: Sequence[Mapping[str, Any]]) -> None:
    known = set(queries.known.all(tx, ids=[row["id"] for row in given]))
    for row in given:
        if row["id"] in known:
            put(tx, row)
    fresh = [row for row in given if row["id"] not in known]
    queries.add.many(tx, fresh)
    queries.wait.many(tx, [{"id": row["id"]} for row in fresh])
    flush(tx)


def remove(tx: Tx, document_id: int) -> bool:
    if not _unindex(tx, document_id):
        return False
    queries.delete_document(tx, id=document_id)
    return True


def flush(tx: Tx) -> None:
    """Put what waits into the index."""
    if queries.index_waiting(tx):
        queries.unwait_all(tx)


def rebuild(tx: Tx) -> None:
    queries.rebuild(tx)
    queries.unwait_all(tx)


def merge(tx: Tx, pages: int) -> bool:
    """Merge segments, writing about so many pages; False when there is nothing to merge."""
    before = tx.driver.total_changes
    queries.merge(tx, pages=pages)
    return bool(tx.driver.total_changes - before >= 2)  # FTS5: fewer changes mean that it did nothing


def _unindex(tx: Tx, document_id: int) -> bool:
    """Take a document out of the index, or off the waiting list; whether there was one."""
    if queries.unwait(tx, id=document_id):
        return True
    old = queries.indexed_text.first(tx, id=document_id)
    if old is None:
        return False
    queries.unindex(tx, id=document_id, title=old[0], body=old[1], facets=old[2])
    return True


def newest(tx: Tx, plan: Plan, limit: int) -> list[Hit]:
    """The newest documents that match."""
    found = queries.newest_sqlite.all(tx, **_params(plan, limit))
    if fresh := _waiting(tx, plan):
        found += [Hit(each.id, each.realm, each.kind, each.author_id) for each in fresh]
        found.sort(key=lambda each: -each.id)
    return found[:limit]


def texts(tx: Tx, plan: Plan, limit: int, *, in_title: bool = False) -> list[Candidate]:
    """The newest documents that match; ``in_title``: in their titles, but for what still waits."""
    found = queries.texts_sqlite.all(tx, **_params(plan, limit, in_title))
    if fresh := _waiting(tx, plan):
        found += fresh
        found.sort(key=lambda each: -each.id)
    return found[:limit]


def _waiting(tx: Tx, plan: Plan) -> list[Candidate]:
    return [each for each in queries.all_waiting.all(tx) if plan.accepts(each)]


def _params(plan: Plan, limit: int, in_title: bool = False) -> dict[str, Any]:
    return {
        "match": expression(plan, in_title),
        "low": plan.low,
        "high": plan.high,
        "hidden": msgspec.json.encode(list(plan.hidden)).decode(),
        "limit": limit,
    }


def expression(plan: Plan, in_title: bool = False) -> str:
    """The plan in FTS5's language. Every token stands in quotes, and holds none."""
    wanted = " AND ".join(f"({_any(clause, in_title)})" for clause in plan.clauses)
    return f"({wanted}) NOT ({_any(plan.excluded)})" if plan.excluded else wanted


def _any(phrases: Sequence[Phrase], in_title: bool = False) -> str:
    return " OR ".join(
        f'title : "{" ".join(phrase)}"' if in_title and "=" not in phrase[0] else f'"{" ".join(phrase)}"'
        for phrase in phrases
    )
