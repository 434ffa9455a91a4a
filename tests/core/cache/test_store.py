"""The cache in this process and in Redis, and Redis going away."""

from __future__ import annotations

import logging
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.app.measure import free_port
from dozen.core.cache import MOST_VALUE, Cache
from dozen.core.cache import remote as remote_module
from dozen.core.cache.store import LocalStore, bounded
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings

JSONISH: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def env(url: str = "") -> Env:
    return Env(Settings(redis_url=url), b"a secret for tests only, 32+ bytes", Snowflakes(1))


@pytest.fixture(params=["local", "redis"])
def cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    made = env("" if request.param == "local" else request.getfixturevalue("redis"))
    cache = made.part(Cache)
    cache.clear()
    yield cache
    made.close()


def test_put_get_drop(cache: Cache) -> None:
    assert cache.get("a") is None
    cache.put("a", {"n": [1, "two", None], "b": b"\xff"}, 60_000)
    assert cache.get("a") == {"n": [1, "two", None], "b": b"\xff"}
    cache.put("a", 2, 60_000)
    assert cache.get("a") == 2
    cache.drop("a")
    cache.drop("never there")
    assert cache.get("a") is None
    assert (cache.hits, cache.misses) == (2, 2)


def test_time_passes(cache: Cache) -> None:
    cache.put("short", 1, 30)
    cache.put("long", 2, 60_000)
    time.sleep(0.06)
    assert cache.get("short") is None
    assert cache.get("long") == 2
    cache.put("long", 3, 0)
    assert cache.get("long") is None


def test_what_is_kept_cannot_be_changed_from_outside(cache: Cache) -> None:
    value = {"n": [1]}
    cache.put("a", value, 60_000)
    value["n"].append(2)
    first = cache.get("a")
    assert first == {"n": [1]}
    first["n"].append(3)
    assert cache.get("a") == {"n": [1]}


def test_a_huge_value_is_not_kept_and_replaces_the_old_one(cache: Cache) -> None:
    cache.put("a", 1, 60_000)
    cache.put("a", b"x" * MOST_VALUE, 60_000)
    assert cache.get("a") is None


def test_any_text_is_a_key(cache: Cache) -> None:
    for key in ("", "ü" * 500, "\ud800", "a b\r\nc", "x" * 10_000):
        cache.put(key, key == "", 60_000)
        assert cache.get(key) is (key == "")
    assert len(bounded("x" * 10_000)) == 64


def test_clear_forgets_everything(cache: Cache) -> None:
    for n in range(50):
        cache.put(str(n), n, 60_000)
    cache.clear()
    assert all(cache.get(str(n)) is None for n in range(50))


@given(JSONISH)
def test_values_come_back_as_they_were(value: Any) -> None:
    cache = Cache(LocalStore())
    cache.put("a", value, 60_000)
    assert cache.get("a") == value


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 400)), max_size=100))
def test_the_local_store_keeps_its_bounds(puts: list[tuple[int, int]]) -> None:
    store = LocalStore(entries=8, size=3_000)
    newest = None
    for key, size in puts:
        store.put(str(key), b"x" * size, 1_000_000)
        newest = str(key)
        assert len(store) <= 8
        assert 0 <= store.bytes <= 3_000
    if newest is not None:
        assert store.get(newest) is not None
    for key in range(21):
        store.drop(str(key))
    assert store.bytes == 0


def test_the_local_store_forgets_the_least_recently_used() -> None:
    now = [0.0]
    store = LocalStore(entries=3, now=lambda: now[0])
    for key in "abc":
        store.put(key, b"1", 1000)
    store.get("a")
    store.put("d", b"1", 5000)
    assert [store.get(key) is not None for key in "abcd"] == [True, False, True, True]
    now[0] = 1.0
    assert [store.get(key) is not None for key in "abcd"] == [False, False, False, True]


def test_processes_share_redis(redis: str) -> None:
    one, two = env(redis), env(redis)
    one.part(Cache).clear()
    one.part(Cache).put("a", [1], 60_000)
    assert two.part(Cache).get("a") == [1]
    two.part(Cache).drop("a")
    assert one.part(Cache).get("a") is None
    client = one.part(remote_module.Remote).client
    one.part(Cache).put("b", 1, 60_000)
    assert client.keys("dozen:cache:*") == [b"dozen:cache:b"]
    client.set("dozen:cache:b", b"\xc1 not msgpack")
    assert two.part(Cache).get("b") is None
    client.set("somebody else's", 1)
    one.part(Cache).clear()
    assert client.get("somebody else's") == b"1"
    client.delete("somebody else's")
    one.close()
    two.close()


class OwnRedis:
    """A Redis that the test stops and starts. It keeps its data over that."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder),
                         "--appendonly", "yes", "--appendfsync", "always"]  # fmt: skip
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("Redis does not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.mark.fault
def test_redis_going_away_is_a_miss_and_nothing_old_comes_back(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(remote_module, "_SHORTEST", 0.05)
    monkeypatch.setattr(remote_module, "_LONGEST", 0.05)
    made = env(own_redis.url)
    cache = made.part(Cache)
    for key in ("dropped", "replaced", "kept"):
        cache.put(key, "old", 600_000)
    own_redis.stop()
    with caplog.at_level(logging.WARNING, "dozen.cache"):
        assert cache.get("kept") is None
        cache.drop("dropped")
        cache.put("replaced", "new", 600_000)
        cache.put("fresh", 1, 600_000)
        assert cache.get("fresh") is None
    assert len(caplog.records) == 1
    own_redis.start()
    time.sleep(0.1)
    assert cache.get("dropped") is None
    assert cache.get("replaced") is None
    assert cache.get("kept") == "old"
    cache.put("fresh", 2, 600_000)
    assert cache.get("fresh") == 2
    made.close()


@pytest.mark.fault
def test_a_redis_that_hangs_is_asked_only_now_and_then() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(16)
        made = env(f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")
        cache = made.part(Cache)
        before = time.monotonic()
        for n in range(300):
            assert cache.get(str(n)) is None
        assert time.monotonic() - before < 5  # one time-out or two, not three hundred
        made.close()
