"""How much one person may tie. Bulk loading is not held to these."""

from __future__ import annotations

from dozen.core.graph import count_queries, edge_queries
from dozen.core.graph.errors import TooManyFollows, TooManyFollowsToday, TooManyFriends, TooManyHidden
from dozen.db import Tx
from dozen.kit import clock, ids

FOLLOWS = 7_500
"""Follows of people; whoever has many followers may have a tenth more than those …"""
MOST_FOLLOWS = 10_000
"""… up to this, which is also what one timeline merges at most."""
FOLLOWS_A_DAY = 400
"""Follows and requests that still stand, made within 24 hours. Taking one back gives its place free,
so this bounds how fast somebody's ties can grow, not how often they press: doors limit that."""
THINGS = 10_000
"""Things of one realm."""
FRIENDS = 5_000
HIDDEN = 10_000
"""Mutes, and as many blocks."""


def may_follow(tx: Tx, me: int) -> None:
    row = count_queries.counts_of.first(tx, ids=[me])
    followers, following = (row[1], row[2]) if row else (0, 0)
    if following >= min(MOST_FOLLOWS, max(FOLLOWS, followers * 11 // 10)):
        raise TooManyFollows
    since = ids.at(tx.now - clock.DAY)
    made = edge_queries.tied_or_asked_since.first(
        tx, person=me, kind="follow", since=since, limit=FOLLOWS_A_DAY
    )
    if (made or 0) >= FOLLOWS_A_DAY:
        raise TooManyFollowsToday(retry_after=3600)


def may_befriend(tx: Tx, *people: int) -> None:
    if any(row[3] >= FRIENDS for row in count_queries.counts_of.all(tx, ids=list(people))):
        raise TooManyFriends


def may_hide(tx: Tx, me: int, kind: str) -> None:
    if (edge_queries.tied_since.first(tx, person=me, kind=kind, since=0, limit=HIDDEN) or 0) >= HIDDEN:
        raise TooManyHidden


def may_follow_thing(tx: Tx, me: int, realm: str) -> None:
    if (edge_queries.tied_since.first(tx, person=me, kind=realm, since=0, limit=THINGS) or 0) >= THINGS:
        raise TooManyFollows
