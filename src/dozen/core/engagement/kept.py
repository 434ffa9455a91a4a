"""What a process remembers of counters and marks: lists of what is popular ask for the same ones all day.

It follows the event log (topic ``engagement.moved``) and drops at once what this process itself has
changed. Something read is only kept if nothing was dropped since its transaction began: else a slow
reader could put back what has just changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from threading import Lock

from dozen.core.cache import Lru
from dozen.core.engagement import queries
from dozen.core.engagement.structs import Counts
from dozen.core.realtime import Event, Hub, publish
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

MOVED = "engagement.moved"
"""Topic: counters of a subject moved (key: its id; 0: many did). Data: ``person`` whose marks did too."""

_SUBJECTS = 200_000
_PEOPLE = 4_000
_MOST_OF_ONE = 500
_NOTHING = Counts()
_NO_MARKS: frozenset[str] = frozenset()


class _Theirs:
    """What is known of somebody's marks: on which subjects there are any, of those that were looked at."""

    __slots__ = ("known", "marks")

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.marks: dict[int, frozenset[str]] = {}


class Kept:
    def __init__(self, hub: Hub) -> None:
        self._counts: Lru[int, Counts] = Lru(_SUBJECTS)
        self._marks: Lru[int, _Theirs] = Lru(_PEOPLE)
        self._floor = -1
        self._lock = Lock()
        self._hub = hub
        hub.listen(MOVED, self._heard)
        hub.on_reset(self.clear)

    @classmethod
    def build(cls, env: Env) -> Kept:
        return cls(env.part(Hub))

    def counts(self, tx: Tx, subject_ids: Collection[int]) -> dict[int, Counts]:
        self._hub.catch_up(tx)
        found: dict[int, Counts] = {}
        missing = self._counts.many(subject_ids, found)
        if missing:
            read = dict(queries.counts_of.all(tx, ids=missing))
            for subject_id in missing:
                found[subject_id] = read.get(subject_id, _NOTHING)
            with self._lock:
                if tx.now > self._floor:
                    for subject_id in missing:
                        self._counts.put(subject_id, found[subject_id])
        return found

    def marks(self, tx: Tx, person_id: int, subject_ids: Collection[int]) -> dict[int, frozenset[str]]:
        self._hub.catch_up(tx)
        missing = list(subject_ids)
        found: dict[int, frozenset[str]] = {}
        with self._lock:
            theirs = self._marks.get(person_id)
            if theirs is not None:
                if theirs.marks:
                    found = {i: theirs.marks[i] for i in subject_ids if i in theirs.marks}
                if theirs.known.issuperset(subject_ids):
                    return found
                missing = [i for i in subject_ids if i not in theirs.known]
        read = marks_in_rows(tx, person_id, missing)
        with self._lock:
            if tx.now > self._floor:
                theirs = self._marks.get(person_id)
                if theirs is None or len(theirs.known) + len(missing) > _MOST_OF_ONE:
                    theirs = _Theirs()
                    self._marks.put(person_id, theirs)
                theirs.known.update(missing)
                theirs.marks.update(read)
        return found | read

    def drop(self, subject_id: int, person_id: int | None = None) -> None:
        """Forget the counters of a subject, and what somebody marked it with."""
        with self._lock:
            self._floor = clock.now()
            self._counts.drop(subject_id)
            theirs = self._marks.get(person_id) if person_id is not None else None
            if theirs is not None:
                theirs.known.discard(subject_id)
                theirs.marks.pop(subject_id, None)

    def clear(self) -> None:
        with self._lock:
            self._floor = clock.now()
            self._counts.clear()
            self._marks.clear()

    def _heard(self, event: Event) -> None:
        if event.key:
            self.drop(event.key, event.data and event.data["person"])
        else:
            self.clear()


def marks_in_rows(tx: Tx, person_id: int, subject_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for subject_id, kind in queries.kinds_of.all(tx, person_id=person_id, ids=list(subject_ids)):
        found[subject_id] = found.get(subject_id, _NO_MARKS) | {kind}
    return found


def moved(tx: Tx, subject_id: int, person_id: int | None = None) -> None:
    """Counters of a subject moved, and what ``person_id`` marked it with may have changed."""
    publish(tx, MOVED, subject_id, {"person": person_id} if person_id is not None else None)
    kept = tx.part(Kept)
    tx.after_commit(lambda: kept.drop(subject_id, person_id))


def all_moved(tx: Tx) -> None:
    """Counters of many subjects moved at once."""
    publish(tx, MOVED, 0)
    tx.after_commit(tx.part(Kept).clear)
