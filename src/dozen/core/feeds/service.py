"""Publishing items and reading timelines.

A timeline is, by definition, the items of everyone its owner follows and of the owner, newest
first. What is stored is each author's own items; what is pushed is kept in memory, in every process
that has readers (see :mod:`dozen.core.feeds.timelines` for how, and ``docs/decisions`` for why).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from dozen.core import graph, realtime
from dozen.core.feeds import queries
from dozen.core.feeds.timelines import Timelines
from dozen.db import Tx
from dozen.kit import ids

WIDE_FROM = 5_000
"""An author with at least so many followers is not pushed but merged in at read."""
WIDE_UNTIL = 4_000
"""… until fewer than so many are left, so that nobody flips to and fro."""


class Stream(msgspec.Struct, frozen=True):
    """One kind of timeline. ``sources`` says whose items a person's timeline has, besides their own."""

    name: str
    sources: Callable[[Tx, int], Sequence[int]] = graph.followees


def publish(tx: Tx, stream: str, author: int, item: int) -> None:
    """Put an item on the author's page and into the timelines of those who follow them."""
    if not queries.add(tx, stream=stream, author=author, item=item):
        return
    _settle_width(tx, stream, author)
    realtime.publish(tx, "feeds", author, {"stream": stream, "item": str(item), "on": True})


def retract(tx: Tx, stream: str, author: int, item: int) -> bool:
    """Take an item back out of everything. False when it was not there."""
    if not queries.remove(tx, stream=stream, author=author, item=item):
        return False
    realtime.publish(tx, "feeds", author, {"stream": stream, "item": str(item), "on": False})
    return True


def publish_many(tx: Tx, stream: str, pairs: Iterable[tuple[int, int]]) -> None:
    """``(author, item)`` pairs in bulk, for loading data; timelines that are in memory are forgotten."""
    queries.add_many.many(tx, ({"stream": stream, "author": author, "item": item} for author, item in pairs))
    realtime.publish(tx, "feeds.reset", 0, stream)


def settle_width(tx: Tx, stream: str, authors: Iterable[int]) -> None:
    """Decide anew who is pushed and who is pulled, after followers were loaded in bulk."""
    for author in authors:
        _settle_width(tx, stream, author)


def _settle_width(tx: Tx, stream: str, author: int) -> None:
    counts = graph.counts(tx, [author]).get(author)
    followers = counts.followers if counts is not None else 0
    is_wide = tx.part(Timelines).is_wide(tx, stream, author)
    if not is_wide and followers >= WIDE_FROM:
        changed = queries.widen(tx, stream=stream, author=author)
    elif is_wide and followers < WIDE_UNTIL:
        changed = queries.narrow(tx, stream=stream, author=author)
    else:
        return
    if changed:
        realtime.publish(tx, "feeds.wide", author, {"stream": stream, "on": not is_wide})


def home(tx: Tx, stream: Stream, me: int, *, before: int | None = None, limit: int = 20) -> tuple[int, ...]:
    """Items of a person's timeline older than ``before``, newest first.

    Without ``before`` it is the same object again until something in it changes.
    """
    return tx.part(Timelines).page(tx, stream.name, stream.sources, me, before or ids.MAX, limit)


def newer(tx: Tx, stream: Stream, me: int, *, after: int, limit: int = 200) -> list[int]:
    """Items newer than ``after``, newest first: the newest ``limit`` of them."""
    found = home(tx, stream, me, limit=limit)
    return [item for item in found if item > after]


def just_after(tx: Tx, stream: Stream, me: int, *, after: int, limit: int = 20) -> list[int]:
    """The ``limit`` items that come next after ``after``, newest first: for going up page by page."""
    return tx.part(Timelines).page_up(tx, stream.name, stream.sources, me, after, limit)


def by_author(
    tx: Tx, stream: str, author: int, *, before: int | None = None, after: int = 0, limit: int = 20
) -> list[int]:
    """An author's own items, newest first."""
    return queries.of_author.all(
        tx, stream=stream, author=author, before=before or ids.MAX, after=after, limit=limit
    )


def of_people(
    tx: Tx, stream: str, people: Sequence[int], *, before: int | None = None, limit: int = 20
) -> list[int]:
    """Items of some people, newest first: for lists. Reads growing spans of time until the page is full,
    so that busy people cost a short look; nothing of it is kept."""
    if not people:
        return []
    return tx.part(Timelines).pull(tx, stream, people, before or ids.MAX, limit)


def keep_warm(tx: Tx, stream: Stream, me: int) -> None:
    """Have a person's timeline in memory, so that the hub tells their browsers of new items
    (topic ``timeline:<stream>``)."""
    tx.part(Timelines).keep_warm(tx, stream.name, stream.sources, me)


def sources_among(tx: Tx, stream: Stream, me: int, people: Iterable[int]) -> set[int]:
    """Which of ``people`` a person's timeline has items of: whom they follow, and themselves."""
    return tx.part(Timelines).sources_among(tx, stream.name, stream.sources, me, people)


def forget(tx: Tx, stream: str, author: int, *, at_most: int = 1_000) -> bool:
    """Remove an author's items, so many at a time. True when there may be more."""
    gone = queries.forget_some(tx, stream=stream, author=author, limit=at_most)
    if gone:
        realtime.publish(tx, "feeds.reset", 0, stream)
    return gone == at_most
