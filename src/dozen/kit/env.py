"""What one running process has: settings, keys, ids, and the parts that blocks keep in memory.

A block that needs process-wide state (a cache, connections, buffers) writes a class with
``build(env)`` and asks for it by type: ``env.part(Timelines)``. So nothing is global, and tests
can run several servers in one process.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from threading import RLock
from typing import Any, Protocol, TypeVar

from dozen.kit.crypto import Keyring
from dozen.kit.cursors import Cursors
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings

P = TypeVar("P", bound="Part")


class Part(Protocol):
    """Process-wide state of a block, made at first use."""

    @classmethod
    def build(cls: type[P], env: Env) -> P: ...


class Env:
    def __init__(self, settings: Settings, secret: bytes, ids: Snowflakes) -> None:
        self.settings = settings
        self.keys = Keyring(secret)
        self.cursors = Cursors(self.keys)
        self.ids = ids
        self._parts: dict[type[Any], Any] = {}
        self._lock = RLock()
        self._closers = ExitStack()

    def part(self, kind: type[P]) -> P:
        """The process's one instance of ``kind``."""
        try:
            found: P = self._parts[kind]  # the dict holds an instance under each type
            return found
        except KeyError:
            with self._lock:
                if kind not in self._parts:
                    self._parts[kind] = kind.build(self)
                made: P = self._parts[kind]
            return made

    def install(self, part: object) -> None:
        """Put in a ready-made part: what the roof opened, or what a test wants there."""
        self._parts[type(part)] = part

    def on_close(self, closer: Callable[[], None]) -> None:
        self._closers.callback(closer)

    def close(self) -> None:
        """Close what parts opened, the last first; all of it, also where something cannot be closed."""
        self._closers.close()
