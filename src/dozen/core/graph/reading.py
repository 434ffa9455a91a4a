"""Looking at the graph: who is tied to whom, how many, and what one may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from dozen.core import accounts
from dozen.core.graph import count_queries, edge_queries, edges, hiding_queries, list_queries
from dozen.core.graph.hiding import hidden_from
from dozen.core.graph.limits import MOST_FOLLOWS
from dozen.core.graph.structs import Batch, Edge, GraphCounts, Hidden, Relation
from dozen.db import Tx
from dozen.kit.ids import MAX


def relations(tx: Tx, me: int, ids: Collection[int]) -> dict[int, Relation]:
    """How ``me`` stands to each of a page of people, in one query; all of them are in the answer."""
    return edges.relations(tx, me, list(ids)) if ids else {}


def counts(tx: Tx, ids: Collection[int]) -> dict[int, GraphCounts]:
    found = {row[0]: GraphCounts(*row[1:]) for row in count_queries.counts_of.all(tx, ids=list(ids))}
    return {each: found.get(each) or _NONE for each in ids}


_NONE = GraphCounts()


def followers(tx: Tx, person: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Newest first."""
    return edge_queries.tied_to.all(tx, person=person, kind="follow", before=before or MAX, limit=limit)


def following(tx: Tx, person: int, *, before: int | None = None, limit: int = 50) -> list[Edge]:
    """Newest first."""
    return edge_queries.tied_from.all(tx, person=person, kind="follow", before=before or MAX, limit=limit)


def followees(tx: Tx, me: int) -> list[int]:
    """All whom somebody follows, newest first: at most MOST_FOLLOWS, which is as many as one may."""
    return edge_queries.ids_from.all(tx, person=me, kind="follow", limit=MOST_FOLLOWS)


def followees_at_home(tx: Tx, me: int) -> list[int]:
    """Whose posts come into somebody's home timeline: ``followees`` without those on an exclusive list of
    theirs. It changes with events ``follow`` and ``exclusive``."""
    apart = frozenset(list_queries.kept_apart.all(tx, owner=me))
    found = followees(tx, me)
    return [each for each in found if each not in apart] if apart else found


def follower_ids(
    tx: Tx, person: int, *, after: int = 0, limit: int = 1_000, realm: str = "follow", notify: bool = False
) -> Batch:
    """All followers in batches, oldest first: ask again with the batch's ``after`` until that is None.

    ``realm``: of a thing instead of a person. ``notify``: only those who want to be told of news.
    """
    query = edge_queries.after_to_notify if notify else edge_queries.after_to
    found = query.all(tx, person=person, kind=realm, after=after, limit=limit)
    return Batch([edge.person_id for edge in found], found[-1].id if len(found) == limit else None)


def mutual(
    tx: Tx, me: int, other: int, *, kind: str = "follow", before: int | None = None, limit: int = 50
) -> list[Edge]:
    """Whom I follow who follow ``other`` (or, of kind ``friend``, our common friends), newest first."""
    return edge_queries.in_common.all(tx, me=me, other=other, kind=kind, before=before or MAX, limit=limit)


def hidden_among(tx: Tx, me: int, ids: Collection[int]) -> Hidden:
    """``hidden_from``, right for all of ``ids`` even where very many people block me."""
    hidden = hidden_from(tx, me)
    if hidden.whole:
        return hidden
    also = frozenset(other for other, each in relations(tx, me, ids).items() if each.blocked_by)
    return msgspec.structs.replace(
        hidden, blocked=hidden.blocked | also, silenced=hidden.silenced | also, whole=True
    )


def deaf_to(tx: Tx, person: int, ids: Collection[int]) -> frozenset[int]:
    """Which of ``ids`` must not be notified of what ``person`` does: muted, or blocked either way."""
    return (
        frozenset(hiding_queries.deaf_to.all(tx, person=person, ids=list(ids), now=tx.now))
        if ids
        else frozenset()
    )


def can_see(
    tx: Tx, viewer: int | None, ids: Collection[int], *, cards: Mapping[int, accounts.Card] | None = None
) -> frozenset[int]:
    """Whose posts ``viewer`` (None: a visitor) may read: open or followed, no block either way, not gone.

    ``cards``: of (at least) these people, if they are at hand.
    """
    if cards is None:
        cards = accounts.cards(tx, ids)
    seen = frozenset(cards).intersection(ids)
    locked = [person for person in seen if cards[person].protected and person != viewer]
    if viewer is not None:
        seen -= hidden_among(tx, viewer, ids).blocked
        if locked and (locked := [person for person in locked if person in seen]):
            followed = edge_queries.which_from.all(tx, person=viewer, kind="follow", ids=locked)
            return seen.difference(locked).union(followed)
    return seen.difference(locked) if locked else seen
