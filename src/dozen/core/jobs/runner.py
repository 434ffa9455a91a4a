"""The threads that do jobs."""

from __future__ import annotations

import os
import socket
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from dozen.core.jobs import claims, queries, schedules
from dozen.core.jobs.errors import AlreadyStarted
from dozen.core.jobs.handlers import Handler, Registry, Schedule
from dozen.core.jobs.service import Bell
from dozen.core.jobs.stats import Stats
from dozen.core.jobs.structs import Claimed
from dozen.core.jobs.work import Held, log, perform
from dozen.db import Database, Tx
from dozen.kit import clock, crypto
from dozen.kit.env import Env
from dozen.kit.errors import Unavailable

T = TypeVar("T")

_AHEAD = 4  # jobs claimed at once for each idle thread: a claim is a commit
_STALE = 2.0  # seconds after which a claimed job that found no thread goes back to the queue
_POLL_SECONDS = {"sqlite": 0.25, "postgresql": 1.0}
_LONGEST_WAIT = 2.0
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05


class _Polite:
    """SQLite has one writer at a time, and requests are waiting: jobs take at most every other moment.

    Without this a backlog keeps the write lock busy, and the event loop, which must not block on it,
    hardly ever finds it free.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self.dialect, self.inline = db.dialect, db.inline
        self._one = threading.Lock()

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return self._db.run_read(env, verb)

    def run_known(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return self._db.run_known(env, verb)

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        with self._one:
            began = monotonic()
            try:
                return self._db.run_write(env, verb)
            finally:
                sleep(min(max(monotonic() - began, _SHORTEST_PAUSE), _LONGEST_PAUSE))

    def close(self) -> None:
        self._db.close()


class Runner:
    """Does the jobs that the registry has handlers for: worker threads, and a keeper.

    Workers sleep until this process commits a job, or the keeper sees one that is due. The keeper also
    renews leases, stores progress and fires schedules. A database that goes away stops nothing: both
    look again until it is back.
    """

    def __init__(self, env: Env, db: Database, *, poll_seconds: float | None = None) -> None:
        self._env = env
        self._db: Database = db
        self._registry = env.part(Registry)
        self._poll = poll_seconds or _POLL_SECONDS[db.dialect]
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{crypto.token(6)}"
        self._threads: list[threading.Thread] = []
        self._keeper: threading.Thread | None = None
        self._over = threading.Event()
        self._ensured: dict[str, Schedule] = {}
        self._away = False
        self._failures = 0
        # Guarded by the condition; never held while the database is asked.
        self._turn = threading.Condition()
        self._ready: deque[Held] = deque()
        self._held: dict[int, Held] = {}
        self._idle = 0
        self._look = True
        self._claiming = False
        self._stopping = threading.Event()

    # From outside

    def start(self, threads: int) -> None:
        """Begin, with so many workers; with none nothing runs, not even schedules."""
        if self._threads:
            raise AlreadyStarted
        if threads <= 0:
            return
        if self._db.inline:
            self._db = _Polite(self._db)
        self._env.part(Bell).wakers.append(self.wake)
        self._env.on_close(self.stop)
        self._threads = [
            threading.Thread(target=self._work, name=f"jobs-{n}", daemon=True) for n in range(threads)
        ]
        self._keeper = threading.Thread(target=self._keep, name="jobs-keeper", daemon=True)
        for thread in (*self._threads, self._keeper):
            thread.start()

    def wake(self) -> None:
        """There may be jobs: look soon. Cheap, and callable from any thread."""
        with self._turn:
            self._look = True
            self._turn.notify()

    def stop(self, limit: float = 10.0) -> None:
        """Take no more jobs and wait up to ``limit`` seconds for those that run.

        One that takes longer goes on until the process ends; when its lease is over, another worker
        does it again.
        """
        if self._keeper is None or self._over.is_set():
            return
        with self._turn:
            self._stopping.set()
            left = list(self._ready)
            self._ready.clear()
            self._turn.notify_all()
        self._hand_back(left)
        until = monotonic() + limit
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        self._over.set()
        self._keeper.join(2.0)
        bell = self._env.part(Bell)
        bell.wakers = [waker for waker in bell.wakers if waker != self.wake]
        for held in list(self._held.values()):
            log.warning("job %s %d still runs; its lease will run out", held.row.kind, held.row.id)

    def drain(self, *, until: int | None = None) -> int:
        """Run everything that is due, in this thread, one by one; how many tries that took.

        With ``until`` (ms) jobs count as due that wait for a moment up to then, retries too.
        """
        tries = 0
        while True:
            found = self._claim(1, until)
            if not found:
                return tries
            for held in found:
                perform(self._env, self._db, self.worker, held, self._once)
                tries += 1

    def tick(self, *, now: int | None = None) -> int:
        """Fire the schedules that are due, in this thread; how many. The keeper does it by itself."""
        self._ensure()
        return self._db.run_write(
            self._env, lambda tx: schedules.fire(tx, dict(self._registry.schedules), now)
        )

    # Workers

    def _work(self) -> None:
        while (held := self._next()) is not None:
            try:
                perform(self._env, self._db, self.worker, held, self._patiently)
            except Exception:
                log.exception("job %s %d could not be settled", held.row.kind, held.row.id)
            finally:
                with self._turn:
                    self._held.pop(held.row.id, None)

    def _next(self) -> Held | None:
        """A job to begin, once there is one; None at the end. One thread at a time claims for all."""
        while True:
            with self._turn:
                self._idle += 1
                while not (self._stopping.is_set() or self._ready or (self._look and not self._claiming)):
                    self._turn.wait()
                self._idle -= 1
                if self._stopping.is_set():
                    return None
                if self._ready:
                    return self._ready.popleft()
                self._claiming, self._look = True, False
                limit = (self._idle + 1) * _AHEAD
            found = self._try_claim(limit)
            with self._turn:
                self._claiming = False
                self._look = self._look or len(found) == limit
                if not self._stopping.is_set():
                    self._held.update((held.row.id, held) for held in found)
                    self._ready.extend(found)
                    self._turn.notify_all()
                    continue
            self._hand_back(found)

    def _try_claim(self, limit: int) -> list[Held]:
        try:
            return self._claim(limit)
        except Unavailable as error:
            self._note_away(error)  # the keeper calls again when it is back
        except Exception:
            log.exception("could not look for jobs")
        return []

    def _claim(self, limit: int, now: int | None = None) -> list[Held]:
        handlers = dict(self._registry.handlers)
        if not handlers:
            return []
        with self._turn:
            mine = set(self._held)
        rows, buried = self._db.run_write(
            self._env, lambda tx: claims.claim(tx, self.worker, handlers, limit, held=mine, now=now)
        )
        for row in buried:
            self._env.part(Stats).add(row.kind, "dead", 0.0)
            log.error("job %s %d given up: its worker died at attempt %d", row.kind, row.id, row.attempt)
        return [Held(row, handlers[row.kind]) for row in rows]

    def _once(self, verb: Callable[[Tx], T], /) -> T:
        return self._db.run_write(self._env, verb)

    def _patiently(self, verb: Callable[[Tx], T], /) -> T:
        """``verb`` in a write transaction; while the database is away, again and again until the end."""
        pause = 0.1
        while True:
            try:
                return self._once(verb)
            except Unavailable as error:
                self._note_away(error)
                if self._over.wait(pause):
                    raise
                pause = min(pause * 2, _LONGEST_WAIT)

    def _hand_back(self, left: list[Held]) -> None:
        if not left:
            return
        try:
            self._db.run_write(
                self._env, lambda tx: claims.hand_back(tx, self.worker, [held.row for held in left])
            )
        except Exception as error:
            log.warning("%d jobs could not be handed back; their leases will run out: %s", len(left), error)
        with self._turn:
            for held in left:
                self._held.pop(held.row.id, None)

    # The keeper

    def _keep(self) -> None:
        while not self._over.wait(self._interval()):
            failures = self._failures
            try:
                self._beat()
                if not self._stopping.is_set():
                    self._release_stale()
                    self._ensure()
                    self._see_what_is_due()
                    if self._away and failures == self._failures:
                        self._away = False
                        log.info("the database is back")
            except Unavailable as error:
                self._note_away(error)
            except Exception:
                log.exception("the keeper of jobs failed; it goes on")

    def _interval(self) -> float:
        leases = [handler.lease / 3 / clock.SECOND for handler in list(self._registry.handlers.values())]
        return min(self._poll, *leases) if leases else self._poll

    def _beat(self) -> None:
        """Renew leases that are a third over, and store progress."""
        now = monotonic()
        with self._turn:
            stale = [h for h in self._held.values() if (now - h.beaten) * clock.SECOND >= h.handler.lease / 3]
            news: list[tuple[Claimed, float]] = []
            for held in self._held.values():
                if held.fraction is not None:
                    news.append((held.row, held.fraction))
                    held.fraction = None
        if not stale and not news:
            return
        by_lease: dict[int, list[int]] = {}
        for held in stale:
            by_lease.setdefault(held.handler.lease, []).append(held.row.id)

        def renew(tx: Tx) -> None:
            claims.beat(tx, self.worker, by_lease)
            claims.report(tx, self.worker, news)

        self._db.run_write(self._env, renew)
        for held in stale:
            held.beaten = now

    def _release_stale(self) -> None:
        """Jobs claimed for threads that turned out to be busy: somebody else may be free."""
        oldest = monotonic() - _STALE
        with self._turn:
            stale = [held for held in self._ready if held.claimed < oldest]
            for held in stale:
                self._ready.remove(held)
        self._hand_back(stale)

    def _ensure(self) -> None:
        wanted = dict(self._registry.schedules)
        if wanted != self._ensured:
            self._db.run_write(self._env, lambda tx: schedules.ensure(tx, wanted))
            self._ensured = wanted

    def _see_what_is_due(self) -> None:
        handlers: dict[str, Handler] = self._registry.handlers
        mine = dict(self._registry.schedules)

        def look(tx: Tx) -> tuple[bool, bool]:
            jobs = bool(queries.any_due.first(tx, now=tx.now, kinds=list(handlers)))
            return jobs, bool(schedules.due(tx, mine))

        jobs, times = self._db.run_read(self._env, look)
        if times:
            self._db.run_write(self._env, lambda tx: schedules.fire(tx, mine))  # wakes by its commit
        if jobs:
            self.wake()

    def _note_away(self, error: Exception) -> None:
        self._failures += 1
        if not self._away:
            self._away = True
            log.warning("the database does not answer; jobs wait for it: %s", error)
