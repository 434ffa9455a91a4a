"""What has to be settled before somebody may delete their account: money that is theirs, say. Rooms tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from dozen.db import Tx
from dozen.kit.env import Env


class Tie(msgspec.Struct, frozen=True):
    """One thing, in words, and the address where it is settled."""

    text: str
    href: str


Finder = Callable[[Tx, int], Sequence[Tie]]


class Ties:
    """Who is asked, in this process."""

    def __init__(self) -> None:
        self._finders: list[Finder] = []

    @classmethod
    def build(cls, env: Env) -> Ties:
        return cls()

    def add(self, fn: Finder) -> None:
        """``fn(tx, person)`` gives what ties a person; quick, and from indexes."""
        if fn not in self._finders:
            self._finders.append(fn)

    def of(self, tx: Tx, person: int) -> list[Tie]:
        return [tie for fn in self._finders for tie in fn(tx, person)]
