"""Streams: bounds, independence, and the same draws everywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dozen.kit.sample.streams import Stream


def test_pinned_draws() -> None:
    stream = Stream(7, "pinned", 3)
    assert [stream.below(1000) for _ in range(20)] == PINNED


def test_streams_of_other_keys_and_numbers_differ() -> None:
    starts = {Stream(seed, key, n).word() for seed in (1, 2, "1x") for key in ("a", "b") for n in range(50)}
    assert len(starts) == 300


@given(st.integers(), st.integers(min_value=1, max_value=1 << 32))
def test_below_stays_below(seed: int, limit: int) -> None:
    stream = Stream(seed, "bounds")
    assert all(0 <= stream.below(limit) < limit for _ in range(40))


@given(st.integers(), st.integers(-1000, 1000), st.integers(0, 1000))
def test_between_includes_its_ends_only(seed: int, low: int, span: int) -> None:
    stream = Stream(seed, "between")
    assert all(low <= stream.between(low, low + span) <= low + span for _ in range(40))


@given(st.integers(), st.lists(st.integers(), max_size=30), st.integers(0, 40))
def test_picks_are_different_items(seed: int, items: list[int], count: int) -> None:
    numbered = list(enumerate(items))
    picked = Stream(seed, "picks").picks(numbered, count)
    assert len(picked) == min(count, len(items))
    assert len(set(picked)) == len(picked)
    assert set(picked) <= set(numbered)


@given(st.integers(), st.lists(st.integers(), max_size=60))
def test_shuffled_keeps_all(seed: int, items: list[int]) -> None:
    assert sorted(Stream(seed, "shuffle").shuffled(items)) == sorted(items)


def test_draws_are_even() -> None:
    stream = Stream(5, "even")
    counts = [0] * 10
    for _ in range(20_000):
        counts[stream.below(10)] += 1
    assert min(counts) > 1800
    assert max(counts) < 2200


PINNED = [549, 656, 264, 833, 954, 449, 112, 585, 119, 560, 203, 977, 475, 43, 134, 797, 0, 71, 593, 293]
