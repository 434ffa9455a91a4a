"""Redis (or Valkey) as something that may be away at any time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from dozen.kit.env import Env

T = TypeVar("T")

log = logging.getLogger("dozen.cache")

_TIMEOUT = 0.25  # seconds: what costs more than asking the database is no cache
_SHORTEST, _LONGEST = 1.0, 30.0


class Remote:
    """Asks Redis; while it does not answer, nobody waits for it: it is tried again after 1, 2, 4 … 30 s."""

    def __init__(self, url: str) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        # One more try at once, for a kept connection that Redis has closed meanwhile.
        self.client: Any = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=Retry(NoBackoff(), 1)
        )
        self._errors = (redis.RedisError, OSError)
        self._pause = 0.0
        self._away_until = 0.0

    @classmethod
    def build(cls, env: Env) -> Remote:
        made = cls(env.settings.redis_url)
        env.on_close(made.close)
        return made

    def ask(self, question: Callable[[Any], T], otherwise: T) -> T:
        """``question(client)``, or ``otherwise`` while Redis is away."""
        if monotonic() < self._away_until:
            return otherwise
        try:
            answer = question(self.client)
        except self._errors as error:
            if not self._pause:
                log.warning("Redis does not answer; doing without it: %s", error)
            self._pause = min(max(self._pause * 2, _SHORTEST), _LONGEST)
            self._away_until = monotonic() + self._pause
            return otherwise
        if self._pause:
            self._pause = 0.0
            log.info("Redis is back")
        return answer

    def close(self) -> None:
        self.client.close()
