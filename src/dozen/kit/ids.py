"""64-bit snowflake ids: time-ordered, unique over all processes of one installation.

Layout, high to low: 41 bits of milliseconds since :data:`EPOCH`, 10 bits of node, 12 bits of
sequence. Time never runs back inside a generator: when the wall clock jumps back, or 4,096 ids
were taken within one millisecond, the generator goes on from the last millisecond it used. A
process may only use milliseconds below its lease (see ``dozen.db.nodes``), which is stored, so ids
do not repeat over restarts either.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from dozen.kit import clock

EPOCH = 1_420_070_400_000  # 2015-01-01T00:00:00Z
NODES = 1 << 10
_SEQUENCES = 1 << 12
_SHIFT = 22
MAX = (1 << 63) - 1


class LeaseSpent(RuntimeError):
    """The generator has no milliseconds left to use; its lease was not renewed in time."""


class Snowflakes:
    """A thread-safe generator for one node.

    ``floor`` is the first millisecond that may be used, ``until`` the first that may not.
    """

    def __init__(
        self, node: int, *, floor: int = 0, until: int | None = None, now: Callable[[], int] = clock.now
    ) -> None:
        if not 0 <= node < NODES:
            raise ValueError(f"node must be 0..{NODES - 1}, not {node}")
        self.node = node
        self.until = until
        self._now = now
        self._last = max(floor, EPOCH) - 1
        self._sequence = _SEQUENCES - 1
        self._stopped = False
        self._lock = Lock()

    def next(self) -> int:
        """A new id, greater than every id this generator gave before."""
        with self._lock:
            ms = self._now()
            if ms > self._last:
                self._last, self._sequence = ms, 0
            elif self._sequence + 1 < _SEQUENCES:
                self._sequence += 1
            else:
                self._last, self._sequence = self._last + 1, 0
            if self._stopped or (self.until is not None and self._last >= self.until):
                raise LeaseSpent(f"node {self.node} may not use milliseconds from {self.until} on")
            return (self._last - EPOCH) << _SHIFT | self.node << 12 | self._sequence

    def stop(self) -> int:
        """Give no more ids, ever. Gives the first millisecond that somebody else may use."""
        with self._lock:
            self._stopped = True
            return self._last + 1

    @property
    def last_ms(self) -> int:
        """The last millisecond used."""
        return self._last


def at(ms: int, *, node: int = 0, sequence: int = 0) -> int:
    """An id of a given moment, for sample data and as a bound in time-range queries: the lowest or the
    highest there can be for moments before or after all ids."""
    return min(max(0, ms - EPOCH) << _SHIFT | node << 12 | sequence, MAX)


def moment(snowflake: int) -> int:
    """When an id was made, in milliseconds."""
    return (snowflake >> _SHIFT) + EPOCH
