"""Tweets as JSON, encoded piece by piece, for a page has twenty of them and is asked for all day.

Views that many share carry what was made of them; of others at least the part that is the same for everybody
is kept, until the post, its author or a counter changes. Pictures are not: their addresses may carry tickets,
which lapse.
The result is exactly what :func:`schemas.tweet` encodes to, and a test compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import msgspec

from dozen.core.accounts import Card
from dozen.core.cache import Lru
from dozen.core.engagement import Counts
from dozen.kit import clock, ids
from dozen.services.microblog import schemas
from dozen.services.microblog.structs import Post, Thread, View

_encode = msgspec.json.Encoder().encode
_people: Lru[int, tuple[Card, bytes]] = Lru(50_000)
_starts: Lru[int, tuple[Post, Card, Counts, bytes]] = Lru(50_000)
"""By id: what the bytes were made of (when that is another object now, they are made again), and the part
that is the same for everybody."""
_COUNTS = b',"counts":{"likes":%d,"retweets":%d,"replies":%d,"quotes":%d,"bookmarks":%d},"viewer":'
_MINE = {
    frozenset(kind for kind, on in zip(("like", "repost", "bookmark"), flags, strict=True) if on): _encode(
        schemas.Mine(*flags)
    )
    for flags in product((False, True), repeat=3)
}
_KINDS = frozenset({"like", "repost", "bookmark"})


def listing(views: Sequence[View], next_cursor: str | None) -> bytes:
    """A page: ``Listing[Tweet]``."""
    return b'{"data":' + tweets(views) + _onward(next_cursor)


def found(views: Sequence[View], next_cursor: str | None) -> bytes:
    """What a search for tweets found: ``Found``."""
    return b'{"tweets":' + tweets(views) + b',"users":[]' + _onward(next_cursor)


def conversation(thread: Thread, next_cursor: str | None) -> bytes:
    """A ``Conversation``."""
    above, replies = tweets(thread.above), tweets(thread.replies)
    start = b'{"ancestors":%b,"tweet":%b,"replies":%b' % (above, tweet(thread.focus), replies)
    return start + _onward(next_cursor)


def _onward(next_cursor: str | None) -> bytes:
    return b',"next_cursor":"%s"}' % next_cursor.encode() if next_cursor is not None else b"}"


def tweets(views: Sequence[View]) -> bytes:
    """A list of ``Tweet``."""
    return b"[" + b",".join([tweet(view) for view in views]) + b"]"


def tweet(view: View) -> bytes:
    """One ``Tweet``."""
    memo = view.memo
    if memo is None:
        return _tweet(view)
    if memo.json is None:
        memo.json = _tweet(view)
    return memo.json


def _tweet(view: View) -> bytes:
    post, author, counts, marks = view.post, view.author, view.counts, view.marks
    found = _starts.get(post.id)
    if found is None or found[0] is not post or found[1] is not author or found[2] is not counts:
        found = post, author, counts, _start(post, author, counts)
        _starts.put(post.id, found)
    mine = _MINE.get(marks) or _MINE[marks & _KINDS]
    if post.alone:
        return found[3] + mine + b"}"
    parts = [found[3], mine]
    if view.media:
        parts += (b',"media":', _encode([schemas.picture(item, ticket) for item, ticket in view.pictures]))
    if view.reply_to is not None:
        parts += (b',"in_reply_to_username":', _encode(view.reply_to.username))
    if view.quote_of is not None:
        parts += (b',"quote_of":', tweet(view.quote_of))
    elif view.quote_gone:
        parts.append(b',"quote_gone":true')
    if view.repost_of is not None:
        parts += (b',"retweet_of":', tweet(view.repost_of))
    if view.poll is not None:
        parts += (b',"poll":', _encode(schemas.poll(view.poll)))
    if view.tagged:
        parts += (b',"tagged":[', b",".join([_person(card) for card in view.tagged]), b"]")
    parts.append(b"}")
    return b"".join(parts)


def _start(post: Post, author: Card, counts: Counts) -> bytes:
    """What is the same for everybody who sees it."""
    numbers = _COUNTS % (counts.likes, counts.reposts, counts.comments, counts.quotes, counts.bookmarks)
    return _post(post) + _person(author) + numbers


class _Fixed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The part of a Tweet that only an edit changes."""

    id: str
    created_at: str
    text: str
    conversation_id: str
    url: str
    entities: object = None
    in_reply_to_id: str | None = None
    location: str | None = None
    warning: str | None = None
    lang: str | None = None
    edited_at: str | None = None


def _post(post: Post) -> bytes:
    entities = post.entities
    named = entities.urls or entities.mentions or entities.hashtags or entities.cashtags
    fixed = _Fixed(
        id=str(post.id),
        created_at=clock.rfc3339(ids.moment(post.id)),
        text=post.text,
        conversation_id=str(post.root_id),
        url=f"/microblog/tweets/{post.id}",
        entities=entities if named else None,
        in_reply_to_id=str(post.reply_to_id) if post.reply_to_id else None,
        location=post.place,
        warning=post.warning,
        lang=post.lang,
        edited_at=clock.rfc3339(post.edited_at) if post.edited_at else None,
    )
    return _encode(fixed)[:-1] + b',"author":'


def _person(card: Card) -> bytes:
    found = _people.get(card.id)
    if found is None or found[0] is not card:
        found = card, _encode(schemas.author(card))
        _people.put(card.id, found)
    return found[1]
