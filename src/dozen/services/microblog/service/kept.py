"""Views that are the same for all who have marked nothing in them, made once for everybody.

A page of a timeline is mostly such posts, so it is put together from what is here. Each view is kept with
what it leans on (its posts, their counters, people and pictures), and goes when the event log tells that one
of these changed. What was made from a snapshot older than the last change is not kept: it may not show it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from threading import Lock

import msgspec

from dozen.core import accounts, engagement, media
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.services.microblog.structs import View

CHANGED = "microblog.post"
"""Topic: a post was edited or deleted (key: its id)."""
MOST = 30_000
"""Views that are kept, of a kilobyte or two; then all are forgotten, and what is still read comes back."""
_LONGEST = 5 * clock.MINUTE
"""Views age out, which bounds what a read replica that lags behind the log can do."""


class Kept(msgspec.Struct, frozen=True):
    view: View
    until: int
    authors: tuple[int, ...]
    """Whoever does not want to see, or may not be seen by, one of these gets a view of their own."""
    inner: tuple[int, ...]
    """Posts within it that can be marked, too."""


class KeptViews:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lock = Lock()
        self._floor = clock.now()
        self._kept: dict[int, Kept] = {}
        self._leaning: dict[int, set[int]] = {}
        """By what may change: the posts whose views lean on it (each leans on itself)."""
        self._leans = 0
        for topic in (CHANGED, engagement.MOVED, accounts.CARD, media.TOPIC):
            hub.listen(topic, self._heard)
        hub.on_reset(self.clear)

    @classmethod
    def build(cls, env: Env) -> KeptViews:
        return cls(env.part(Hub))

    def of(self, tx: Tx, wanted: Sequence[int]) -> dict[int, Kept]:
        """The views of these posts, as far as they are here and right for this transaction."""
        self._hub.catch_up(tx)
        now, kept = tx.now, self._kept
        return {i: found for i in wanted if (found := kept.get(i)) is not None and now < found.until}

    def keep(self, tx: Tx, view: View) -> None:
        """Keep a view (with its ``memo``) that this transaction, which only reads, has made."""
        post_id, until = view.post.id, tx.now + _LONGEST
        things: Collection[int]
        if view.post.alone:  # most are
            things = (view.author.id,)
            kept = Kept(view, until, authors=things, inner=())
        else:
            everything = list(everything_in(view))
            inner = tuple([each.post.id for each in everything[1:]])
            kept = Kept(view, until, authors=tuple([each.author.id for each in everything]), inner=inner)
            things = {thing for each in everything for thing in _leans_on(each)}.union(inner)
        with self._lock:
            if tx.now <= self._floor:
                return
            if len(self._kept) >= MOST or self._leans >= 4 * MOST:
                self._forgeteverything_in()
            self._kept[post_id] = kept
            for thing in things:
                leaning = self._leaning.setdefault(thing, set())
                self._leans += post_id not in leaning
                leaning.add(post_id)

    def clear(self) -> None:
        with self._lock:
            self._floor = clock.now()
            self._forgeteverything_in()

    def _heard(self, event: Event) -> None:
        if not event.key:  # of engagement: many moved at once
            self.clear()
            return
        with self._lock:
            self._floor = clock.now()
            self._kept.pop(event.key, None)
            leaning = self._leaning.pop(event.key, None)
            if leaning is not None:
                self._leans -= len(leaning)
                for post_id in leaning:
                    self._kept.pop(post_id, None)

    def _forgeteverything_in(self) -> None:
        self._kept = {}
        self._leaning = {}
        self._leans = 0


def everything_in(view: View) -> Iterator[View]:
    """A view and those within it."""
    yield view
    for inner in (view.repost_of, view.quote_of):
        if inner is not None:
            yield from everything_in(inner)


def _leans_on(view: View) -> Iterable[int]:
    """People and pictures in a view, but for those of what is within it."""
    post = view.post
    answered = (post.reply_to_author_id,) if post.reply_to_author_id else ()
    return post.author_id, *answered, *post.tagged, *post.media_ids
