"""Jobs by the clock: once per due time, over all processes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import jobs
from dozen.core.jobs import queries
from dozen.kit import clock
from tests.core.jobs.others import neighbour, queued, until
from tests.support.town import Town

NOON = clock.parse_rfc3339("2031-05-17T12:00:00Z")


@given(st.integers(0, 4 * 10**12), st.integers(1, 10**6))
def test_intervals_are_multiples_since_1970(now: int, seconds: int) -> None:
    at = jobs.every("any", "any", seconds=seconds).next_after(now)
    assert now < at <= now + seconds * 1000
    assert at % (seconds * 1000) == 0


@given(st.integers(0, 4 * 10**12), st.integers(0, 23), st.integers(0, 59))
def test_daily_times_are_in_utc(now: int, hour: int, minute: int) -> None:
    at = jobs.every("any", "any", daily_at=f"{hour:02d}:{minute:02d}").next_after(now)
    assert now < at <= now + clock.DAY
    assert clock.rfc3339(at)[10:] == f"T{hour:02d}:{minute:02d}:00.000Z"


@pytest.mark.parametrize("text", ["3:00", "24:00", "12:60", "noon", "12:00:00", ""])
def test_daily_times_are_checked(text: str) -> None:
    with pytest.raises(ValueError, match="HH:MM"):
        jobs.every("any", "any", daily_at=text)


def test_a_schedule_needs_one_rule() -> None:
    with pytest.raises(ValueError, match="either"):
        jobs.every("any", "any")
    with pytest.raises(ValueError, match="either"):
        jobs.every("any", "any", seconds=1, daily_at="03:00")
    with pytest.raises(ValueError, match="once a second"):
        jobs.every("any", "any", seconds=0)


def test_names_and_kinds_are_taken_once() -> None:
    registry = jobs.Registry()
    once = jobs.handler("a", lambda env, job: None)
    registry.add(once, once, jobs.every("n", "a", seconds=5), jobs.every("n", "a", seconds=5))
    with pytest.raises(ValueError, match="two handlers"):
        registry.add(jobs.handler("a", lambda env, job: None))
    with pytest.raises(ValueError, match="two schedules"):
        registry.add(jobs.every("n", "a", seconds=6))


def test_each_due_time_fires_once_over_two_processes(town: Town) -> None:
    other = neighbour(town.env.settings, 2)
    runners = []
    for each in (town, other):
        each.env.part(jobs.Registry).add(
            jobs.every("hourly", "tick", seconds=3600, payload={"a": 1}),
            jobs.every("daily", "tock", daily_at="03:00"),
        )
        runners.append(jobs.Runner(each.env, each.db))
    assert [each.tick() for each in runners] == [0, 0]
    assert [each.tick(now=NOON) for each in runners] == [2, 0]
    assert [each.tick(now=NOON + 3_599_999) for each in runners] == [0, 0]
    [job] = town.write(queued, "tick")
    assert job.payload == '{"a":1}'
    # The hourly one still waits, so the next hour adds no second one.
    assert [each.tick(now=NOON + clock.HOUR) for each in reversed(runners)] == [1, 0]
    assert town.read(jobs.waiting, "tick") == 1
    other.close()


def test_missed_times_are_made_up_for_by_one_job(town: Town) -> None:
    town.env.part(jobs.Registry).add(
        jobs.every("often", "tick", seconds=60), jobs.tx_handler("tick", lambda tx, job: None)
    )
    works = jobs.Runner(town.env, town.db)
    works.tick()
    assert works.tick(now=NOON) == 1
    assert works.drain() == 1
    assert works.tick(now=NOON + 59_999) == 0
    assert works.tick(now=NOON + 60_000) == 1


def test_a_changed_rule_gets_a_new_time(town: Town) -> None:
    def next_at() -> int:
        [(_, at)] = town.read(lambda tx: queries.schedules_due.all(tx, now=1 << 60, names=["s"]))
        return at

    for rule in (jobs.every("s", "k", seconds=86_400 * 30), jobs.every("s", "k", seconds=5)):
        each = neighbour(town.env.settings, 3)
        each.env.part(jobs.Registry).add(rule)
        jobs.Runner(each.env, each.db).tick()
        before = next_at()
        jobs.Runner(each.env, each.db).tick()
        assert next_at() == before
        each.close()
    assert next_at() <= clock.now() + 5_000


def test_running_processes_fire_by_themselves(town: Town) -> None:
    """Two runners, a schedule of one second: each due time gives one run."""
    other = neighbour(town.env.settings, 2)
    seen: list[int] = []
    runners = []
    for each in (town, other):
        each.env.part(jobs.Registry).add(
            jobs.every("tick", "tick", seconds=1),
            jobs.handler("tick", lambda env, job: seen.append(job.created // 1000)),
        )
        runners.append(jobs.Runner(each.env, each.db, poll_seconds=0.05))
        runners[-1].start(1)
    until(lambda: len(seen) >= 3)
    for runner in runners:
        runner.stop()
    assert len(seen) == len(set(seen))
    other.close()
