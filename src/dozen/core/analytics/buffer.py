"""What was counted and is not written yet, and the thread that writes it."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Collection, Sequence
from itertools import chain, islice
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
Page: TypeAlias = tuple[str, int, int | None, Sequence[int]]
"""Metric, hour since 1970, person, subjects."""

FLUSH_SECONDS = 5.0
"""What was counted in the last so many seconds is lost when the process dies."""

SAMPLED = 16
"""Of those who see what many see in one hour, one in so many is remembered …"""
OF_MANY = ".of_many"
"""… under the metric's name with this ending."""
_EXACT = 50  # showings in an hour up to which everybody is remembered
_MOST = 200_000  # different counts, and different people, that wait to be written
_MOST_KNOWN = 200_000  # people of today who are written already
_PAGES = 1_000  # that may wait to be counted
_IN_ONE = 2_000  # rows of one transaction: on SQLite others wait for it
_HOUR_NS = clock.HOUR * 1_000_000
_DAY_NS = clock.DAY * 1_000_000

_NOBODY: frozenset[int] = frozenset()

log = logging.getLogger("dozen.analytics")


class Buffer:
    """Counts in memory. ``count``, ``seen`` and ``shown`` cost about a microsecond (``shown``: now and then a
    few milliseconds, for many pages) and never touch the database.

    When the database is away for long, what there is no room for is dropped (``dropped`` says how much).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, int], Counter[int]] = {}
        """By metric and hour: of each subject how many."""
        self._people: dict[tuple[str, int, int], set[int]] = {}
        """By metric, day and person: the subjects."""
        self._known: dict[tuple[str, int], set[int]] = {}
        """By metric and person: subjects of today that are written already."""
        self._known_day = 0
        self._pages: deque[Page] = deque()
        """What was shown and is not counted yet."""
        self._n_counts = self._n_people = self._n_known = 0
        """How many there are of each: asked too often to be counted anew."""
        self.dropped = 0

    @classmethod
    def build(cls, env: Env) -> Buffer:
        return cls()

    def count(self, metric: str, subject: int = 0, n: int = 1) -> None:
        """``n`` more of ``metric``, about ``subject`` (0: the whole installation), in this hour."""
        with self._lock:
            self._add(self._of_hour(metric, time_ns() // _HOUR_NS), subject, n)

    def seen(self, metric: str, subject: int, person: int) -> None:
        """``person`` was there today (UTC); however often, they count once a day."""
        day = time_ns() // _DAY_NS * clock.DAY
        with self._lock:
            if day != self._known_day:
                self._new_day(day)
            if subject not in self._known.get((metric, person), _NOBODY):
                self._saw(metric, day, person, (subject,))

    def shown(self, metric: str, subjects: Sequence[int], person: int | None) -> None:
        """Each subject was shown once (to ``person``): ``count`` and ``seen`` for a whole page at once.

        While a subject is shown seldom everybody who saw it is remembered; beyond that one in
        :data:`SAMPLED`, so that what is shown to thousands does not cost thousands of rows. Read it with
        :func:`dozen.core.analytics.reach`.
        """
        self._pages.append((metric, time_ns() // _HOUR_NS, person, subjects))
        if len(self._pages) >= _PAGES:
            with self._lock:
                self._tally()

    # These are called with the lock held.

    def _tally(self) -> None:
        """Count what was shown: many pages together, for people come back to the same."""
        by_hour: dict[tuple[str, int], dict[int | None, list[Sequence[int]]]] = {}
        for _ in range(len(self._pages)):
            metric, hour, person, subjects = self._pages.popleft()
            by_hour.setdefault((metric, hour), {}).setdefault(person, []).append(subjects)
        for (metric, hour), by_person in by_hour.items():
            day = hour * clock.HOUR // clock.DAY * clock.DAY
            if day != self._known_day:
                self._new_day(day)
            counts = self._of_hour(metric, hour)
            for person, pages in by_person.items():
                subjects = list(chain.from_iterable(pages))
                before = len(counts)
                if self._n_counts + len(subjects) < _MOST:
                    counts.update(subjects)
                    self._n_counts += len(counts) - before
                else:
                    subjects = [subject for subject in subjects if self._add(counts, subject, 1)]
                if person is not None:
                    self._saw_some(metric, day, person, counts, set(subjects))

    def _saw_some(self, metric: str, day: int, person: int, counts: Counter[int], subjects: set[int]) -> None:
        few = {subject for subject in subjects if counts[subject] <= _EXACT}
        if few:
            self._saw(metric, day, person, few)
        if len(few) < len(subjects):
            mine = person * 0x9E3779B97F4A7C15 >> 40 & SAMPLED - 1
            if sample := [each for each in subjects - few if each >> 40 & SAMPLED - 1 == mine]:
                self._saw(metric + OF_MANY, day, person, sample)

    def _of_hour(self, metric: str, hour: int) -> Counter[int]:
        key = (metric, hour * clock.HOUR)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = Counter()
        return counts

    def _add(self, counts: Counter[int], subject: int, n: int) -> bool:
        if subject not in counts:
            if self._n_counts >= _MOST:
                self.dropped += 1
                return False
            self._n_counts += 1
        counts[subject] += n
        return True

    def _saw(self, metric: str, day: int, person: int, subjects: Collection[int]) -> None:
        key = (metric, day, person)
        kept = self._people.get(key)
        if kept is None:
            kept = self._people[key] = set()
        before = len(kept)
        fresh = set(subjects).difference(kept, self._known.get((metric, person), ()))
        room = _MOST - self._n_people
        if len(fresh) > room:
            self.dropped += len(fresh) - room
            fresh = set(islice(fresh, max(0, room)))
        kept |= fresh
        self._n_people += len(kept) - before
        if not kept:
            del self._people[key]

    def _new_day(self, day: int) -> None:
        self._known.clear()
        self._n_known = 0
        self._known_day = day

    # Writing

    @property
    def waiting(self) -> int:
        """How many rows the next flush will write."""
        with self._lock:
            self._tally()
            return self._n_counts + self._n_people

    def some(self, most: int) -> tuple[dict[Count, int], list[Seen]]:
        """Some of what waits, in the one order in which all processes write (else they could deadlock)."""
        with self._lock:
            self._tally()
            all_counts = (
                ((metric, subject, hour), n)
                for (metric, hour), counts in self._counts.items()
                for subject, n in counts.items()
            )
            all_people = (
                (metric, subject, day, person)
                for (metric, day, person), subjects in self._people.items()
                for subject in subjects
            )
            counts = list(islice(all_counts, most))
            people = list(islice(all_people, most - len(counts)))
        return dict(sorted(counts)), sorted(people)

    def written(self, counts: dict[Count, int], people: list[Seen]) -> None:
        """These are on disk; what was counted since stays."""
        with self._lock:
            for (metric, subject, hour), n in counts.items():
                kept = self._counts[metric, hour]
                kept[subject] -= n
                if not kept[subject]:
                    del kept[subject]
                    self._n_counts -= 1
                    if not kept:
                        del self._counts[metric, hour]
            if self._n_known + len(people) > _MOST_KNOWN:
                self._known.clear()
                self._n_known = 0
            for metric, subject, day, person in people:
                subjects = self._people[metric, day, person]
                subjects.discard(subject)
                self._n_people -= 1
                if not subjects:
                    del self._people[metric, day, person]
                if day == self._known_day:
                    self._known.setdefault((metric, person), set()).add(subject)
                    self._n_known += 1


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
