"""Rate limits: a bucket per key that holds so many tokens and fills up steadily.

Only one number is kept per key: when its bucket will be full again (the generic cell rate algorithm).
A full bucket needs no number at all, which is how idle keys are forgotten.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

import msgspec

from dozen.core.cache.remote import Remote
from dozen.core.cache.store import PREFIX, bounded
from dozen.kit.env import Env
from dozen.kit.errors import TooMany

_MOST_KEYS = 100_000
_FIRST_SWEEP = 1_000

_SCRIPT = """
local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') or 0, now)
local over = full + interval - now - window
if over > 0 then return {0, full - now, over} end
full = full + interval
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return {1, full - now, 0}
"""


class Verdict(msgspec.Struct, frozen=True):
    """``limit`` and ``remaining`` count requests.

    ``reset_ms`` is the time until all of the limit is there again, ``retry_ms`` until the next request is
    let through (0 if this one was), both in milliseconds from now.
    """

    ok: bool
    limit: int
    remaining: int
    reset_ms: int
    retry_ms: int


class LocalBuckets:
    """Buckets of this process. ``now`` in microseconds."""

    def __init__(
        self, most: int = _MOST_KEYS, now: Callable[[], int] = lambda: monotonic_ns() // 1000
    ) -> None:
        self._most, self._now = most, now
        self._full_at: dict[str, int] = {}
        self._sweep_at = _FIRST_SWEEP
        self._lock = threading.Lock()

    def take(self, key: str, interval: int, window: int) -> tuple[int, int, int]:
        """Whether a token was there, until when (µs from now) the bucket fills, how long to wait for one."""
        now = self._now()
        with self._lock:
            full = max(self._full_at.get(key, 0), now)
            over = full + interval - now - window
            if over > 0:
                return 0, full - now, over
            if len(self._full_at) >= self._sweep_at:
                self._sweep(now)
            self._full_at[key] = full + interval
            return 1, full + interval - now, 0

    def forget(self, key: str) -> None:
        with self._lock:
            self._full_at.pop(key, None)

    def __len__(self) -> int:
        return len(self._full_at)

    def _sweep(self, now: int) -> None:
        """Forget full buckets; when too many are left, the half that will be full soonest."""
        kept = {key: at for key, at in self._full_at.items() if at > now}
        if len(kept) > self._most // 2:
            middle = sorted(kept.values())[len(kept) // 2]
            kept = {key: at for key, at in kept.items() if at > middle}
        self._full_at = kept
        self._sweep_at = min(max(2 * len(kept), _FIRST_SWEEP), self._most)


class Limiter:
    """Counts requests by key: in Redis when there is one, otherwise, or while it is away, in this process."""

    def __init__(self, remote: Remote | None, *, on: bool = True, local: LocalBuckets | None = None) -> None:
        self._remote = remote
        self._local = LocalBuckets() if local is None else local
        self._on = on
        self._script: Any = remote.client.register_script(_SCRIPT) if remote else None

    @classmethod
    def build(cls, env: Env) -> Limiter:
        remote = env.part(Remote) if env.settings.redis_url else None
        return cls(remote, on=env.settings.rate_limits)

    @property
    def waits(self) -> bool:
        """Whether counting asks over the network."""
        return self._on and self._remote is not None

    def allow(self, key: str, *, per: int, seconds: int) -> Verdict:
        """Take a token from the bucket ``key``, which holds ``per`` and fills up within ``seconds``.

        So ``per`` may come at once, and then one every ``seconds / per``. A refused request takes nothing.
        """
        if not self._on:
            return Verdict(True, per, per, 0, 0)
        interval = max(1, seconds * 1_000_000 // per)
        window = interval * per
        name = bounded(key)
        found = None
        if self._remote is not None:
            found = self._remote.ask(
                lambda _: self._script(keys=[f"{PREFIX}limit:{name}"], args=[interval, window]), None
            )
        ok, full_in, wait = found or self._local.take(name, interval, window)
        return Verdict(bool(ok), per, max(0, window - full_in) // interval, _millis(full_in), _millis(wait))

    def check(self, key: str, *, per: int, seconds: int, detail: str | None = None) -> Verdict:
        """As :meth:`allow`, but raises TooMany (which says when to come again) instead of refusing."""
        verdict = self.allow(key, per=per, seconds=seconds)
        if not verdict.ok:
            raise TooMany(detail, retry_after=-(-verdict.retry_ms // 1000))
        return verdict

    def forget(self, key: str) -> None:
        """Fill a bucket up again, for example after a successful sign-in."""
        name = bounded(key)
        self._local.forget(name)
        if self._remote is not None:
            self._remote.ask(lambda client: client.unlink(f"{PREFIX}limit:{name}"), None)


def _millis(micros: int) -> int:
    """Rounded up: waiting that long is long enough."""
    return -(-int(micros) // 1000)
