"""Putting documents into the index, and finding them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from types import ModuleType
from typing import Any, Protocol, cast

import msgspec

from dozen.core import accounts
from dozen.core.search import postgresql, queries, sqlite
from dozen.core.search.parse import FROM, TO
from dozen.core.search.plan import TOP, TOP_WEIGHT, Plan, asked_words, score
from dozen.core.search.structs import (
    PUBLIC,
    Candidate,
    Document,
    Hit,
    Phrase,
    Query,
    Viewer,
    followers_of,
    only,
)
from dozen.core.search.tokens import facet, token, words
from dozen.db import Tx
from dozen.kit import ids

MOST_FOUND = 100
"""Hits of one call."""
CANDIDATES = 1_000
"""How many of the newest matches are ranked."""
MOST_CIRCLES = 1_000
"""Authors whose documents for a circle are looked for; more are left out, never let in."""
_MOST_FACETS = 64
_MOST_TITLE_WORDS = 1_000
_LONGEST = 100_000
_BULK = 1_000
_CIRCLE = followers_of(0).removesuffix("0")
_AUDIENCE = re.compile(r"(?:followers-of|only):\d{1,19}", re.ASCII)


class _Index(Protocol):
    def put(self, tx: Tx, row: dict[str, Any]) -> None: ...
    def put_many(self, tx: Tx, given: Sequence[dict[str, Any]]) -> None: ...
    def remove(self, tx: Tx, document_id: int) -> bool: ...
    def newest(self, tx: Tx, plan: Plan, limit: int) -> list[Hit]: ...
    def texts(self, tx: Tx, plan: Plan, limit: int, *, in_title: bool = False) -> list[Candidate]: ...


_MODULES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def _index(tx: Tx) -> _Index:
    return cast(_Index, _MODULES[tx.dialect])


def put(tx: Tx, document: Document) -> None:
    """Index a document, or what has become of it. ValueError for an audience or facet that is none."""
    _index(tx).put(tx, _row(document))
    if document.audience.startswith(_CIRCLE):
        queries.add_circle(tx, author_id=int(document.audience.removeprefix(_CIRCLE)))


def put_many(tx: Tx, documents: Iterable[Document]) -> None:
    """Index many at once; each id at most once."""
    rest = iter(documents)
    while batch := list(islice(rest, _BULK)):
        _index(tx).put_many(tx, [_row(document) for document in batch])
        circles = {each.audience for each in batch if each.audience.startswith(_CIRCLE)}
        queries.add_circle.many(tx, [{"author_id": int(each.removeprefix(_CIRCLE))} for each in circles])


def renew(tx: Tx, wanted: Sequence[Document]) -> int:
    """Index those that are not in the index, or are there otherwise; gives how many that were."""
    rows = {each.id: _row(each) for each in wanted}
    stored = {row["id"]: row for row in queries.stored.all(tx, ids=list(rows))}
    stale = [each for each in wanted if stored.get(each.id) != rows[each.id]]
    put_many(tx, stale)
    return len(stale)


def remove(tx: Tx, document_id: int) -> bool:
    """Whether it was there."""
    return _index(tx).remove(tx, document_id)


def forget(tx: Tx, person_id: int, limit: int = 500) -> bool:
    """Remove what somebody wrote and the searches they saved; True while there is more to remove."""
    theirs = Plan(clauses=(((_author(person_id),),),), excluded=(), low=0, high=ids.MAX)
    found = _index(tx).newest(tx, theirs, limit)
    for hit in reversed(found):  # upwards, as the index of SQLite likes it
        remove(tx, hit.id)
    queries.delete_all_saved(tx, person_id=person_id)
    queries.delete_circle(tx, author_id=person_id)
    return len(found) == limit


def reindex(tx: Tx) -> None:
    """Build SQLite's index anew from what is stored. It holds the database for as long as that takes."""
    tx.must_write()
    if tx.dialect == "sqlite":
        sqlite.rebuild(tx)


def _row(document: Document) -> dict[str, Any]:
    title = " ".join(words(document.title, _MOST_TITLE_WORDS))[:_LONGEST] if document.title else ""
    body = " ".join(words(document.body))[:_LONGEST]
    facets = [
        token("kind", f"{document.realm}.{document.kind}"),
        _audience(document.audience),
        _author(document.author_id),
        *(facet(each) for each in document.facets[:_MOST_FACETS]),
    ]
    if document.weight >= TOP_WEIGHT:
        facets.append(TOP)
    return {
        "id": document.id,
        "realm": document.realm,
        "kind": document.kind,
        "author_id": document.author_id,
        "weight": document.weight,
        "title": title,
        "body": body,
        "facets": " ".join(dict.fromkeys(facets)),
    }


def _author(person_id: int) -> str:
    return f"author={person_id}"


def _audience(audience: str) -> str:
    if audience != PUBLIC and not _AUDIENCE.fullmatch(audience):
        raise ValueError(f"an audience is public, followers-of:<id> or only:<id>, not {audience!r}")
    return "audience=" + audience.replace(":", "/")


