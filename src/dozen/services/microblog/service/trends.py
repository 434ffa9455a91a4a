"""What people talk about more than usual: the last hours against the days before, not raw counts.

A tag's score is how far its recent rate stands above its own baseline, in standard deviations of a
Poisson count (the usual anomaly score for counts), so that a tag everyone always uses does not
trend, and one that a few people suddenly use does not either.
"""

from __future__ import annotations

import math

import msgspec

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit import text as kit_text
from dozen.services.microblog import trend_queries as queries

RECENT_HOURS = 6
BASE_HOURS = 7 * 24
LEAST_POSTS = 3
_KEEP_HOURS = 30 * 24


class Trend(msgspec.Struct, frozen=True):
    """``tag`` as people write it; ``posts`` in the recent hours; ``score`` for sorting only."""

    tag: str
    posts: int
    score: float


def used(tx: Tx, hashtags: list[tuple[str, str]], place: str | None) -> None:
    """Count ``(folded, as written)`` tags of a new post, everywhere and in its place."""
    hour = tx.now // clock.HOUR
    places = {"", kit_text.fold(place)} if place else {""}
    for folded, shown in hashtags:
        for where in places:
            queries.used(tx, hour=hour, tag=folded, place=where, shown=shown)


def trending(tx: Tx, *, place: str = "", limit: int = 10) -> list[Trend]:
    """The strongest trends now, everywhere or in one place."""
    now = tx.now // clock.HOUR
    where = kit_text.fold(place)
    recent = queries.between.all(
        tx, since=now - RECENT_HOURS + 1, until=now, place=where, least=LEAST_POSTS, limit=500
    )
    if not recent:
        return []
    before = {
        tag: posts
        for tag, _, posts in queries.of_tags.all(
            tx,
            since=now - BASE_HOURS,
            until=now - RECENT_HOURS,
            place=where,
            tags=[tag for tag, _, _ in recent],
        )
    }
    spans = (BASE_HOURS - RECENT_HOURS) / RECENT_HOURS
    scored = []
    for tag, shown, posts in recent:
        usual = before.get(tag, 0) / spans
        score = (posts - usual) / math.sqrt(usual + 1.0)
        if score > 1.0:
            scored.append(Trend(shown, posts, score))
    scored.sort(key=lambda trend: (-trend.score, -trend.posts, trend.tag))
    return scored[:limit]


def places(tx: Tx, *, limit: int = 50) -> list[str]:
    """Places that have trends of their own now."""
    return queries.places.all(tx, since=tx.now // clock.HOUR - RECENT_HOURS, limit=limit)


def trim(tx: Tx) -> None:
    queries.trim(tx, before=tx.now // clock.HOUR - _KEEP_HOURS)
