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


@given(st.integers(ids.EPOCH, ids.EPOCH + 2**41 - 1), st.integers(0, 1023), st.integers(0, 4095))
def test_an_id_holds_its_moment_node_and_sequence(ms: int, node: int, sequence: int) -> None:
    made = ids.at(ms, node=node, sequence=sequence)
    assert 0 <= made <= ids.MAX
    assert ids.moment(made) == ms
    assert (made >> 12 & 1023, made & 4095) == (node, sequence)
    assert Snowflakes(node, now=lambda: ms).next() == ids.at(ms, node=node)


@given(st.integers(-(10**16), 10**16))
def test_bounds_of_any_moment_fit_into_a_column(ms: int) -> None:
    assert 0 <= ids.at(ms) <= ids.at(ms + 1) <= ids.MAX


def test_nodes_are_within_bounds() -> None:
    for node in (-1, 1024, 10**6):
        with pytest.raises(ValueError, match=r"0\.\.1023"):
            Snowflakes(node)
    assert {Snowflakes(node, now=lambda: ids.EPOCH).next() for node in (0, 1023)} == {0, 1023 << 12}


def test_nothing_below_the_floor_and_nothing_from_the_end_on() -> None:
    now = ids.EPOCH + 1000
    made = Snowflakes(3, floor=now + 50, until=now + 52, now=lambda: now)
    found = [made.next() for _ in range(2 * 4096)]
    assert {ids.moment(each) for each in found} == {now + 50, now + 51}
    assert len(set(found)) == 8192
    for _ in range(3):
        with pytest.raises(LeaseSpent, match="node 3"):
            made.next()
    made.until = now + 54
    later = made.next()
    assert later > found[-1]
    assert ids.moment(later) in (now + 52, now + 53)


def test_a_clock_before_our_epoch_makes_no_negative_ids() -> None:
    made = Snowflakes(1, now=lambda: 0)
    assert [ids.moment(made.next()) for _ in range(3)] == [ids.EPOCH] * 3


def test_who_stopped_makes_no_more() -> None:
    made = Snowflakes(1)
    last = made.next()
    free = made.stop()
    assert free == ids.moment(last) + 1
    assert made.stop() == free
    with pytest.raises(LeaseSpent):
        made.next()


def test_threads_at_the_edge_of_a_millisecond_never_get_the_same_and_each_sees_them_rise() -> None:
    ticks = iter(range(10**9))
    made = Snowflakes(1, now=lambda: ids.EPOCH + next(ticks) // 5000)
    found: list[list[int]] = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda mine=mine: mine.extend(made.next() for _ in range(3000)))
        for mine in found
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(mine == sorted(mine) for mine in found)
    assert len({each for mine in found for each in mine}) == 12_000
