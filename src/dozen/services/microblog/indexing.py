"""Putting all posts into the search index anew: for operators, when what is kept of a post has changed."""

from __future__ import annotations

from dozen.core import accounts, media, search
from dozen.db import Tx
from dozen.services.microblog import index_queries
from dozen.services.microblog.service.posts import document
from dozen.services.microblog.service.views import load
from dozen.web import Refill


def some(tx: Tx, after: int, limit: int) -> tuple[int, int | None]:
    """As :attr:`Refill.some` wants it. Posts of deleted accounts are left out, as they are meanwhile."""
    wanted = index_queries.after.all(tx, after=after, limit=limit)
    posts = load(tx, wanted).values()
    authors = accounts.cards(tx, {post.author_id for post in posts})
    items = media.get(tx, [item for post in posts for item in post.media_ids])
    changed = search.renew(
        tx,
        [
            document(
                post,
                [items[item] for item in post.media_ids if item in items],
                protected=authors[post.author_id].protected,
            )
            for post in posts
            if post.author_id in authors
        ],
    )
    return changed, wanted[-1] if len(wanted) == limit else None


def how_many(tx: Tx) -> int:
    return index_queries.how_many.first(tx) or 0


POSTS = Refill(what="Posts", count=how_many, some=some)
