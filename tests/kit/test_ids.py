"""Snowflakes: unique, rising, and never again the same, whatever the clock does."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.db import nodes
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.ids import LeaseSpent, Snowflakes
from tests.support.town import Town


@given(st.lists(st.integers(-5_000, 5_000), min_size=1, max_size=200))
def test_ids_rise_however_the_clock_jumps(jumps: list[int]) -> None:
    now = clock.now()
    times = iter([now + jump for jump in jumps])
    made = Snowflakes(5, now=lambda: next(times))
    found = [made.next() for _ in jumps]
    assert found == sorted(set(found))


def test_more_than_4096_in_a_millisecond_go_on_in_the_next() -> None:
    made = Snowflakes(1, now=lambda: 1_700_000_000_000)
    found = [made.next() for _ in range(10_000)]
    assert len(set(found)) == 10_000
    assert ids.moment(found[-1]) == 1_700_000_000_002


def test_threads_never_get_the_same() -> None:
    made = Snowflakes(1)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.extend(made.next() for _ in range(2_000))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 16_000


def test_a_lease_is_not_overdrawn() -> None:
    made = Snowflakes(1, until=clock.now())
    with pytest.raises(LeaseSpent):
        made.next()


def test_a_clock_that_jumped_back_over_a_restart_repeats_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    seen: set[int] = set()
    for hours in (0, -3, -3, 2, -48, 0):
        monkeypatch.setattr(clock, "now", lambda hours=hours: now + hours * clock.HOUR)
        env: Env = town.env
        made = town.db.run_write(env, lambda tx: nodes.lease(tx, "test"))
        made._now = clock.now
        fresh = {made.next() for _ in range(50)}
        assert not fresh & seen
        seen |= fresh


def test_two_processes_have_different_nodes(town: Town) -> None:
    one = town.write(nodes.lease, "one")
    two = town.write(nodes.lease, "two")
    assert one.node != two.node
    town.write(nodes.release, one)


def test_a_lease_moves_ahead_and_comes_back(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = town.write(nodes.lease, "me")
    old = made.until
    later = clock.now() + 5 * clock.MINUTE
    monkeypatch.setattr(clock, "now", lambda: later)
    town.write(nodes.renew, made, "me")
    assert made.until is not None
    assert old is not None
    assert made.until > old
