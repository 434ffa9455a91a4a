"""The process's ear on the event log.

Every process follows the log in the database and hands new events to its listeners (caches,
timelines) and to the browsers connected to it. It looks when one of its own transactions has
committed, when another process rings through Redis, and otherwise every half second (on SQLite it
first asks for the file's data version, which costs next to nothing).

On PostgreSQL sequence numbers are taken before the commit, so a number may be missing when a higher
one is already there. Missing numbers are remembered and looked for again until they must have been
rolled back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

from dozen.core.realtime import queries
from dozen.core.realtime.bell import Bell
from dozen.core.realtime.structs import Event
from dozen.db import Database, Tx
from dozen.kit import clock
from dozen.kit.env import Env

Listener: TypeAlias = Callable[[Event], None]
Channel: TypeAlias = tuple[str, int]

log = logging.getLogger("dozen.realtime")

_BATCH = 500
_LOST_AFTER = 60 * clock.SECOND
_POLL_SECONDS = 0.5
_MOST_WAITING = 256


class Subscription:
    """One browser's stream: events of its channels, newest kept when the reader is too slow."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop, channels: frozenset[Channel]) -> None:
        self._hub = hub
        self._loop = loop
        self.channels = channels
        self._queue: asyncio.Queue[Event] = asyncio.Queue(_MOST_WAITING)

    async def next(self, timeout: float) -> Event | None:
        """The next event; None when ``timeout`` seconds have passed without one."""
        try:
            async with asyncio.timeout(timeout):
                return await self._queue.get()
        except TimeoutError:
            return None

    def offer(self, event: Event) -> None:
        """Called from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has closed
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Event) -> None:
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(event)

    def close(self) -> None:
        self._hub.leave(self)


class Hub:
    def __init__(self, env: Env) -> None:
        self._env = env
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._resets: list[Callable[[], None]] = []
        self._subscriptions: dict[Channel, set[Subscription]] = defaultdict(set)
        self._watched: dict[str, set[int]] = defaultdict(set)
        self._lock = threading.RLock()
        self._last: int | None = None
        self._missing: dict[int, int] = {}
        self._due = True
        self._version: int | None = None
        self._bell = Bell(env, self.ring)
        self._wakers: list[Callable[[], None]] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def build(cls, env: Env) -> Hub:
        hub = cls(env)
        env.on_close(hub.close)
        return hub

    # Listening inside the process

    def listen(self, topic: str, listener: Listener) -> None:
        """Call ``listener`` for every event of ``topic``, from whichever thread follows the log. Be quick."""
        self._listeners[topic].append(listener)

    def on_reset(self, reset: Callable[[], None]) -> None:
        """Call ``reset`` when events may have been missed: forget what was derived from them."""
        self._resets.append(reset)

    # Browsers

    def subscribe(self, channels: Iterable[Channel]) -> Subscription:
        """A stream of the events of ``channels`` for the running event loop. Close it at its end."""
        made = Subscription(self, asyncio.get_running_loop(), frozenset(channels))
        with self._lock:
            for channel in made.channels:
                self._subscriptions[channel].add(made)
                self._watched[channel[0]].add(channel[1])
        return made

    def leave(self, subscription: Subscription) -> None:
        with self._lock:
            for channel in subscription.channels:
                left = self._subscriptions.get(channel)
                if left is not None:
                    left.discard(subscription)
                    if not left:
                        del self._subscriptions[channel]
                        self._watched[channel[0]].discard(channel[1])

    def watched(self, topic: str, among: Iterable[int] | None = None) -> set[int]:
        """Keys of ``topic`` (``among`` these) that somebody in this process is connected for."""
        with self._lock:
            there = self._watched[topic]
            return there.copy() if among is None else there.intersection(among)

    def emit(self, event: Event) -> None:
        """Hand an event to the connected browsers of this process only (it is not in the log)."""
        with self._lock:
            targets = list(self._subscriptions.get((event.topic, event.key), ()))
        for target in targets:
            target.offer(event)

    # Following the log

    def wake(self) -> None:
        """One of this process's transactions committed events: read them soon, and ring the others."""
        self.ring()
        self._bell.strike()

    def ring(self) -> None:
        """There may be new events."""
        self._due = True
        for waker in self._wakers:
            waker()

    def catch_up(self, tx: Tx) -> None:
        """Deliver what is new, before an answer is built from what listeners keep.

        Costs a look at shared memory on SQLite when nothing is new, and one short query on PostgreSQL; once
        in a transaction that reads.
        """
        if tx.heard:
            return
        tx.heard = not tx.writes
        if tx.beside is not None:
            # What this transaction, and those that share its commit, published is not true yet, and its
            # numbers are given again should the commit fail.
            tx.beside(tx.env, self.catch_up)
            return
        mark: object = None
        fresh = not tx.begun  # or else the mark may tell of a commit that this transaction does not see
        if tx.dialect == "sqlite":
            mark = tx.mark() if tx.mark is not None else b""
            if not mark and not self._due:
                # The pragma speaks of one connection, so versions of different threads do not compare.
                mark = (id(tx.driver), tx.driver.execute("PRAGMA data_version").fetchone()[0])
            if mark == self._mark and not self._due:
                return
        with self._lock:
            self._due = False
            try:
                self._read(tx)
            except BaseException:
                self._due = True
                raise
            self._mark = mark if fresh else None

    _mark: object = None

    def _read(self, tx: Tx) -> None:
        if self._last is None:
            self._last = queries.newest.first(tx) or 0
            if tx.dialect == "postgresql":
                self._note_absent(tx, self._last)
            self._reset()
            return
        while True:
            if self._missing:
                found = queries.after_or_missing.all(
                    tx, seq=self._last, missing=list(self._missing), limit=_BATCH
                )
            else:
                found = queries.after.all(tx, seq=self._last, limit=_BATCH)
            if found and found[0].seq > self._last + 1 and self._trimmed_past(tx):
                self._last = max(self._last, found[0].seq - _BATCH)
                self._reset()
            for event in found:
                if tx.dialect == "postgresql":
                    self._note_gaps(event.seq, tx.now)
                self._last = max(self._last, event.seq)
                self._deliver(event)
            if len(found) < _BATCH:
                break
        if self._missing:
            self._missing = {
                seq: since for seq, since in self._missing.items() if tx.now - since < _LOST_AFTER
            }

    def _trimmed_past(self, tx: Tx) -> bool:
        assert self._last is not None
        return (queries.oldest.first(tx) or 0) > self._last + 1

    def _note_gaps(self, seq: int, now: int) -> None:
        assert self._last is not None
        if self._missing.pop(seq, None) is None:
            for gap in range(self._last + 1, seq):
                self._missing[gap] = now

    def _note_absent(self, tx: Tx, newest: int) -> None:
        """Numbers below the newest may belong to transactions that have yet to commit."""
        first = max(newest - _BATCH, 0) + 1
        there = {event.seq for event in queries.after.all(tx, seq=first - 1, limit=_BATCH)}
        self._missing = dict.fromkeys((seq for seq in range(first, newest) if seq not in there), tx.now)

    def _reset(self) -> None:
        for reset in self._resets:
            reset()

    def _deliver(self, event: Event) -> None:
        for listener in self._listeners.get(event.topic, ()):
            try:
                listener(event)
            except Exception:  # the others, and the request that happens to read the log, go on
                log.exception("a listener of %s failed; everything derived is forgotten", event.topic)
                self._reset()
        self.emit(event)

    # Running

    def start(self, db: Database, *, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Follow the log in the background: in the loop's own thread on SQLite, else in a thread."""
        db.run_read(self._env, self.catch_up)
        self._bell.start()
        if db.inline and loop is not None:
            _LoopFollower(self, db, self._env, loop).start()
        else:
            self._thread = threading.Thread(target=self._follow, args=(db,), name="realtime", daemon=True)
            self._thread.start()

    def _follow(self, db: Database) -> None:
        bell = threading.Event()
        self._wakers.append(bell.set)
        while not self._stop.is_set():
            bell.wait(_POLL_SECONDS)
            bell.clear()
            if self._stop.is_set():
                return
            with contextlib.suppress(Exception):  # the database is away: look again in a moment
                db.run_read(self._env, self.catch_up)

    def close(self) -> None:
        self._stop.set()
        self._bell.close()
        for waker in self._wakers:
            waker()
        if self._thread is not None:
            self._thread.join(2)


class _LoopFollower:
    """Follows the log from the event loop, where SQLite reads are cheap."""

    def __init__(self, hub: Hub, db: Database, env: Env, loop: asyncio.AbstractEventLoop) -> None:
        self._hub, self._db, self._env, self._loop = hub, db, env, loop
        self._soon = False

    def start(self) -> None:
        self._hub._wakers.append(self._wake)
        self._loop.call_later(_POLL_SECONDS, self._tick)

    def _wake(self) -> None:
        if not self._soon:
            self._soon = True
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        self._soon = False
        if self._hub._stop.is_set():
            return
        with contextlib.suppress(Exception):
            self._db.run_read(self._env, self._hub.catch_up)

    def _tick(self) -> None:
        if not self._hub._stop.is_set():
            self._look()
            self._loop.call_later(_POLL_SECONDS, self._tick)
