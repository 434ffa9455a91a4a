"""Putting jobs in, and looking after those that were given up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import jobs
from dozen.core.jobs.service import Bell
from dozen.db import Tx, engine
from dozen.db.tx import ReadOnly
from dozen.kit import clock
from dozen.kit.env import Env
from tests.core.jobs.others import queued
from tests.support.town import Town

FAR = 1 << 60


def note(tx: Tx, job: jobs.Job) -> None:
    """Leaves a trace in the database: one more waiting job of another kind."""
    jobs.enqueue(tx, "trace", {"of": job.id, "payload": job.payload})


def fails(tx: Tx, job: jobs.Job) -> None:
    raise RuntimeError("no luck\0 today")


def runner(town: Town, *handlers: jobs.Handler | jobs.Schedule) -> jobs.Runner:
    town.env.part(jobs.Registry).add(*handlers)
    return jobs.Runner(town.env, town.db)


def test_a_job_runs_once_with_its_payload(town: Town) -> None:
    works = runner(town, jobs.tx_handler("note", note))
    made = town.write(jobs.enqueue, "note", {"n": 1 << 62, "text": "Zoë\n"})
    assert works.drain() == 1
    assert works.drain() == 0
    [trace] = town.write(queued, "trace")
    assert f'"of":{made}' in trace.payload
    assert '"text":"Zoë\\n"' in trace.payload
    assert town.read(jobs.waiting, "note") == 0
    assert town.env.part(jobs.Stats).count("note", "done") == 1


def test_a_rolled_back_cause_enqueues_nothing_and_wakes_nobody(town: Town) -> None:
    rings: list[int] = []
    town.env.part(Bell).wakers.append(lambda: rings.append(1))

    def cause(tx: Tx) -> None:
        jobs.enqueue(tx, "note", {})
        jobs.enqueue(tx, "note", {}, key="k")
        raise LookupError

    with pytest.raises(LookupError):
        town.write(cause)
    assert town.read(jobs.waiting) == 0
    assert rings == []
    town.write(jobs.enqueue, "note", {})
    assert rings == [1]


def test_a_read_transaction_cannot_enqueue(town: Town) -> None:
    for key in (None, "k"):
        with pytest.raises(ReadOnly):
            town.read(jobs.enqueue, "note", {}, key=key)


def test_a_key_keeps_one_waiting_job_at_the_earlier_time(town: Town) -> None:
    far = 4_000_000_000_000
    first = town.write(jobs.enqueue, "note", {"n": 1}, key="a", run_at=far)
    assert town.write(jobs.enqueue, "note", {"n": 2}, key="a", run_at=far + 5) == first
    assert town.write(jobs.enqueue, "note", {"n": 3}, key="b", run_at=far) != first
    assert town.read(jobs.waiting) == 2
    [counts] = town.read(jobs.overview)
    assert counts.oldest == far
    assert town.write(jobs.enqueue, "note", {"n": 4}, key="a", run_at=far - 7) == first
    assert town.read(jobs.overview)[0].oldest == far - 7


def test_a_key_is_free_again_while_its_job_runs(town: Town) -> None:
    def again(tx: Tx, job: jobs.Job) -> None:
        if job.payload["n"] < 3:
            jobs.enqueue(tx, "again", {"n": job.payload["n"] + 1}, key="a")

    works = runner(town, jobs.tx_handler("again", again))
    town.write(jobs.enqueue, "again", {"n": 1}, key="a")
    assert works.drain() == 3


def test_a_failed_job_gives_way_to_a_waiting_one_with_its_key(town: Town) -> None:
    seen: list[int] = []

    def fails_once(env: Env, job: jobs.Job) -> None:
        seen.append(job.payload["n"])
        if len(seen) == 1:
            town.write(jobs.enqueue, "once", {"n": 2}, key="a")
            raise RuntimeError("and meanwhile the same was asked for again")

    works = runner(town, jobs.handler("once", fails_once))
    town.write(jobs.enqueue, "once", {"n": 1}, key="a")
    works.drain(until=FAR)
    assert seen == [1, 2]
    assert town.read(jobs.overview) == []


def test_a_payload_has_a_bound(town: Town) -> None:
    with pytest.raises(jobs.PayloadTooLarge):
        town.write(jobs.enqueue, "note", {"text": "x" * jobs.MOST_PAYLOAD})


def test_a_job_waits_for_its_time(town: Town) -> None:
    works = runner(town, jobs.tx_handler("note", note))
    town.write(lambda tx: jobs.enqueue(tx, "note", {}, run_at=tx.now + 60_000))
    assert works.drain() == 0
    assert works.drain(until=FAR) == 1


def test_jobs_nobody_here_can_do_are_left_alone(town: Town) -> None:
    works = runner(town, jobs.tx_handler("note", note))
    town.write(jobs.enqueue, "elsewhere", {})
    assert works.drain() == 0
    assert town.read(jobs.waiting, "elsewhere") == 1


def test_failures_back_off_and_end_as_dead_letters(town: Town) -> None:
    works = runner(town, jobs.tx_handler("fails", fails, attempts=4, backoff_seconds=10))
    made = town.write(jobs.enqueue, "fails", {"a": 1})
    due = 0
    for low, high in ((7_500, 12_500), (15_000, 25_000), (30_000, 50_000)):
        before = clock.now()
        assert works.drain(until=due or None) == 1
        after = clock.now()
        [counts] = town.read(jobs.overview)
        assert (counts.waiting, counts.dead) == (1, 0)
        due = counts.oldest or 0
        assert before + low <= due <= after + high
        assert works.drain(until=due - 1) == 0
    assert works.drain(until=due) == 1
    [letter] = town.read(jobs.dead)
    assert (letter.id, letter.kind, letter.payload, letter.attempt) == (made, "fails", {"a": 1}, 4)
    assert "RuntimeError: no luck today" in letter.error
    assert town.read(jobs.overview) == [jobs.KindCounts("fails", 0, 0, 1, None)]
    stats = town.env.part(jobs.Stats).all()
    assert [(each.outcome, each.count) for each in stats] == [("dead", 1), ("failed", 3)]


def test_a_handler_can_give_up(town: Town) -> None:
    def hopeless(env: Env, job: jobs.Job) -> None:
        raise jobs.GiveUp("nobody lives there")

    works = runner(town, jobs.handler("hopeless", hopeless))
    town.write(jobs.enqueue, "hopeless", {})
    assert works.drain(until=FAR) == 1
    assert "nobody lives there" in town.read(jobs.dead)[0].error


def test_a_failed_transaction_job_leaves_no_effect(town: Town) -> None:
    def half(tx: Tx, job: jobs.Job) -> None:
        note(tx, job)
        if job.attempt == 1:
            raise RuntimeError

    works = runner(town, jobs.tx_handler("half", half))
    town.write(jobs.enqueue, "half", {})
    works.drain(until=FAR)
    assert town.read(jobs.waiting, "trace") == 1


@given(st.integers(1, 200), st.floats(0.5, 4000))
def test_delays_double_are_spread_and_end_at_an_hour(attempt: int, backoff: float) -> None:
    made = jobs.handler("any", lambda env, job: None, backoff_seconds=backoff)
    plain = min(3_600_000, round(backoff * 1000) * 2 ** (attempt - 1))
    assert plain * 0.75 - 1 <= made.delay(attempt) <= plain * 1.25 + 1


def test_retry_and_discard(town: Town) -> None:
    works = runner(town, jobs.tx_handler("fails", fails, attempts=1))
    first = town.write(jobs.enqueue, "fails", {"a": 1}, key="k")
    second = town.write(jobs.enqueue, "fails", {"a": 2})
    works.drain()
    assert [each.id for each in town.read(jobs.dead)] == [second, first]
    assert [each.id for each in town.read(jobs.dead, before=second)] == [first]
    assert town.read(jobs.dead, kind="other") == []
    assert town.read(jobs.dead, kind="fails", limit=1)[0].payload == {"a": 2}
    town.write(jobs.retry, first)
    assert town.read(jobs.waiting) == 1
    with pytest.raises(jobs.NoSuchJob):
        town.write(jobs.retry, first)
    with pytest.raises(jobs.NoSuchJob):
        town.write(jobs.discard, first)
    assert works.drain() == 1
    town.write(jobs.enqueue, "fails", {"a": 3}, key="k")
    town.write(jobs.retry, first)  # the waiting one with its key stands for it
    assert town.read(jobs.waiting) == 1
    town.write(jobs.discard, second)
    assert town.read(jobs.dead) == []
    with pytest.raises(jobs.NoSuchJob):
        town.write(jobs.discard, second)


def test_many_may_ask_for_one_key_at_once(town: Town) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: town.write(jobs.enqueue, "note", {"n": n}, key="k"), range(80)))
    assert len(set(made)) == 1
    assert town.read(jobs.waiting) == 1


def test_a_handler_opens_its_own_transactions(town: Town) -> None:
    def work(env: Env, job: jobs.Job) -> None:
        with engine.write(jobs.database(env), env) as tx:
            note(tx, job)

    works = runner(town, jobs.handler("own", work))
    town.write(jobs.enqueue, "own", {})
    assert works.drain() == 1
    assert town.read(jobs.waiting, "trace") == 1
    bare = Env(town.env.settings, b"a secret for tests only, 32+ bytes", town.env.ids)
    with pytest.raises(LookupError):
        jobs.database(bare)
