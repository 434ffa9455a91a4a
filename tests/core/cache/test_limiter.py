from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core.cache import Limiter, TooMany, Verdict
from dozen.core.cache import remote as remote_module
from dozen.core.cache.limiter import LocalBuckets
from dozen.core.cache.remote import Remote
from dozen.kit import crypto
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.core.cache.test_store import OwnRedis


def env(url: str = "", *, rate_limits: bool = True) -> Env:
    settings = Settings(redis_url=url, rate_limits=rate_limits)
    return Env(settings, b"a secret for tests only, 32+ bytes", Snowflakes(1))


@pytest.fixture(params=["local", "redis"])
def limiter(request: pytest.FixtureRequest) -> Iterator[Limiter]:
    made = env("" if request.param == "local" else request.getfixturevalue("redis"))
    yield made.part(Limiter)
    made.close()


def key() -> str:
    return f"test:{crypto.token(8)}"


def test_so_many_are_let_through_and_then_one_after_another(limiter: Limiter) -> None:
    me = key()
    verdicts = [limiter.allow(me, per=5, seconds=5) for _ in range(7)]
    assert [each.ok for each in verdicts] == [True] * 5 + [False] * 2
    assert [each.remaining for each in verdicts][:2] == [4, 3]
    assert verdicts[4].remaining == 0
    assert all(each.limit == 5 for each in verdicts)
    assert 4000 <= verdicts[4].reset_ms <= 5000
    assert 1 <= verdicts[5].retry_ms <= 1000
    assert verdicts[4].retry_ms == 0
    assert limiter.allow(key(), per=5, seconds=5).ok
    time.sleep(verdicts[6].retry_ms / 1000)
    assert limiter.allow(me, per=5, seconds=5).ok
    assert not limiter.allow(me, per=5, seconds=5).ok


def test_check_raises_and_says_when_to_come_again(limiter: Limiter) -> None:
    me = key()
    assert limiter.check(me, per=1, seconds=90).ok
    with pytest.raises(TooMany, match="slowly") as caught:
        limiter.check(me, per=1, seconds=90, detail="slowly, please")
    assert caught.value.retry_after in (89, 90)
    limiter.forget(me)
    assert limiter.check(me, per=1, seconds=90).ok


def test_threads_share_one_bucket(limiter: Limiter) -> None:
    me = key()
    let: Counter[bool] = Counter()

    def run() -> None:
        for _ in range(50):
            ok = limiter.allow(me, per=40, seconds=3600).ok
            with lock:
                let[ok] += 1

    lock = threading.Lock()
    threads = [threading.Thread(target=run) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert let == {True: 40, False: 160}


def test_an_operator_can_switch_limits_off() -> None:
    limiter = env(rate_limits=False).part(Limiter)
    assert [limiter.allow("a", per=1, seconds=60) for _ in range(3)] == [Verdict(True, 1, 1, 0, 0)] * 3


@given(
    st.integers(1, 50),
    st.integers(1, 100),
    st.lists(st.integers(0, 3_000_000), min_size=1, max_size=120),
)
def test_no_window_ever_sees_more_than_twice_the_limit(per: int, seconds: int, gaps: list[int]) -> None:
    now = [1_000_000]
    limiter = Limiter(None, local=LocalBuckets(now=lambda: now[0]))
    let: list[int] = []
    for gap in gaps:
        now[0] += gap
        verdict = limiter.allow("a", per=per, seconds=seconds)
        assert 0 <= verdict.remaining < per
        if verdict.ok:
            let.append(now[0])
        else:
            assert verdict.retry_ms > 0
            now[0] += verdict.retry_ms * 1000
            assert limiter.allow("a", per=per, seconds=seconds).ok
            let.append(now[0])
    for start in let:
        assert sum(start <= at < start + seconds * 1_000_000 for at in let) <= 2 * per
    now[0] += seconds * 1_000_000
    assert limiter.allow("a", per=per, seconds=seconds).remaining == per - 1


def test_idle_keys_are_forgotten_and_busy_ones_kept_within_a_bound() -> None:
    now = [0]
    buckets = LocalBuckets(most=4_000, now=lambda: now[0])
    limiter = Limiter(None, local=buckets)
    for n in range(10_000):
        now[0] += 1_000
        limiter.allow(f"idle {n}", per=10, seconds=1)
    assert len(buckets) <= 1_001
    for _ in range(5):
        limiter.allow("hammering", per=5, seconds=3600)
    for n in range(20_000):
        limiter.allow(f"flood {n}", per=5, seconds=3600)
    assert len(buckets) <= 4_000
    assert not limiter.allow("hammering", per=5, seconds=3600).ok


@pytest.mark.fault
def test_while_redis_is_away_this_process_counts(
    own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "_SHORTEST", 0.05)
    monkeypatch.setattr(remote_module, "_LONGEST", 0.05)
    made = env(own_redis.url)
    limiter = made.part(Limiter)
    me = key()
    assert limiter.allow(me, per=3, seconds=3600).remaining == 2
    own_redis.stop()
    assert [limiter.allow(me, per=3, seconds=3600).ok for _ in range(4)] == [True, True, True, False]
    own_redis.start()
    time.sleep(0.1)
    assert limiter.allow(me, per=3, seconds=3600).remaining == 1
    made.close()


def test_redis_forgets_by_itself(redis: str) -> None:
    made = env(redis)
    me = key()
    made.part(Limiter).allow(me, per=10, seconds=1)
    left = made.part(Remote).client.pttl(f"dozen:limit:{me}")
    assert 0 < left <= 100
    made.close()
