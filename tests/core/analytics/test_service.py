"""Reading counts back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import analytics
from dozen.core.analytics import queries
from dozen.db import Tx
from dozen.kit import clock, ids
from tests.support.town import Town

DAY0 = clock.parse_rfc3339("2026-03-01")


def put(tx: Tx, rows: list[tuple[str, int, int, int]]) -> None:
    """Counts as a flush writes them: metric, subject, hour, n."""
    queries.add.many(tx, ({"metric": m, "subject": s, "at": at, "n": n} for m, s, at, n in rows))


def put_people(tx: Tx, rows: list[tuple[str, int, int, int]]) -> None:
    queries.add_person.many(
        tx, ({"metric": m, "subject": s, "day": day, "person": who} for m, s, day, who in rows)
    )


def test_a_series_fills_gaps_with_zeros(town: Town) -> None:
    town.write(
        put, [("v", 1, DAY0 + 2 * clock.HOUR, 3), ("v", 1, DAY0 + 5 * clock.HOUR, 4), ("v", 2, DAY0, 9)]
    )
    points = town.read(analytics.series, "v", 1, DAY0 + 1, DAY0 + 6 * clock.HOUR, clock.HOUR)
    assert [point.at for point in points] == [DAY0 + n * clock.HOUR for n in range(6)]
    assert [point.n for point in points] == [0, 0, 3, 0, 0, 4]
    assert town.read(analytics.series, "none", 1, DAY0, DAY0 + clock.HOUR, clock.HOUR) == [
        analytics.Point(DAY0, 0)
    ]
    assert town.read(analytics.series, "v", 1, DAY0, DAY0, clock.HOUR) == []
    days = town.read(analytics.series, "v", 1, DAY0 - clock.DAY, DAY0 + clock.DAY, clock.DAY)
    assert [point.n for point in days] == [0, 7]


@pytest.mark.parametrize("step", [0, -clock.HOUR, 1, clock.HOUR + 1, clock.MINUTE])
def test_steps_are_whole_hours(town: Town, step: int) -> None:
    with pytest.raises(analytics.BadRange):
        town.read(analytics.series, "v", 1, DAY0, DAY0 + clock.DAY, step)


def test_ranges_are_bounded(town: Town) -> None:
    with pytest.raises(analytics.BadRange):
        town.read(analytics.series, "v", 1, 0, DAY0, clock.HOUR)
    with pytest.raises(analytics.BadRange):
        town.read(analytics.distinct_series, "v", 1, 0, DAY0)
    for limit in (0, 1001):
        with pytest.raises(analytics.BadRange):
            town.read(analytics.top, "v", 0, DAY0, limit)


def test_total_and_top(town: Town) -> None:
    town.write(
        put,
        [("v", s, DAY0 + h * clock.HOUR, s) for s in range(1, 6) for h in range(30)] + [("w", 9, DAY0, 99)],
    )
    assert town.read(analytics.total, "v", 3, DAY0, DAY0 + 30 * clock.HOUR) == 90
    assert town.read(analytics.total, "v", 3, DAY0 + 90 * clock.MINUTE, DAY0 + 3 * clock.HOUR) == 6
    assert town.read(analytics.total, "v", 77, DAY0, DAY0 + clock.DAY) == 0
    best = town.read(analytics.top, "v", DAY0, DAY0 + 30 * clock.HOUR, 2)
    assert best == [analytics.Top(5, 150), analytics.Top(4, 120)]


def test_distinct_people(town: Town) -> None:
    next_day = DAY0 + clock.DAY
    visits = [(0, DAY0, 1), (0, DAY0, 2), (0, next_day, 2), (0, next_day, 3), (5, DAY0, 9)]
    town.write(put_people, [("a", *each) for each in visits])
    assert town.read(analytics.distinct, "a", 0, DAY0 + 5, DAY0 + clock.DAY) == 2
    assert town.read(analytics.distinct, "a", 0, DAY0, DAY0 + 2 * clock.DAY) == 3
    points = town.read(analytics.distinct_series, "a", 0, DAY0 - 1, DAY0 + 2 * clock.DAY)
    assert [point.n for point in points] == [0, 2, 2]


COUNTS = st.lists(
    st.tuples(st.sampled_from(["v", "w"]), st.integers(0, 3), st.integers(0, 24 * 60), st.integers(-5, 50)),
    max_size=60,
)


@settings(max_examples=12)
@given(COUNTS, st.integers(0, 70))
def test_rolling_up_changes_no_sum(town: Town, found: list[tuple[str, int, int, int]], age: int) -> None:
    """Whatever was counted when: totals, days and the best stay as they are when old hours become days."""

    def clear(tx: Tx) -> None:
        tx.driver.execute("DELETE FROM analytics_counts")
        tx.driver.execute("DELETE FROM analytics_days")

    town.write(clear)
    town.write(put, [(m, s, DAY0 + h * clock.HOUR, n) for m, s, h, n in found])
    end = DAY0 + 61 * clock.DAY

    def see(tx: Tx) -> object:
        return (
            [[analytics.series(tx, m, s, DAY0, end, clock.DAY) for s in range(4)] for m in "vw"],
            [[analytics.total(tx, m, s, DAY0, end) for s in range(4)] for m in "vw"],
            [analytics.top(tx, m, DAY0, end) for m in "vw"],
        )

    before = town.read(see)
    now = DAY0 + analytics.KEEP_HOURS + age * clock.DAY
    for _ in range(2):
        analytics.tidy(town.env, town.db, now)
        assert town.read(see) == before
    old = town.read(lambda tx: queries.buckets.all(tx, metric="v", subject=0, first=0, first_day=0, end=end))
    assert all(b.at % clock.DAY == 0 for b in old if b.at < DAY0 + age * clock.DAY)


def test_tidying_goes_on_until_all_is_done(town: Town) -> None:
    town.write(put, [(m, s, DAY0, 1) for m in ("a", "b", "c") for s in range(1_200)])
    town.write(put_people, [("p", s, DAY0, who) for s in range(3) for who in range(700)])
    analytics.tidy(town.env, town.db, DAY0 + 100 * clock.DAY)
    assert town.read(lambda tx: queries.next_metric.first(tx, after="")) is None
    assert town.read(analytics.total, "b", 1_199, DAY0, DAY0 + 1) == 1
    assert [point.n for point in town.read(analytics.distinct_series, "p", 2, DAY0, DAY0 + clock.DAY)] == [
        700
    ]
    assert town.read(analytics.distinct, "p", 2, DAY0, DAY0 + clock.DAY) == 0
    # A late flush of such an old hour is not lost either.
    town.write(put, [("b", 1_199, DAY0, 5)])
    analytics.tidy(town.env, town.db, DAY0 + 100 * clock.DAY)
    assert town.read(analytics.total, "b", 1_199, DAY0, DAY0 + 1) == 6


def test_who_came_back_of_those_who_joined_then(town: Town) -> None:
    joined = [DAY0 - n * clock.DAY for n in (1, 10, 20, 30)]
    people = [ids.at(at) + 5 for at in joined]
    town.write(put_people, [("v", 0, DAY0, who) for who in people])
    town.write(put_people, [("v", 0, DAY0 + clock.DAY, people[1]), ("v", 1, DAY0, ids.at(joined[1]) + 6)])
    town.write(put_people, [("v", 0, DAY0 - 5 * clock.DAY, ids.at(joined[2]) + 7)])

    def returned(since: int, until: int) -> int:
        end = DAY0 + 2 * clock.DAY
        return town.read(analytics.returned, "v", 0, DAY0, end, (since, until))

    assert returned(0, DAY0) == 4
    assert returned(joined[2], joined[0]) == 2
    assert returned(joined[2], joined[1]) == 1
    assert returned(joined[0] + 1, DAY0) == 0
