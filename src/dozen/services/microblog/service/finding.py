"""Finding posts and people, and the ranked "for you" timeline."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice

from dozen.core import accounts, engagement, feeds, graph, search
from dozen.core.accounts import Card
from dozen.core.cache import Cache
from dozen.db import Tx
from dozen.kit import clock, crypto, ids
from dozen.kit import text as kit_text
from dozen.services.microblog import queries
from dozen.services.microblog.service.posts import REALM
from dozen.services.microblog.service.timelines import HOME
from dozen.services.microblog.service.views import load, views
from dozen.services.microblog.structs import Post, View

_HALF_LIFE = 12 * clock.HOUR
_SAME_AUTHOR = 0.6
_RANKED = 300
_ROUNDS = 5
_KEEP_RANKING = 15 * clock.MINUTE


# Searching


def posts(
    tx: Tx, viewer: int | None, text: str, *, kind: str, position: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Posts that match: the ``latest`` or the ``top`` ones first; ``media`` are those with pictures."""
    query = search.parse(text)
    facets = ("has:media",) if kind == "media" else ()
    who = _viewer(tx, viewer)
    found: list[View] = []
    opened = tx.env.cursors.open("found", position) if position else None
    for _ in range(_ROUNDS):
        wanted = limit - len(found)
        if kind == "top":
            ranked = (opened[0], opened[1]) if opened else None
            hits = search.find_best(
                tx,
                query,
                viewer=who,
                realm=REALM,
                kinds=("post",),
                facets=facets,
                before=ranked,
                limit=wanted,
            )
        else:
            last = opened[1] if opened else None
            hits = search.find(
                tx, query, viewer=who, realm=REALM, kinds=("post",), facets=facets, before=last, limit=wanted
            )
        found += views(tx, viewer, [hit.id for hit in hits], quiet=True)
        opened = (hits[-1].rank, hits[-1].id) if len(hits) == wanted else None
        if opened is None or len(found) >= limit:
            break
    return found, tx.env.cursors.seal("found", *opened) if opened else None


def people(
    tx: Tx, viewer: int | None, text: str, *, position: str | None, limit: int
) -> tuple[list[Card], str | None]:
    """People whose name or description matches."""
    query = search.parse(text.replace("@", " "))
    opened = tx.env.cursors.open("people", position) if position else None
    hits = search.find_best(
        tx,
        query,
        viewer=_viewer(tx, viewer),
        realm="people",
        kinds=("person",),
        before=(opened[0], opened[1]) if opened else None,
        limit=limit,
    )
    ids_found = [hit.id for hit in hits]
    if not opened:  # as one types: names that begin so come first
        starts = [
            each.id for each in search.suggest(tx, "people", "person", text.lstrip("@"), limit=min(limit, 50))
        ]
        ids_found = list(dict.fromkeys([*starts, *ids_found]))[: limit + len(starts)]
    cards = accounts.cards(tx, ids_found)
    blocked = graph.hidden_among(tx, viewer, ids_found).blocked if viewer is not None else frozenset()
    onward = tx.env.cursors.seal("people", hits[-1].rank, hits[-1].id) if len(hits) == limit else None
    return [cards[each] for each in ids_found if each in cards and each not in blocked], onward


def _viewer(tx: Tx, viewer: int | None) -> search.Viewer:
    if viewer is None:
        return search.Viewer()
    hidden = graph.hidden_from(tx, viewer)
    return search.Viewer(
        person_id=viewer, circles=[viewer, *graph.followees(tx, viewer)], hidden=hidden.blocked | hidden.muted
    )


# For you


def for_you(tx: Tx, me: int, *, position: str | None, limit: int) -> tuple[list[View], str | None]:
    """Recent posts, by how much others make of them and how near they are to what the reader likes.

    The ranking is made once and kept for a quarter of an hour under the cursor, so that paging through
    it neither repeats nor skips.
    """
    cache = tx.part(Cache)
    start = 0
    ranking: list[str] | None = None
    name = ""
    if position:
        name, start = tx.env.cursors.open("for-you", position)
        ranking = cache.get(f"for-you:{me}:{name}")
    if ranking is None:
        name, start = crypto.token(9), 0
        ranking = [str(post_id) for post_id in rank(tx, me)]
        cache.put(f"for-you:{me}:{name}", ranking, _KEEP_RANKING)
    found: list[View] = []
    while len(found) < limit and start < len(ranking):
        step = ranking[start : start + limit - len(found)]
        found += views(tx, me, [int(post_id) for post_id in step], quiet=True)
        start += len(step)
    onward = tx.env.cursors.seal("for-you", name, start) if start < len(ranking) else None
    return found, onward


def rank(tx: Tx, me: int) -> list[int]:
    """Ids of up to 300 posts, best first."""
    followed = set(graph.followees(tx, me))
    near = feeds.home(tx, HOME, me, limit=200)
    around = queries.public.all(tx, before=ids.MAX, limit=400)
    liked_by_friends = engagement.lately(
        tx, list(followed)[:500], "like", REALM, since=tx.now - 3 * clock.DAY, limit=200
    )
    stored = load(tx, {*near, *around, *liked_by_friends})
    friends = Counter(liked_by_friends)
    subjects = [post for post in stored.values() if post.repost_of_id is None and post.author_id != me]
    counts = engagement.counts(tx, [post.id for post in subjects])
    mine = engagement.marks_of(tx, me, [post.id for post in subjects])
    tags = _favourite_tags(tx, me)

    def score(post: Post) -> float:
        about = counts.get(post.id)
        liking = (
            math.log1p(about.likes + 2 * about.reposts + 1.5 * about.comments + 2 * about.quotes)
            if about
            else 0.0
        )
        liking += 1.5 if post.author_id in followed else 0.0
        liking += 0.8 * min(3, friends[post.id])
        liking += sum(0.5 * min(3, tags[kit_text.fold(span.value)]) for span in post.entities.hashtags[:3])
        liking += 0.3 if post.media_ids else 0.0
        liking -= 0.7 if post.reply_to_id is not None else 0.0
        age = max(0, tx.now - ids.moment(post.id))
        return (liking + 0.5) * math.pow(0.5, age / _HALF_LIFE) * (0.3 if post.id in mine else 1.0)

    best = sorted(((score(post), post.id, post.author_id) for post in subjects), reverse=True)
    # The same author again counts for less each time, so that nobody fills the page.
    again: Counter[int] = Counter()
    spread = []
    for value, post_id, author in islice(best, 2 * _RANKED):
        spread.append((value * _SAME_AUTHOR ** again[author], post_id))
        again[author] += 1
    spread.sort(reverse=True)
    return [post_id for _, post_id in spread[:_RANKED]]


def _favourite_tags(tx: Tx, me: int) -> Counter[str]:
    """Tags of what the reader liked lately."""
    liked = engagement.marked_by(tx, me, "like", REALM, before=None, limit=100)
    found: Counter[str] = Counter()
    for post in load(tx, [mark.subject_id for mark in liked]).values():
        found.update({kit_text.fold(span.value) for span in post.entities.hashtags})
    return found
