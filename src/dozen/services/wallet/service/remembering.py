"""Settings that operators change now and then, and every payment reads."""

from __future__ import annotations

from typing import ClassVar, Generic, Self, TypeVar

from dozen.core import realtime
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

T = TypeVar("T")
_KEEP = clock.MINUTE


class Remembered(Generic[T]):
    """What rows say, as this process knows it: read anew when its topic tells of a change, and each minute to
    be safe. Whoever changes the rows calls ``reset`` after the commit and publishes the topic."""

    topic: ClassVar[str]

    def __init__(self) -> None:
        self._kept: tuple[int, T] | None = None

    @classmethod
    def build(cls, env: Env) -> Self:
        made = cls()
        hub = env.part(realtime.Hub)
        hub.listen(cls.topic, lambda event: made.reset())
        hub.on_reset(made.reset)
        return made

    def reset(self) -> None:
        self._kept = None

    def get(self, tx: Tx) -> T:
        kept = self._kept
        if kept is None or not 0 <= tx.now - kept[0] < _KEEP:
            kept = self._kept = tx.now, self.read(tx)
        return kept[1]

    def read(self, tx: Tx) -> T:
        raise NotImplementedError
