"""Writes of one kind that many ask for at the same moment: one transaction for all of them.

What each needs is read for all at once beforehand and left in ``tx.known``, and what they leave to be
written (``soon``, ``later``, ``at_end``) is written for all at once: statements are asked once for many
instead of once for each. Between them stands the verb as it always is, in a savepoint of its own::

    PAYING = Together(ready, who=lambda wish: wish.payer)
    await call.write_with(PAYING, wish, verb)

``ready`` may leave out what it likes; the verb then reads it itself. One that raises is undone alone. When
the transaction of all of them fails, each is tried in one of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from dozen.db.errors import Broken, Busy, Full, Unstorable
from dozen.db.tx import Tx
from dozen.kit.errors import Fault

T = TypeVar("T")
W = TypeVar("W")

MOST = 64
"""Writes in one transaction, where nobody says otherwise."""


class Together(Generic[W]):
    """A kind of write. ``who`` says whose turn it is: of one person there is one in a transaction at a time,
    so that what was read for them still stands when their verb begins."""

    def __init__(self, ready: Callable[[Tx, Sequence[W]], None], *, who: Callable[[W], Hashable]) -> None:
        self.ready = ready
        self.who = who


class Run(Protocol):
    """Runs a verb in a write transaction; returns once it is committed."""

    def __call__(self, verb: Callable[[Tx], T], /) -> Awaitable[T]: ...


class _Job:
    """Somebody's wish, and what became of it."""

    __slots__ = ("error", "future", "result", "verb", "wish")

    def __init__(self, wish: Any, verb: Callable[[Tx], Any], future: asyncio.Future[Any]) -> None:
        self.wish = wish
        self.verb = verb
        self.future = future
        self.result: Any = None
        self.error: BaseException | None = None

    def answer(self) -> None:
        if self.future.done():  # who asked has gone away
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class _Line:
    """Those of one kind who wait; verbs take from it in their own threads."""

    def __init__(self, kind: Together[Any]) -> None:
        self.kind = kind
        self.running = 0
        self._waiting: deque[_Job] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: _Job) -> None:
        with self._lock:
            self._waiting.append(job)

    def take(self, most: int) -> list[_Job]:
        """Those whose turn it is, at most one of each person; the others wait on in their order."""
        found: dict[Hashable, _Job] = {}
        passed: list[_Job] = []
        with self._lock:
            while self._waiting and len(found) < most:
                job = self._waiting.popleft()
                who = self.kind.who(job.wish)
                if who in found:
                    passed.append(job)
                else:
                    found[who] = job
            self._waiting.extendleft(reversed(passed))
        return list(found.values())


class Companies:
    """Brings together what one event loop asks for. ``at_once``: transactions of a kind side by side, of
    which only the first begins before it is full: the more share one, the less each costs. ``most``: writes
    in one of them."""

    def __init__(self, run: Run, *, at_once: int, most: int = MOST) -> None:
        self._run = run
        self._at_once = at_once
        self._most = most
        self._lines: dict[Together[Any], _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, kind: Together[W], wish: W, verb: Callable[[Tx], T]) -> T:
        """``verb`` in a write transaction that it may share; returns once it is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        line = self._lines.get(kind) or self._lines.setdefault(kind, _Line(kind))
        line.add(_Job(wish, verb, future))
        if line.running < self._at_once and self._may_go(line, others=line.running):
            line.running += 1
            task = loop.create_task(self._work(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    async def _work(self, line: _Line) -> None:
        """Until nobody waits, or others do it."""
        try:
            while self._may_go(line, others=line.running - 1):
                await self._share(line)
        finally:
            line.running -= 1

    def _may_go(self, line: _Line, *, others: int) -> bool:
        return len(line) >= (self._most if others else 1)

    async def _share(self, line: _Line) -> None:
        jobs: list[_Job] = []

        def verb(tx: Tx) -> None:
            if not jobs:  # whoever has come by now takes part; the same ones, should it be tried again
                jobs.extend(line.take(self._most))
            if jobs:
                do(tx, line.kind, jobs)

        try:
            await self._run(verb)
        except Exception as error:
            jobs = jobs or line.take(self._most)
            if isinstance(error, Busy | Broken | Full) or len(jobs) == 1:
                for job in jobs:
                    job.error = error
            else:
                for job in jobs:
                    await self._alone(line.kind, job)
        for job in jobs:
            job.answer()

    async def _alone(self, kind: Together[Any], job: _Job) -> None:
        try:
            await self._run(lambda tx: do(tx, kind, [job]))
        except Exception as error:
            job.error = error


def do(tx: Tx, kind: Together[Any], jobs: Sequence[_Job]) -> None:
    """Each in a savepoint; what became of it is left in the job. One alone needs nothing of that."""
    if len(jobs) == 1:
        jobs[0].error = None  # of a try with others
        jobs[0].result = jobs[0].verb(tx)
        return
    kind.ready(tx, [job.wish for job in jobs])
    for job in jobs:
        job.result = job.error = None
        try:
            with tx.savepoint():
                job.result = job.verb(tx)
        except (Busy, Broken, Full, Unstorable):  # the last may be of what one before them left
            raise
        except Fault as error:
            job.error = error
