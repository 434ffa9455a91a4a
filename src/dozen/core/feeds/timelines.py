"""Timelines in memory: pushed to while they are warm, pulled from the database when they are not.

The reader's view never depends on what is warm: a timeline in memory is a *window* on what a pull
would give, complete for all items from ``floor`` up. A new item is pushed into the windows of its
author's warm followers; reading below the floor extends the window with a pull; a window that is
cold, or whose owner follows or unfollows someone, is dropped and pulled again when asked for.
Authors with very many followers are not pushed: their newest items are kept once, and merged in.

Every process follows the same event log, so several processes on one database agree. A window that
is being built may miss events that other threads handle meanwhile; so recent events are remembered
and played again, idempotently, when the window is put in place.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from threading import RLock
from typing import NamedTuple, TypeAlias

from dozen.core.feeds import queries
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env

Sources: TypeAlias = Callable[[Tx, int], Sequence[int]]

MOST_WARM = 20_000
"""Timelines in memory; the one that was read longest ago goes first."""
MOST_ITEMS = 800
"""Items in a window; older ones are pulled when somebody scrolls that far."""
_FIRST_PULL = 200
_WINDOWS = tuple(days * clock.DAY for days in (1, 4, 16, 64, 256))
_REPLAY = 20_000
_SETTLE = 10 * clock.SECOND
_MOST_ON_TOP = 50


class _Top(NamedTuple):
    """The newest page, with what it was put together from."""

    version: int
    wide_version: int
    limit: int
    items: tuple[int, ...]


class Window:
    """Items from ``floor`` up, ascending. ``alive`` is false once it has been dropped."""

    __slots__ = ("alive", "authors", "floor", "items", "owner", "top", "version", "wide")

    def __init__(
        self,
        owner: int,
        items: Iterable[int],
        floor: int,
        wide: tuple[int, ...] = (),
        authors: Iterable[int] = (),
    ) -> None:
        self.owner = owner
        self.items = array("q", items)
        self.floor = floor
        self.wide = wide
        self.authors = array("q", authors)
        """Whose items these are, ascending, the widely followed included."""
        self.alive = True
        self.version = 0
        """Grows whenever ``items`` change."""
        self.top: _Top | None = None
        """What is asked for most, and often again before there is anything new."""

    def add(self, item: int) -> bool:
        items = self.items
        if item < self.floor:
            return False
        self.version += 1
        if not items or item > items[-1]:
            items.append(item)
        else:
            at = bisect_left(items, item)
            if items[at] == item:
                return False
            items.insert(at, item)
        if len(items) > MOST_ITEMS + 100:
            del items[: len(items) - MOST_ITEMS]
            self.floor = items[0]
        return True

    def discard(self, item: int) -> None:
        at = bisect_left(self.items, item)
        if at < len(self.items) and self.items[at] == item:
            self.version += 1
            del self.items[at]

    def below(self, before: int, limit: int) -> list[int]:
        """The newest ``limit`` items older than ``before``, descending."""
        end = bisect_left(self.items, before)
        found = self.items[max(0, end - limit) : end].tolist()
        found.reverse()
        return found


class _Audience:
    """The warm windows that an author's items are pushed to."""

    __slots__ = ("full", "windows")

    def __init__(self) -> None:
        self.windows: list[Window] = []
        self.full = 16

    def add(self, window: Window) -> None:
        if len(self.windows) >= self.full:
            self.windows = [each for each in self.windows if each.alive]
            self.full = max(16, 2 * len(self.windows))
        self.windows.append(window)


class _Stream:
    """What is in memory of one stream."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.warm: OrderedDict[int, Window] = OrderedDict()
        self.audiences: dict[int, _Audience] = {}
        self.wide: frozenset[int] | None = None
        self.wide_items: dict[int, Window] = {}
        self.wide_version = 0
        """Grows whenever a widely followed author's items change."""
        self.recent: deque[tuple[int, int, int, bool]] = deque(maxlen=_REPLAY)

    def clear(self) -> None:
        for window in self.warm.values():
            window.alive = False
        self.warm.clear()
        self.audiences.clear()
        self.wide_items.clear()
        self.wide = None


