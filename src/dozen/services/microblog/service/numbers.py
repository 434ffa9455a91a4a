"""How often posts are seen, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from dozen.core import analytics
from dozen.core.analytics import Buffer, Point
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.microblog.errors import NotYours
from dozen.services.microblog.service.posts import VIEWS
from dozen.services.microblog.service.views import must_see, view
from dozen.services.microblog.structs import View

IMPRESSIONS = "microblog.impressions"
_SERIES = 30 * clock.DAY


class About(msgspec.Struct, frozen=True):
    """``reach`` is how many different people saw the post; ``rate`` is engagements for each impression."""

    impressions: int
    reach: int
    engagements: int
    rate: float
    series: list[Point]


def seen(tx: Tx, viewer: int | None, shown: Iterable[View]) -> None:
    """Count that posts were shown. Nothing is written now: the buffer is flushed later."""
    posts = [each.post if each.repost_of is None else each.repost_of.post for each in shown]
    others = [post.id for post in posts if post.author_id != viewer]
    buffer = tx.part(Buffer)
    buffer.shown(IMPRESSIONS, others, viewer)
    if others:
        buffer.count(VIEWS, n=len(others))


def of_post(tx: Tx, me: int, post_id: int) -> tuple[View, About]:
    """A post of one's own and its numbers. Raises NotYours for another's."""
    post = must_see(tx, me, post_id)
    if post.author_id != me:
        raise NotYours
    found = view(tx, me, post.id)
    counts = found.counts
    engagements = counts.likes + counts.reposts + counts.comments + counts.quotes + counts.bookmarks
    born = ids.moment(post.id)
    impressions = analytics.total(tx, IMPRESSIONS, post.id, born, tx.now)
    start = max(born, tx.now - _SERIES)
    step = clock.HOUR if tx.now - start <= 2 * clock.DAY else clock.DAY
    return found, About(
        impressions=impressions,
        reach=analytics.reach(tx, IMPRESSIONS, post.id, born, tx.now),
        engagements=engagements,
        rate=round(engagements / impressions, 4) if impressions else 0.0,
        series=analytics.series(tx, IMPRESSIONS, post.id, start, tx.now, step),
    )
