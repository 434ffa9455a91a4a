"""Group commit for writes that run in the event loop (SQLite).

Requests that arrive together share one transaction on disk: each runs in its own savepoint, all
are committed at once, and only then answered. A verb that raises undoes its own savepoint; a
commit that fails fails them all. The loop never sleeps on the write lock: when another thread or
process holds it, the queue looks again a moment later. Where the disk is slow, the commit itself
is done in a thread, and reads go on meanwhile.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from dozen.db.engine import SqliteDatabase
from dozen.db.errors import Broken, Busy, translate
from dozen.db.tx import Tx
from dozen.kit.env import Env

T = TypeVar("T")
_Job = tuple[Callable[[Tx], Any], "asyncio.Future[Any]"]

_MOST = 64  # writes in one commit
_WHILE = 0.02  # seconds of verbs until the loop may do something else
_LONGEST = 0.06  # seconds until they are committed
_PATIENCE = 10.0  # seconds to wait for the write lock
_SLOW = 0.002  # seconds: a commit that takes longer on average goes to a thread


class WriteQueue:
    """Runs write verbs for one event loop. Not thread-safe: call it from the loop only."""

    def __init__(self, db: SqliteDatabase, env: Env) -> None:
        self._db = db
        self._env = env
        self._driver: sqlite3.Connection | None = None
        self._queue: deque[_Job] = deque()
        self._busy = False
        self._waiting_since = 0.0
        self._commit_seconds = 0.0

    async def run(self, verb: Callable[[Tx], T]) -> T:
        """``verb`` in a write transaction; returns once it is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.append((verb, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._turn, loop)
        return await future

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._start(loop):
            self._go_on(loop, [], [], monotonic() + _LONGEST)

    def _go_on(
        self,
        loop: asyncio.AbstractEventLoop,
        done: list[tuple[asyncio.Future[Any], Any, Tx]],
        failed: list[tuple[asyncio.Future[Any], BaseException]],
        latest: float,
    ) -> None:
        """Run what waits, for a while. If there is more, it goes on in the same transaction once the loop has
        looked at all else: the more share a commit, the less each costs."""
        driver = self._driver
        assert driver is not None
        now = monotonic()
        pause, slow = now + _WHILE, False
        while self._queue and len(done) + len(failed) < _MOST and not slow and now < latest:
            if now >= pause:
                loop.call_soon(self._go_on, loop, done, failed, latest)
                return
            verb, future = self._queue.popleft()
            tx = Tx(self._env, driver, "sqlite", writes=True, beside=self._db.run_beside)
            try:
                driver.execute("SAVEPOINT w")
                result = verb(tx)
                tx.finish()
                driver.execute("RELEASE w")
            except Exception as error:
                failed.append((future, translate(error)))
                if not driver.in_transaction:  # SQLite gave the whole transaction up (full disk, I/O error)
                    self._fail(done, failed, translate(error))
                    self._finish(loop)
                    return
                try:
                    driver.execute("ROLLBACK TO w")
                    driver.execute("RELEASE w")
                except sqlite3.Error as lost:
                    self._undo(driver)
                    self._fail(done, failed, translate(lost))
                    self._finish(loop)
                    return
            else:
                done.append((future, result, tx))
            before, now = now, monotonic()
            slow = now - before > _WHILE  # one that takes long does not keep the others' answers back
        if self._commit_seconds < _SLOW:
            self._commit(driver)
            self._answer(loop, done, failed, None)
        else:
            task = loop.run_in_executor(None, self._commit, driver)
            task.add_done_callback(lambda f: self._answer(loop, done, failed, f))

    def _start(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Take the write lock, or look again later."""
        if not self._db.gate.acquire(blocking=False):
            self._db.loop_waits = True
            self._later(loop)
            return False
        self._db.loop_waits = False
        try:
            if self._driver is None:
                self._driver = self._db.connect()
                self._driver.execute("PRAGMA busy_timeout=0")
            self._driver.execute("BEGIN IMMEDIATE")
        except Exception as error:
            self._db.gate.release()
            known = translate(error)
            if isinstance(known, Busy):
                self._later(loop)
            else:
                self._waiting_since = 0.0
                self._busy = False
                self._fail_queue(known)
            return False
        self._waiting_since = 0.0
        return True

    def _later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._waiting_since = self._waiting_since or monotonic()
        waited = monotonic() - self._waiting_since
        if waited > _PATIENCE:
            self._waiting_since = 0.0
            self._busy = False
            self._db.loop_waits = False
            self._fail_queue(Busy())
        else:
            loop.call_later(min(0.0005 + waited / 10, 0.02), self._turn, loop)

    def _commit(self, driver: sqlite3.Connection) -> None:
        began = monotonic()
        self._error: BaseException | None = None
        try:
            driver.execute("COMMIT")
        except Exception as error:
            self._error = translate(error)
            self._undo(driver)
        self._commit_seconds += (monotonic() - began - self._commit_seconds) / 16

    def _undo(self, driver: sqlite3.Connection) -> None:
        """Roll back. A connection that cannot even do that is given up, and its lock with it."""
        try:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
        except sqlite3.Error:
            driver.close()
            self._driver = None

    def _answer(
        self,
        loop: asyncio.AbstractEventLoop,
        done: list[tuple[asyncio.Future[Any], Any, Tx]],
        failed: list[tuple[asyncio.Future[Any], BaseException]],
        _: Any,
    ) -> None:
        if self._error is not None:
            self._fail(done, failed, self._error)
            self._finish(loop)
            return
        self._finish(loop)
        for future, error in failed:
            _reject(future, error)
        for future, result, tx in done:
            tx.committed()
            if not future.done():
                future.set_result(result)

    def _finish(self, loop: asyncio.AbstractEventLoop) -> None:
        self._db.gate.release()
        if self._queue:
            loop.call_soon(self._turn, loop)
        else:
            self._busy = False

    def _fail(
        self,
        done: list[tuple[asyncio.Future[Any], Any, Tx]],
        failed: list[tuple[asyncio.Future[Any], BaseException]],
        error: BaseException,
    ) -> None:
        if not isinstance(error, Busy | Broken) and not hasattr(error, "code"):
            error = Broken()
        for future, own in failed:
            _reject(future, own)
        for future, _, _ in done:
            _reject(future, error)

    def _fail_queue(self, error: BaseException) -> None:
        while self._queue:
            _reject(self._queue.popleft()[1], error)


def _reject(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
