"""Small deterministic random streams.

`random.Random` promises a stable `random()` only: `choice`, `sample` and `randrange` may change between
Python versions, and seeding one costs more than writing a whole post. A Stream takes its words from BLAKE2
hashes of (seed, key, n, block): the n-th thing never depends on what was drawn before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from struct import Struct
from typing import TypeVar

T = TypeVar("T")
Seed = int | str

_unpack = Struct("<16I").unpack


def _words(start: str) -> Iterator[int]:
    block = 0
    while True:
        yield from _unpack(blake2b(f"{start}:{block}".encode()).digest())
        block += 1


class Stream:
    """An endless sequence of draws, the same on every machine and Python version."""

    __slots__ = ("word",)

    def __init__(self, seed: Seed, key: str, n: int = 0) -> None:
        # For the few places where a call less counts: the next 32 random bits.
        self.word = _words(f"{seed}:{key}:{n}").__next__

    def below(self, limit: int) -> int:
        """An integer in [0, limit), limit <= 2**32."""
        return (self.word() * limit) >> 32

    def between(self, low: int, high: int) -> int:
        """An integer in [low, high]."""
        return low + ((self.word() * (high - low + 1)) >> 32)

    def unit(self) -> float:
        """A float in [0, 1)."""
        return self.word() / 4294967296.0

    def uniform(self, low: float, high: float) -> float:
        """A float in [low, high)."""
        return low + (high - low) * self.unit()

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 draws."""
        return (self.word() * 100) >> 32 < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[(self.word() * len(items)) >> 32]

    def picks(self, items: Sequence[T], count: int) -> list[T]:
        """Up to `count` different items, in drawn order."""
        pool = list(items)
        return [pool.pop(self.below(len(pool))) for _ in range(min(count, len(pool)))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All the items in a drawn order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def bell(self) -> float:
        """A float in (-1, 1), most often near 0 (from the sum of three draws)."""
        return (self.unit() + self.unit() + self.unit()) * 2 / 3 - 1
