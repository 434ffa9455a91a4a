"""The follow graph: no doubles, a celebrity, a long tail, circles of interest."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.kit.sample import graph
from dozen.kit.sample.people import interests

PEOPLE = 2_500
EDGES = list(graph.power_law(7, PEOPLE))


def test_pinned() -> None:
    told = ",".join(f"{one}>{two}" for one, two in graph.power_law(7, 400))
    assert sha256(told.encode()).hexdigest() == PINNED


@settings(max_examples=40)
@given(st.integers(), st.integers(0, 120), st.floats(0.5, 60), st.floats(1.7, 4))
def test_edges_are_valid_and_come_once(seed: int, people: int, mean: float, alpha: float) -> None:
    edges = list(graph.power_law(seed, people, mean, alpha))
    assert len(set(edges)) == len(edges)
    assert edges == sorted(edges)
    for follower, followee in edges:
        assert 0 <= follower < people
        assert 0 <= followee < people
        assert follower != followee
    if people >= 2:
        assert {follower for follower, _ in edges} == set(range(people))


def test_the_mean_is_about_the_wanted_one() -> None:
    assert 40 < len(EDGES) / PEOPLE < 56
    few = list(graph.power_law(1, 1_500, mean_following=12))
    assert 10 < len(few) / 1_500 < 15


def test_defaults_for_small_and_large() -> None:
    assert graph.default_mean(300) == 50
    assert graph.default_mean(100_000) == 40


def test_a_celebrity_and_a_long_tail() -> None:
    followers = Counter(followee for _, followee in EDGES)
    assert 0.4 < followers[0] / PEOPLE < 0.65
    ranked = sorted(followers.values(), reverse=True)
    assert followers[0] in ranked[:3]
    assert ranked[0] > 20 * ranked[PEOPLE // 2]
    assert sum(ranked[: PEOPLE // 100]) > 0.1 * len(EDGES)
    assert followers[5] > followers[200] > followers[2_000]


def test_people_differ_in_how_many_they_follow() -> None:
    following = Counter(follower for follower, _ in EDGES)
    counts = sorted(following.values())
    assert counts[PEOPLE // 10] * 4 < counts[-PEOPLE // 10]
    assert counts[-1] <= 0.6 * PEOPLE


def test_shared_interests_raise_the_chance() -> None:
    likes = [set(interests(7, n)) for n in range(PEOPLE)]
    shared = sum(bool(likes[one] & likes[two]) for one, two in EDGES) / len(EDGES)
    pairs = [(n * 7919 % PEOPLE, n * 104729 % PEOPLE) for n in range(20_000)]
    by_chance = sum(bool(likes[one] & likes[two]) for one, two in pairs) / len(pairs)
    assert shared > 1.5 * by_chance


def test_a_part_is_mutual() -> None:
    known = set(EDGES)
    mutual = sum((two, one) in known for one, two in EDGES) / len(EDGES)
    assert 0.12 < mutual < 0.4


def test_a_steeper_law_has_fewer_stars() -> None:
    def share_of_top(alpha: float) -> float:
        followers = Counter(followee for _, followee in graph.power_law(3, 1_500, 20, alpha))
        return sum(sorted(followers.values(), reverse=True)[:15]) / sum(followers.values())

    assert share_of_top(1.9) > share_of_top(3.5)


def test_it_streams() -> None:
    edges = graph.power_law(1, 5_000)
    assert next(edges)[0] == 0


PINNED = "7ea07703e0dc310d75c4a681962f5333c571a155592a741b76e72ba81f589133"
