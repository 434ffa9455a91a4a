"""Media items that this process has read lately: a timeline shows the same few again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from dozen.core.cache import Lru
from dozen.core.media.structs import Media
from dozen.core.realtime import Event, Hub
from dozen.kit import clock
from dozen.kit.env import Env

TOPIC = "media"
"""Events of an item: its key is the item's id, its data ``{"state": …}`` (``gone`` when it was deleted)."""

_SIZE = 20_000
_HOLD_OFF = 60 * clock.SECOND
_MANY = 4096


class Shelf:
    """An item that changed is not kept again for a minute: a transaction that began before the change, or a
    replica that lags behind, may still read the old one."""

    def __init__(self) -> None:
        self._items: Lru[int, Media] = Lru(_SIZE)
        self._changed: dict[int, int] = {}
        self._lock = threading.Lock()

    @classmethod
    def build(cls, env: Env) -> Shelf:
        shelf = cls()
        hub = env.part(Hub)
        hub.listen(TOPIC, shelf._heard)
        hub.on_reset(shelf._items.clear)
        return shelf

    def get(self, id: int) -> Media | None:  # noqa: A002
        return self._items.get(id)

    def put(self, found: Iterable[Media]) -> None:
        now = clock.now()
        with self._lock:
            for media in found:
                if now - self._changed.get(media.id, 0) >= _HOLD_OFF:
                    self._items.put(media.id, media)

    def drop(self, id: int) -> None:  # noqa: A002
        now = clock.now()
        with self._lock:
            if len(self._changed) >= _MANY:
                self._changed = {key: at for key, at in self._changed.items() if now - at < _HOLD_OFF}
            self._changed[id] = now
            self._items.drop(id)

    def _heard(self, event: Event) -> None:
        self.drop(event.key)
