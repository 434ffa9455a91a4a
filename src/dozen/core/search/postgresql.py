"""The index on PostgreSQL: a tsvector of our own words, which no text parser of the server's has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Any

from dozen.core.search import queries
from dozen.core.search.plan import Plan
from dozen.core.search.structs import Candidate, Hit, Phrase
from dozen.db import Rows, Tx
from dozen.db.errors import translate

_LAST_POSITION = 16_383
_GAP = 8
"""Positions between a title and a body, so that no phrase spans them."""
_MOST_POSITIONS = 255
_SHORT = 500
"""Documents that are looked at before the inverted index is."""
_FEW = 1_000
"""Matches that are looked up, however small the index."""


def put(tx: Tx, row: Mapping[str, Any]) -> None:
    queries.put_vectored(tx, **row, vector=vector(row["title"], row["body"], row["facets"]))


def put_many(tx: Tx, given: Sequence[Mapping[str, Any]]) -> None:
    queries.put_vectored.many(
        tx, [{**row, "vector": vector(row["title"], row["body"], row["facets"])} for row in given]
    )


def remove(tx: Tx, document_id: int) -> bool:
    return bool(queries.delete_document(tx, id=document_id))


def newest(tx: Tx, plan: Plan, limit: int) -> list[Hit]:
    """The newest documents that match."""
    return [Hit(*row) for row in _ask(tx, queries.newest_postgresql, plan, limit)]


def texts(tx: Tx, plan: Plan, limit: int, *, in_title: bool = False) -> list[Candidate]:
    """The newest documents that match; ``in_title``: in their titles."""
    return [Candidate(*row) for row in _ask(tx, queries.texts_postgresql, plan, limit, in_title)]


def _ask(
    tx: Tx, steps: Sequence[Rows[tuple[Any, ...]]], plan: Plan, limit: int, in_title: bool = False
) -> list[tuple[Any, ...]]:
    """The newest matches, by whichever way is short for these words.

    The server's planner has no idea of rare words: it takes them to be a thousand times as common as
    they are, walks back in time for them, and meets nothing for millions of rows. So we choose. Looking
    all matches up in the inverted index costs as many rows as there are; walking back costs (wanted) /
    (part that matches). The two are even at the root of (wanted × documents).
    """
    given = {
        "match": expression(plan, in_title),
        "low": plan.low,
        "high": plan.high,
        "hidden": list(plan.hidden),
        "limit": limit,
    }
    short_walk, lookup, walk = steps
    found = _unprepared(tx, short_walk, {**given, "depth": max(_SHORT, 2 * limit)})
    if len(found) >= limit:
        return found
    most = max(_FEW, isqrt(limit * max(queries.documents_about.first(tx) or 0, 0))) + 1
    found = _unprepared(tx, lookup, {**given, "most": most})
    if not found or found[0][-1] < most:
        return [row[:-1] for row in found]
    return _unprepared(tx, walk, given)


def _unprepared(tx: Tx, statement: Rows[tuple[Any, ...]], given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement with a plan made for these very words: another would read them anew for each row."""
    sql, bind, _ = statement.compiled(tx.dialect)
    try:
        return list(tx.driver.execute(sql, bind(given), prepare=False).fetchall())
    except Exception as error:
        raise translate(error) from error


def vector(title: str, body: str, facets: str) -> str:
    """A tsvector's text: title words with weight A, body words after a gap, facets without a place."""
    places: dict[str, list[str]] = {}
    at = 0
    for word in title.split():
        at += 1
        places.setdefault(word, []).append(f"{at}A")
    at += _GAP
    for word in body.split():
        at += 1
        if at <= _LAST_POSITION:
            places.setdefault(word, []).append(str(at))
    lexemes = [f"{_quoted(word)}:{','.join(where[:_MOST_POSITIONS])}" for word, where in places.items()]
    lexemes += map(_quoted, facets.split())
    return " ".join(lexemes)


def expression(plan: Plan, in_title: bool = False) -> str:
    """The plan as a tsquery's text."""
    wanted = " & ".join(f"({_any(clause, in_title)})" for clause in plan.clauses)
    return f"{wanted} & !({_any(plan.excluded)})" if plan.excluded else wanted


def _any(phrases: Sequence[Phrase], in_title: bool = False) -> str:
    return " | ".join(
        "(" + " <-> ".join(_quoted(word) + (":A" * (in_title and "=" not in word)) for word in phrase) + ")"
        for phrase in phrases
    )


def _quoted(word: str) -> str:
    """No token holds a quote or a backslash; were that to change, nothing would break here."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