class Timelines:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._streams: dict[str, _Stream] = {}
        self._lock = RLock()
        self._regraphed: deque[tuple[int, int]] = deque(maxlen=2_000)
        hub.listen("feeds", self._on_item)
        hub.listen("feeds.wide", self._on_wide)
        hub.listen("feeds.reset", self._on_reset)
        hub.listen("graph", self._on_graph)
        hub.on_reset(self.clear)

    @classmethod
    def build(cls, env: Env) -> Timelines:
        return cls(env.part(Hub))

    def clear(self) -> None:
        with self._lock:
            for stream in self._streams.values():
                stream.clear()

    def is_wide(self, tx: Tx, stream: str, author: int) -> bool:
        return author in self._wide(tx, self._stream(stream))

    # Reading

    def page(
        self, tx: Tx, name: str, sources: Sources, owner: int, before: int, limit: int
    ) -> tuple[int, ...]:
        """Items older than ``before``, newest first, as a pull would give them now.

        The newest page is the same object until something in it changes.
        """
        self._hub.catch_up(tx)
        stream = self._stream(name)
        window = self._warm(tx, stream, sources, owner)
        if before < ids.MAX or limit > _MOST_ON_TOP:
            return tuple(self._page(tx, stream, sources, window, before, limit))
        top, version, wide_version = window.top, window.version, stream.wide_version
        if top is None or top[:3] != (version, wide_version, limit):
            found = self._page(tx, stream, sources, window, before, limit)
            top = window.top = _Top(version, wide_version, limit, tuple(found))
        return top.items

    def _page(
        self, tx: Tx, stream: _Stream, sources: Sources, window: Window, before: int, limit: int
    ) -> list[int]:
        name, owner = stream.name, window.owner
        if before < window.floor:
            return self.pull(tx, name, self._authors(tx, sources, owner), before, limit)
        found = self._merged(tx, stream, window, before, limit)
        while len(found) < limit and window.floor > 0:
            if len(window.items) >= MOST_ITEMS:
                rest = self.pull(
                    tx,
                    name,
                    self._authors(tx, sources, owner),
                    min(found[-1] if found else before, window.floor),
                    limit,
                )
                return sorted({*found, *rest}, reverse=True)[:limit]
            self._extend(tx, stream, sources, window)
            found = self._merged(tx, stream, window, before, limit)
        return found

    def keep_warm(self, tx: Tx, name: str, sources: Sources, owner: int) -> None:
        self._hub.catch_up(tx)
        self._warm(tx, self._stream(name), sources, owner)

    def sources_among(
        self, tx: Tx, name: str, sources: Sources, owner: int, people: Iterable[int]
    ) -> set[int]:
        """Which of ``people`` the owner's timeline has items of."""
        authors = self._warm(tx, self._stream(name), sources, owner).authors
        found = set()
        for person in people:
            at = bisect_left(authors, person)
            if at < len(authors) and authors[at] == person:
                found.add(person)
        return found

    def page_up(self, tx: Tx, name: str, sources: Sources, owner: int, after: int, limit: int) -> list[int]:
        """The ``limit`` items next above ``after``, newest first."""
        before, found = ids.MAX, deque[int](maxlen=limit)
        while True:
            page = self.page(tx, name, sources, owner, before, 100)
            for item in page:
                if item <= after:
                    return list(found)
                found.append(item)
            if len(page) < 100:
                return list(found)
            before = page[-1]

    def _merged(self, tx: Tx, stream: _Stream, window: Window, before: int, limit: int) -> list[int]:
        """The newest ``limit`` items below ``before`` and not below the window's floor."""
        with self._lock:
            found = window.below(before, limit)
        if not window.wide:
            return found
        floor = window.floor if len(found) < limit else found[-1]
        extra: set[int] = set()
        kept = stream.wide_items
        for author in window.wide:
            known = kept.get(author)
            # Most of them have posted nothing since the page's end: told by one look.
            newest = known.items[-1:] if known is not None and known.floor <= floor else None
            if newest is None or (newest and newest[0] >= floor):
                extra.update(self._wide_page(tx, stream, author, before, floor, limit))
        if not extra:
            return found
        extra.update(found)
        return sorted(extra, reverse=True)[:limit]

    def _wide_page(
        self, tx: Tx, stream: _Stream, author: int, before: int, floor: int, limit: int
    ) -> list[int]:
        """Up to ``limit`` items of a widely followed author between ``floor`` and ``before``."""
        with self._lock:
            kept = stream.wide_items.get(author)
        if kept is None:
            newest = queries.of_author.all(
                tx, stream=stream.name, author=author, before=ids.MAX, after=0, limit=_FIRST_PULL
            )
            kept = Window(author, reversed(newest), newest[-1] if len(newest) == _FIRST_PULL else 0)
            with self._lock:
                self._replay(stream, kept, {author})
                stream.wide_items[author] = kept
        with self._lock:
            found = [item for item in kept.below(before, limit) if item >= floor]
        if len(found) < limit and kept.floor > floor:
            return queries.of_author.all(
                tx, stream=stream.name, author=author, before=before, after=floor - 1, limit=limit
            )
        return found

    # Building windows

    def _stream(self, name: str) -> _Stream:
        found = self._streams.get(name)
        if found is None:
            with self._lock:
                found = self._streams.setdefault(name, _Stream(name))
        return found

    def _wide(self, tx: Tx, stream: _Stream) -> frozenset[int]:
        wide = stream.wide
        if wide is None:
            wide = stream.wide = frozenset(queries.all_wide.all(tx, stream=stream.name))
        return wide

    def _authors(self, tx: Tx, sources: Sources, owner: int) -> list[int]:
        return sorted({owner, *sources(tx, owner)})

    def _warm(self, tx: Tx, stream: _Stream, sources: Sources, owner: int) -> Window:
        with self._lock:
            window = stream.warm.get(owner)
            if window is not None:
                stream.warm.move_to_end(owner)
                return window
        wide = self._wide(tx, stream)
        authors = self._authors(tx, sources, owner)
        pushed = [author for author in authors if author not in wide]
        found, floor = self._pull_window(tx, stream, pushed, ids.MAX, tx.now, _FIRST_PULL)
        among = tuple(author for author in authors if author in wide)
        window = Window(owner, reversed(found), floor, among, authors)
        with self._lock:
            self._replay(stream, window, set(pushed))
            if stream.wide is wide and not self._changed_since(tx, owner):
                old = stream.warm.pop(owner, None)
                if old is not None:
                    old.alive = False
                stream.warm[owner] = window
                for author in pushed:
                    stream.audiences.setdefault(author, _Audience()).add(window)
                while len(stream.warm) > MOST_WARM:
                    _, gone = stream.warm.popitem(last=False)
                    gone.alive = False
                    gone.items = array("q")
        return window

    def _changed_since(self, tx: Tx, owner: int) -> bool:
        """Whether the owner's follows changed so lately that this snapshot may not have it. On SQLite
        transactions of readers and the event log are read in one thread, so it always has."""
        if tx.dialect == "sqlite":
            return False
        return any(who == owner and at > tx.now - _SETTLE for who, at in self._regraphed)

    def _replay(self, stream: _Stream, window: Window, authors: set[int]) -> None:
        for _, author, item, on in stream.recent:
            if author in authors:
                if on:
                    window.add(item)
                else:
                    window.discard(item)

    def _extend(self, tx: Tx, stream: _Stream, sources: Sources, window: Window) -> None:
        """Lower the window's floor by one pull."""
        wide = set(window.wide)
        pushed = [author for author in self._authors(tx, sources, window.owner) if author not in wide]
        room = max(100, MOST_ITEMS - len(window.items))
        older, floor = self._pull_window(
            tx, stream, pushed, window.floor, ids.moment(window.floor), min(room, _FIRST_PULL)
        )
        with self._lock:
            if floor < window.floor:
                merged = sorted({*older, *window.items})
                window.items = array("q", merged)
                window.floor = floor
                window.version += 1
                self._replay(stream, window, set(pushed))

    def _pull_window(
        self, tx: Tx, stream: _Stream, authors: Sequence[int], before: int, newest: int, want: int
    ) -> tuple[list[int], int]:
        """The newest items below ``before``, descending, and the floor from which they are complete.

        Looks at growing spans of time, so that a short look suffices for the busy and a few for the quiet.
        """
        found: list[int] = []
        top = before
        for span in (*_WINDOWS, None):
            since = ids.at(newest - span) if span is not None else 0
            got = queries.of_authors.all(
                tx, stream=stream.name, authors=authors, before=top, since=since, limit=want - len(found)
            )
            found += got
            if len(found) >= want:
                return found, found[-1]
            top = since
            if since == 0 or len(found) >= want // 4:
                return found, since
        return found, 0

    def pull(self, tx: Tx, name: str, authors: Sequence[int], before: int, limit: int) -> list[int]:
        """A page straight from the database: far below what is kept, or of people nobody follows."""
        found: list[int] = []
        top = before
        newest = min(ids.moment(before), tx.now)
        for span in (*_WINDOWS, None):
            since = ids.at(newest - span) if span is not None else 0
            found += queries.of_authors.all(
                tx, stream=name, authors=authors, before=top, since=since, limit=limit - len(found)
            )
            if len(found) >= limit or since == 0:
                break
            top = since
        return found

    # Hearing of what happened

    def _on_item(self, event: Event) -> None:
        name, item, on = event.data["stream"], int(event.data["item"]), event.data["on"]
        stream = self._stream(name)
        author = event.key
        told: list[int] = []
        with self._lock:
            stream.recent.append((event.seq, author, item, on))
            kept = stream.wide_items.get(author)
            if kept is not None:
                stream.wide_version += 1
                if on:
                    kept.add(item)
                else:
                    kept.discard(item)
            audience = stream.audiences.get(author)
            if audience is not None:
                for window in audience.windows:
                    if not window.alive:
                        continue
                    if not on:
                        window.discard(item)
                    elif (items := window.items) and items[-1] < item and len(items) < MOST_ITEMS:
                        items.append(item)  # as ``add`` does with what is newest, for thousands at once
                        window.version += 1
                        told.append(window.owner)
                    elif window.add(item):
                        told.append(window.owner)
        if on:
            self._tell(stream, author, item, told, event)

    def _tell(self, stream: _Stream, author: int, item: int, told: list[int], event: Event) -> None:
        """Let the connected browsers of those owners know."""
        topic = f"timeline:{stream.name}"
        if stream.wide and author in stream.wide:
            watched = self._hub.watched(topic)
            with self._lock:
                told += [
                    owner
                    for owner in watched
                    if (w := stream.warm.get(owner)) is not None and author in w.wide
                ]
        owners = self._hub.watched(topic, told)
        for owner in owners:
            self._hub.emit(
                Event(event.seq, event.at, topic, owner, {"item": str(item), "author": str(author)})
            )

    def _on_wide(self, event: Event) -> None:
        with self._lock:
            self._stream(event.data["stream"]).clear()

    def _on_reset(self, event: Event) -> None:
        with self._lock:
            self._stream(event.data).clear()

    def _on_graph(self, event: Event) -> None:
        """Somebody's ties changed: their timelines are pulled again when they are next asked for."""
        if event.data["kind"] not in ("follow", "friend", "exclusive"):
            return
        with self._lock:
            both = (event.key, int(event.data["other"]))
            for owner in both if event.data["kind"] == "friend" else both[:1]:
                self._regraphed.append((owner, event.at))
                for stream in self._streams.values():
                    window = stream.warm.pop(owner, None)
                    if window is not None:
                        window.alive = False
