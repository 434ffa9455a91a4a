"""What was counted and is not written yet, and the thread that writes it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from itertools import islice
from time import time_ns
from typing import TypeAlias

from dozen.core.analytics import queries
from dozen.db import Database, Tx
from dozen.kit import clock
from dozen.kit.env import Env

Count: TypeAlias = tuple[str, int, int]
"""Metric, subject, hour."""
Seen: TypeAlias = tuple[str, int, int, int]
"""Metric, subject, day, person."""

FLUSH_SECONDS = 5.0
"""What was counted in the last so many seconds is lost when the process dies."""

SAMPLED = 16
"""Of those who see what many see in one hour, one in so many is remembered …"""
OF_MANY = ".of_many"
"""… under the metric's name with this ending."""
_EXACT = 50  # showings in an hour up to which everybody is remembered
_MOST = 200_000  # different counts, and different people, that wait to be written
_MOST_KNOWN = 200_000  # people of today who are written already
_IN_ONE = 2_000  # rows of one transaction: on SQLite others wait for it
_HOUR_NS = clock.HOUR * 1_000_000
_DAY_NS = clock.DAY * 1_000_000

log = logging.getLogger("dozen.analytics")


class Buffer:
    """Counts in memory. ``count`` and ``seen`` cost about a microsecond and never touch the database.

    When the database is away for long, what there is no room for is dropped (``dropped`` says how much).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Count, int] = {}
        self._people: set[Seen] = set()
        self._known: set[Seen] = set()
        self._known_day = 0
        self.dropped = 0

    @classmethod
    def build(cls, env: Env) -> Buffer:
        return cls()

    def count(self, metric: str, subject: int = 0, n: int = 1) -> None:
        """``n`` more of ``metric``, about ``subject`` (0: the whole installation), in this hour."""
        key = (metric, subject, time_ns() // _HOUR_NS * clock.HOUR)
        with self._lock:
            if key in self._counts:
                self._counts[key] += n
            elif len(self._counts) < _MOST:
                self._counts[key] = n
            else:
                self.dropped += 1

    def seen(self, metric: str, subject: int, person: int) -> None:
        """``person`` was there today (UTC); however often, they count once a day."""
        day = time_ns() // _DAY_NS * clock.DAY
        key = (metric, subject, day, person)
        with self._lock:
            if day != self._known_day:
                self._known.clear()
                self._known_day = day
            if key in self._known:
                return
            if len(self._people) < _MOST or key in self._people:
                self._people.add(key)
            else:
                self.dropped += 1

    def shown(self, metric: str, subjects: Iterable[int], person: int | None) -> None:
        """Each subject was shown once (to ``person``): ``count`` and ``seen`` for a whole page at once.

        While a subject is shown seldom everybody who saw it is remembered; beyond that one in
        :data:`SAMPLED`, so that what is shown to thousands does not cost thousands of rows. Read it with
        :func:`dozen.core.analytics.reach`.
        """
        now = time_ns()
        hour, day = now // _HOUR_NS * clock.HOUR, now // _DAY_NS * clock.DAY
        counts, known, people = self._counts, self._known, self._people
        with self._lock:
            if day != self._known_day:
                known.clear()
                self._known_day = day
            for subject in subjects:
                key = (metric, subject, hour)
                n = counts.get(key, 0) + 1
                if n == 1 and len(counts) >= _MOST:
                    self.dropped += 1
                    continue
                counts[key] = n
                if person is None:
                    continue
                if n <= _EXACT:
                    saw = (metric, subject, day, person)
                elif (subject ^ person * 0x9E3779B97F4A7C15) >> 40 & SAMPLED - 1 == 0:
                    saw = (metric + OF_MANY, subject, day, person)
                else:
                    continue
                if saw not in known and (len(people) < _MOST or saw in people):
                    people.add(saw)

    @property
    def waiting(self) -> int:
        """How many rows the next flush will write."""
        return len(self._counts) + len(self._people)

    def some(self, most: int) -> tuple[dict[Count, int], list[Seen]]:
        """Some of what waits, in the one order in which all processes write (else they could deadlock)."""
        with self._lock:
            counts = list(islice(self._counts.items(), most))
            people = list(islice(self._people, most - len(counts)))
        return dict(sorted(counts)), sorted(people)

    def written(self, counts: dict[Count, int], people: list[Seen]) -> None:
        """These are on disk; what was counted since stays."""
        with self._lock:
            for key, n in counts.items():
                left = self._counts.pop(key, 0) - n
                if left:
                    self._counts[key] = left
            self._people.difference_update(people)
            if len(self._known) + len(people) > _MOST_KNOWN:
                self._known.clear()
            self._known.update(key for key in people if key[2] == self._known_day)


def flush(tx: Tx, most: int = _IN_ONE) -> int:
    """Write what waits, at most so many rows; how many there were. If it rolls back, all of it still waits.

    One at a time in a process, or counts are added twice: :class:`Flusher` sees to that.
    """
    buffer = tx.part(Buffer)
    counts, people = buffer.some(most)
    if counts:
        queries.add.many(
            tx, ({"metric": m, "subject": s, "at": at, "n": n} for (m, s, at), n in counts.items())
        )
    if people:
        queries.add_person.many(
            tx, ({"metric": m, "subject": s, "day": day, "person": who} for m, s, day, who in people)
        )
    if counts or people:
        tx.after_commit(lambda: buffer.written(counts, people))
    return len(counts) + len(people)


class Flusher:
    """Writes the process's buffer every few seconds, and at the end."""

    def __init__(self, env: Env, db: Database, *, seconds: float = FLUSH_SECONDS) -> None:
        self._env = env
        self._db = db
        self._seconds = seconds
        self._one = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = False

    def start(self) -> None:
        """Begin; ends when the ``env`` closes."""
        self._env.on_close(self.stop)
        self._thread = threading.Thread(target=self._run, name="analytics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end."""
        if self._over.is_set():
            return
        self._over.set()
        if self._thread is not None:
            self._thread.join(10)
        self.flush()

    def flush(self) -> bool:
        """Write everything that waits now; False when the database would not have it (it is kept then)."""
        with self._one:
            try:
                while self._db.run_write(self._env, flush) == _IN_ONE:
                    pass
            except Exception as error:
                if not self._failing:
                    log.warning("counts cannot be written, they are kept: %s", error)
                self._failing = True
                return False
        self._failing = False
        return True

    def _run(self) -> None:
        buffer = self._env.part(Buffer)
        while not self._over.wait(self._seconds):
            if buffer.waiting:
                self.flush()
