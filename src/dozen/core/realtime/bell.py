"""A bell between processes through Redis: "there are new events", nothing more.

Without Redis nobody rings, and processes look at the log by themselves.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from dozen.kit.env import Env

_CHANNEL = "dozen:bell"
_AGAIN_SECONDS = 1.0


class Bell:
    def __init__(self, env: Env, ring: Callable[[], None]) -> None:
        self._url = env.settings.redis_url
        self._ring = ring
        self._client: Any = None
        self._struck = threading.Event()
        self._stopped = False

    def start(self) -> None:
        if self._url:
            threading.Thread(target=self._listen, name="realtime-bell", daemon=True).start()
            threading.Thread(target=self._tell, name="realtime-strike", daemon=True).start()

    def strike(self) -> None:
        """Tell the other processes. A Redis that is away or slow costs nobody anything: they poll."""
        self._struck.set()

    def _tell(self) -> None:
        """Strikes are sent from a thread, one for all that came meanwhile."""
        while True:
            self._struck.wait()
            self._struck.clear()
            if self._stopped:
                return
            if self._client is not None:
                with contextlib.suppress(Exception):
                    self._client.publish(_CHANNEL, b"1")

    def _listen(self) -> None:
        import redis

        while not self._stopped:
            try:
                self._client = redis.Redis.from_url(self._url, socket_timeout=5, socket_connect_timeout=2)
                with self._client.pubsub(ignore_subscribe_messages=True) as ear:
                    ear.subscribe(_CHANNEL)
                    while not self._stopped:
                        if ear.get_message(timeout=2.0) is not None:
                            self._ring()
            except redis.RedisError:
                time.sleep(_AGAIN_SECONDS)

    def close(self) -> None:
        self._stopped = True
        self._struck.set()
