"""What this process's workers have done, for ``/metrics``. Done jobs leave no rows."""

from __future__ import annotations

import threading

import msgspec

from dozen.kit.env import Env


class Stat(msgspec.Struct, frozen=True):
    """``outcome`` is ``done``, ``failed`` (it will be tried again), ``dead`` or ``lost`` (another has it)."""

    kind: str
    outcome: str
    count: int
    seconds: float


class Stats:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[int, float]] = {}

    @classmethod
    def build(cls, env: Env) -> Stats:
        return cls()

    def add(self, kind: str, outcome: str, seconds: float) -> None:
        with self._lock:
            count, total = self._kept.get((kind, outcome), (0, 0.0))
            self._kept[kind, outcome] = (count + 1, total + seconds)

    def count(self, kind: str, outcome: str) -> int:
        return self._kept.get((kind, outcome), (0, 0.0))[0]

    def all(self) -> list[Stat]:
        """Counts and summed running times since the process began; they only grow."""
        with self._lock:
            return [Stat(kind, outcome, *kept) for (kind, outcome), kept in sorted(self._kept.items())]
