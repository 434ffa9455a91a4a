"""A small, very fast cache for blocks' own objects."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lru(Generic[K, V]):
    """At most ``size`` entries; of those used since, the last ``size // 2`` are certainly kept. Thread-safe.

    Two generations stand for the order of use: what is found in the older one moves to the younger
    one, and when the younger one is full it becomes the older one and what was there is forgotten.
    So a hit is one look into a dict, without a lock. None cannot be a value.

    Whoever loads from a database what another thread may be changing takes ``stamp`` first and gives
    it to ``put``: if anything was dropped in between, the value may be out of date and is not kept.
    """

    __slots__ = ("_half", "_lock", "_old", "_young", "stamp")

    def __init__(self, size: int) -> None:
        if size < 2:
            raise ValueError("an Lru holds at least two entries")
        self._half = size // 2
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._lock = threading.Lock()
        self.stamp = 0
        """Grows with every ``drop`` and ``clear``."""

    def get(self, key: K) -> V | None:
        try:
            return self._young[key]
        except KeyError:
            return self._from_old(key)

    def many(self, keys: Iterable[K], found: dict[K, V]) -> list[K]:
        """Put what is there into ``found``; gives the keys that are missing."""
        young = self._young
        missing = []
        for key in keys:
            try:
                found[key] = young[key]
            except KeyError:
                value = self._from_old(key)
                if value is None:
                    missing.append(key)
                else:
                    found[key] = value
        return missing

    def put(self, key: K, value: V, stamp: int | None = None) -> None:
        with self._lock:
            if stamp is None or stamp == self.stamp:
                self._put(key, value)

    def drop(self, key: K) -> None:
        with self._lock:
            self.stamp += 1
            self._young.pop(key, None)
            self._old.pop(key, None)

    def clear(self) -> None:
        with self._lock:
            self.stamp += 1
            self._young = {}
            self._old = {}

    def __len__(self) -> int:
        with self._lock:
            return len(self._young.keys() | self._old.keys())

    def _from_old(self, key: K) -> V | None:
        if key not in self._old:
            return None
        with self._lock:  # so that a drop cannot come between the look and the move
            value = self._young.get(key)
            if value is None and (value := self._old.get(key)) is not None:
                self._put(key, value)
            return value

    def _put(self, key: K, value: V) -> None:
        if len(self._young) >= self._half and key not in self._young:
            self._old = self._young
            self._young = {}
        self._young[key] = value