def find(
    tx: Tx,
    query: Query,
    *,
    viewer: Viewer,
    realm: str,
    kinds: Sequence[str],
    author_id: int | None = None,
    facets: Sequence[str] = (),
    before: int | None = None,
    limit: int = 20,
) -> list[Hit]:
    """What answers the query, newest first; ``before`` is the last id of the page before.

    ``author_id`` and ``facets`` (all of them) narrow it down. An empty query with neither finds nothing.
    """
    plan = _plan(tx, query, viewer, realm, kinds, author_id, facets)
    if plan is None:
        return []
    if before is not None:
        plan = msgspec.structs.replace(plan, high=min(plan.high, before - 1))
    return _index(tx).newest(tx, plan, max(1, min(limit, MOST_FOUND)))


def find_best(
    tx: Tx,
    query: Query,
    *,
    viewer: Viewer,
    realm: str,
    kinds: Sequence[str],
    author_id: int | None = None,
    facets: Sequence[str] = (),
    before: tuple[int, int] | None = None,
    limit: int = 20,
) -> list[Hit]:
    """What answers the query best; ``before`` is (rank, id) of the last hit of the page before.

    Ranked are the newest :data:`CANDIDATES` matches; where there are more, also as many of those that
    match in the title, and of those with a weight of 60 and up.
    """
    plan = _plan(tx, query, viewer, realm, kinds, author_id, facets)
    if plan is None:
        return []
    order, by_id = _ranked(tx, plan)
    if before is not None:
        order = [place for place in order if place < before]
    return _hits(order[: max(1, min(limit, MOST_FOUND))], by_id)


def ranked(
    tx: Tx, query: Query, *, viewer: Viewer, realm: str, kinds: Sequence[str], facets: Sequence[str] = ()
) -> list[Hit]:
    """All that :func:`find_best` ranks, best first: for rooms that filter and sort hits by columns of their
    own. At most three times :data:`CANDIDATES`."""
    plan = _plan(tx, query, viewer, realm, kinds, None, facets)
    return [] if plan is None else _hits(*_ranked(tx, plan))


def _ranked(tx: Tx, plan: Plan) -> tuple[list[tuple[int, int]], dict[int, Candidate]]:
    """(rank, id) of the candidates, best first, and the candidates."""
    index = _index(tx)
    phrases = asked_words(plan)
    found = index.texts(tx, plan, CANDIDATES)
    if len(found) == CANDIDATES:
        found += index.texts(tx, plan.also((TOP,)), CANDIDATES)
        if phrases and any(each.title for each in found):
            found += index.texts(tx, plan, CANDIDATES, in_title=True)
    by_id = {each.id: each for each in found}
    order = sorted(
        ((score(phrases, each.title, each.body, each.weight), each.id) for each in by_id.values()),
        reverse=True,
    )
    return order, by_id


def _hits(order: Sequence[tuple[int, int]], by_id: dict[int, Candidate]) -> list[Hit]:
    best = [(rank, by_id[each]) for rank, each in order]
    return [Hit(each.id, each.realm, each.kind, each.author_id, rank) for rank, each in best]


def _plan(
    tx: Tx,
    query: Query,
    viewer: Viewer,
    realm: str,
    kinds: Sequence[str],
    author_id: int | None,
    facets: Sequence[str],
) -> Plan | None:
    """None where nothing can be found."""
    if not kinds or (query.empty and author_id is None and not facets):
        return None
    clauses: list[tuple[Phrase, ...]] = []
    for clause in query.clauses:
        known = tuple(phrase for each in clause if (phrase := _resolved(tx, each)) is not None)
        if not known:
            return None
        clauses.append(known)
    if author_id is not None:
        clauses.append(((_author(author_id),),))
    clauses += [((facet(each),),) for each in facets]
    clauses.append(tuple((token("kind", f"{realm}.{kind}"),) for kind in kinds))
    clauses.append(tuple((_audience(each),) for each in _audiences(tx, viewer)))
    return Plan(
        clauses=tuple(clauses),
        excluded=tuple(phrase for each in query.excluded if (phrase := _resolved(tx, each)) is not None),
        low=0 if query.since is None else ids.at(query.since),
        high=ids.MAX if query.until is None else ids.at(query.until) - 1,
        hidden=frozenset(viewer.hidden),
    )


def _audiences(tx: Tx, viewer: Viewer) -> list[str]:
    if viewer.person_id is None:
        return [PUBLIC]
    theirs = {viewer.person_id, *viewer.circles}
    circles = queries.circles_among.all(tx, ids=list(theirs), limit=MOST_CIRCLES)
    return [PUBLIC, only(viewer.person_id), *map(followers_of, circles)]


def _resolved(tx: Tx, phrase: Phrase) -> Phrase | None:
    """``from:name`` by the author's id, ``to:name`` by the facet ``to:`` and an id; None when there is nobody
    of that name."""
    mark = next((mark for mark in (FROM, TO) if phrase[0].startswith(mark)), None)
    if mark is None:
        return phrase
    card = accounts.by_username(tx, phrase[0].removeprefix(mark))
    if card is None:
        return None
    return (_author(card.id) if mark == FROM else facet(f"to:{card.id}"),)
