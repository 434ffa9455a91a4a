"""Values that may be forgotten: in this process, or shared through Redis."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

import msgspec

from dozen.core.cache.remote import Remote
from dozen.kit.env import Env

PREFIX = "dozen:"
MOST_VALUE = 1 << 20
"""Bytes of one packed value; larger ones are not kept."""

_ENTRIES = 100_000
_BYTES = 64 << 20
_OVERHEAD = 200  # bytes of an entry besides its key and value, about
_MOST_KEY = 200
_MOST_OWED = 10_000

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


class Store(Protocol):
    def get(self, key: str) -> bytes | None: ...
    def put(self, key: str, packed: bytes, ttl_ms: int) -> None: ...
    def drop(self, key: str) -> None: ...
    def clear(self) -> None: ...


class LocalStore:
    """Bounded by entries and bytes; the least recently used go first."""

    def __init__(
        self, entries: int = _ENTRIES, size: int = _BYTES, now: Callable[[], float] = monotonic
    ) -> None:
        self._most, self._most_bytes, self._now = entries, size, now
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0

    def get(self, key: str) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            if found[0] <= self._now():
                self._remove(key)
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: str, packed: bytes, ttl_ms: int) -> None:
        with self._lock:
            self._remove(key)
            self._kept[key] = (self._now() + ttl_ms / 1000, packed)
            self.bytes += _OVERHEAD + len(key) + len(packed)
            while len(self._kept) > self._most or self.bytes > self._most_bytes:
                self._remove(next(iter(self._kept)))

    def drop(self, key: str) -> None:
        with self._lock:
            self._remove(key)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def _remove(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self.bytes -= _OVERHEAD + len(key) + len(found[1])


class RedisStore:
    """Shared by all processes. While Redis is away everything is a miss.

    What could not be dropped or replaced there is owed: it is dropped before anything else is asked once
    Redis is back, so that this process does not bring old values to life again.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._owed: set[str] = set()
        self._owed_all = False
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        if not self._settled():
            return None
        found = self._remote.ask(lambda client: client.get(_named(key)), None)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, packed: bytes, ttl_ms: int) -> None:
        if not (
            self._settled()
            and self._remote.ask(lambda client: client.set(_named(key), packed, px=ttl_ms), False)
        ):
            self._owe(key)

    def drop(self, key: str) -> None:
        if not (
            self._settled() and self._remote.ask(lambda client: client.unlink(_named(key)) is not None, False)
        ):
            self._owe(key)

    def clear(self) -> None:
        self._owed_all = True
        self._settled()

    def _owe(self, key: str) -> None:
        with self._lock:
            self._owed.add(key)
            if len(self._owed) > _MOST_OWED:
                self._owed.clear()
                self._owed_all = True

    def _settled(self) -> bool:
        """Whether nothing is owed, perhaps because it has just been paid."""
        if not (self._owed or self._owed_all):
            return True
        with self._lock:
            return self._remote.ask(self._pay, False)

    def _pay(self, client: Any) -> bool:
        if self._owed_all:
            names = list(client.scan_iter(match=_named("*"), count=1000))
        else:
            names = [_named(key) for key in self._owed]
        for start in range(0, len(names), 1000):
            client.unlink(*names[start : start + 1000])
        self._owed.clear()
        self._owed_all = False
        return True


def _named(key: str) -> str:
    return f"{PREFIX}cache:{key}"


class Cache:
    """``get``, ``put`` and ``drop`` by key; an answer may always be None. Never raises because Redis is away.

    Values are what msgpack can hold; they come back as new dicts, lists, texts and numbers (structs as
    dicts), so nobody can change what is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.hits = 0
        self.misses = 0

    @classmethod
    def build(cls, env: Env) -> Cache:
        return cls(RedisStore(env.part(Remote)) if env.settings.redis_url else LocalStore())

    def get(self, key: str) -> Any | None:
        packed = self._store.get(bounded(key))
        if packed is None:
            self.misses += 1
            return None
        try:
            value: Any = _unpack(packed)
        except msgspec.DecodeError:  # not ours: somebody else writes to this Redis
            self.misses += 1
            return None
        self.hits += 1
        return value

    def put(self, key: str, value: Any, ttl_ms: int) -> None:
        """Keep ``value`` for at most ``ttl_ms`` milliseconds. TypeError when msgpack cannot hold it."""
        packed = _pack(value)
        if ttl_ms > 0 and len(packed) <= MOST_VALUE:
            self._store.put(bounded(key), packed, ttl_ms)
        else:
            self._store.drop(bounded(key))

    def drop(self, key: str) -> None:
        self._store.drop(bounded(key))

    def clear(self) -> None:
        """Forget everything (of this cache: nothing else in Redis)."""
        self._store.clear()


def bounded(key: str) -> str:
    """The key, or a digest in the place of a long or foreign one."""
    if len(key) <= _MOST_KEY and key.isascii():
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
