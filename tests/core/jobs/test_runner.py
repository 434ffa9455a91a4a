"""The threads: everything once, nobody twice, and nothing lost when a worker or the database goes away."""

from __future__ import annotations

import asyncio
import atexit
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select, update

from dozen.core import jobs
from dozen.core.jobs.tables import queue
from dozen.core.jobs.work import perform
from dozen.db import Broken, Database, Tx, WriteQueue, action, open_database, param
from dozen.db.engine import SqliteDatabase
from dozen.db.migrate import core_connection
from dozen.db.schema import metadata
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.core.jobs.others import SECRET, neighbour, queued, start_sleeper, until
from tests.support.services import Postgres, _postgres_bin
from tests.support.town import Town, found_town

T = TypeVar("T")


def started(town: Town, *items: jobs.Handler | jobs.Schedule, threads: int = 2, **kw: Any) -> jobs.Runner:
    town.env.part(jobs.Registry).add(*items)
    made = jobs.Runner(town.env, town.db, **kw)
    made.start(threads)
    return made


def empty(town: Town) -> Callable[[], bool]:
    return lambda: town.read(jobs.overview) == []


def put_many(tx: Tx, kind: str, n: int) -> None:
    for i in range(n):
        jobs.enqueue(tx, kind, {"n": i})


def trace(tx: Tx, job: jobs.Job) -> None:
    jobs.enqueue(tx, "trace", {"n": job.payload["n"]})


def test_a_thousand_jobs_are_done_exactly_once_by_four_threads(town: Town) -> None:
    works = started(town, jobs.tx_handler("count", trace), threads=4)
    town.write(put_many, "count", 1000)
    until(lambda: town.read(jobs.waiting, "trace") == 1000 and town.read(jobs.waiting, "count") == 0, 120)
    works.stop()
    traces = town.write(queued, "trace")
    assert {trace.payload for trace in traces} == {f'{{"n":{i}}}' for i in range(1000)}
    assert town.env.part(jobs.Stats).count("count", "done") == 1000


def test_two_processes_never_run_one_job_at_once(town: Town) -> None:
    running: set[int] = set()
    clashes: list[int] = []
    done: Counter[int] = Counter()
    lock = threading.Lock()

    def work(env: Env, job: jobs.Job) -> None:
        with lock:
            if job.id in running:
                clashes.append(job.id)
            running.add(job.id)
        time.sleep(0.002)
        with lock:
            running.discard(job.id)
            done[job.id] += 1

    other = neighbour(town.env.settings, 2)
    town.write(put_many, "work", 300)
    runners = [started(each, jobs.handler("work", work), threads=3) for each in (town, other)]
    until(empty(town), 60)
    for each in runners:
        each.stop()
    assert clashes == []
    assert len(done) == 300
    assert set(done.values()) == {1}
    shares = [each.env.part(jobs.Stats).count("work", "done") for each in (town, other)]
    assert sum(shares) == 300
    other.close()


def test_a_commit_wakes_a_worker_without_polling(town: Town) -> None:
    works = started(town, jobs.handler("quick", lambda env, job: None), poll_seconds=60)
    time.sleep(0.1)
    town.write(jobs.enqueue, "quick", {})
    until(empty(town))
    works.stop()


def test_another_processs_job_is_found_by_polling(town: Town) -> None:
    works = started(town, jobs.handler("quick", lambda env, job: None), poll_seconds=0.05)
    time.sleep(0.1)
    other = neighbour(town.env.settings, 2)
    other.write(jobs.enqueue, "quick", {})
    until(empty(town))
    works.stop()
    other.close()


def test_stop_waits_for_what_runs_and_gives_the_rest_back(town: Town) -> None:
    began, may_end = threading.Event(), threading.Event()

    def work(env: Env, job: jobs.Job) -> None:
        began.set()
        may_end.wait(10)

    works = started(town, jobs.handler("work", work), threads=1)
    town.write(put_many, "work", 4)
    assert began.wait(30)
    threading.Timer(0.2, may_end.set).start()
    works.stop()
    assert town.read(jobs.overview) == [jobs.KindCounts("work", 3, 0, 0, town.read(jobs.overview)[0].oldest)]
    attempts = [row.attempt for row in town.write(queued, "work")]
    assert attempts == [0, 0, 0]
    with pytest.raises(jobs.AlreadyStarted):
        works.start(1)


def test_stop_does_not_wait_for_ever(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    began, may_end = threading.Event(), threading.Event()

    def work(env: Env, job: jobs.Job) -> None:
        began.set()
        may_end.wait(10)

    works = started(town, jobs.handler("work", work), threads=1)
    town.write(put_many, "work", 1)
    assert began.wait(30)
    before = time.monotonic()
    with caplog.at_level(logging.WARNING, "dozen.jobs"):
        works.stop(limit=0.2)
    assert time.monotonic() - before < 3
    assert "still runs" in caplog.text
    may_end.set()
    until(empty(town))


def test_claimed_jobs_do_not_wait_behind_a_long_one(town: Town) -> None:
    """One thread claims a few ahead and then is busy: another process gets them."""
    may_end = threading.Event()

    def work(env: Env, job: jobs.Job) -> None:
        if job.payload["n"] == 0:
            may_end.wait(30)

    slow = started(town, jobs.handler("work", work), threads=1)
    town.write(put_many, "work", 4)
    other = neighbour(town.env.settings, 2)
    quick = started(other, jobs.handler("work", work), threads=1)
    until(lambda: [(c.waiting, c.running) for c in town.read(jobs.overview)] == [(0, 1)], 20)
    may_end.set()
    until(empty(town))
    slow.stop()
    quick.stop()
    other.close()


def test_a_long_job_keeps_its_lease(town: Town) -> None:
    done: list[int] = []

    def work(env: Env, job: jobs.Job) -> None:
        time.sleep(4.0)
        done.append(job.attempt)

    item = jobs.handler("work", work, lease_seconds=1.5)
    first = started(town, item, threads=1)
    other = neighbour(town.env.settings, 2)
    second = started(other, item, threads=1)
    town.write(put_many, "work", 1)
    until(empty(town), 20)
    first.stop()
    second.stop()
    assert done == [1]
    other.close()


def test_progress_is_stored(town: Town) -> None:
    may_end = threading.Event()

    def work(env: Env, job: jobs.Job) -> None:
        for n in range(51):
            job.progress(n / 100)
        may_end.wait(20)

    works = started(town, jobs.handler("work", work), poll_seconds=0.05)
    made = town.write(jobs.enqueue, "work", {})
    assert town.read(jobs.progress, made) is not None
    until(lambda: town.read(jobs.progress, made) == 0.5)
    may_end.set()
    until(empty(town))
    assert town.read(jobs.progress, made) is None
    works.stop()


def test_a_worker_survives_whatever_a_handler_raises(town: Town) -> None:
    def work(env: Env, job: jobs.Job) -> None:
        if job.payload["n"] < 3:
            raise (SystemExit, MemoryError, ZeroDivisionError)[job.payload["n"]]

    works = started(town, jobs.handler("work", work, attempts=1), threads=1)
    town.write(put_many, "work", 4)
    until(lambda: [(c.waiting, c.running, c.dead) for c in town.read(jobs.overview)] == [(0, 0, 3)])
    works.stop()


@pytest.mark.fault
@pytest.mark.parametrize("in_tx", [False, True], ids=["plain", "tx"])
def test_a_killed_workers_job_runs_again(town: Town, in_tx: bool) -> None:
    made = town.write(jobs.enqueue, "sleep", {"n": 7})
    process = start_sleeper(town.env.settings, 2.0, in_tx=in_tx)
    began = town.env.settings.data / f"began-{made}"
    try:
        until(began.exists, 60)
    finally:
        process.kill()
        process.wait()
    [[lease]] = town.read(lambda tx: tx.run(select(queue.c.lease_until)))
    seen: list[tuple[int, int, bool]] = []

    def work(env: Env, job: jobs.Job) -> None:
        seen.append((job.id, job.attempt, clock.now() >= lease))

    works = started(town, jobs.handler("sleep", work), poll_seconds=0.05)
    until(empty(town), 30)
    works.stop()
    assert seen == [(made, 2, True)]


@pytest.mark.fault
def test_a_job_that_kills_its_workers_is_given_up(town: Town) -> None:
    made = town.write(jobs.enqueue, "sleep", {})
    process = start_sleeper(town.env.settings, 0.5, in_tx=False)
    try:
        until((town.env.settings.data / f"began-{made}").exists, 60)
    finally:
        process.kill()
        process.wait()
    time.sleep(0.6)
    town.env.part(jobs.Registry).add(
        jobs.handler("sleep", lambda env, job: None, attempts=1, lease_seconds=0.5)
    )
    assert jobs.Runner(town.env, town.db).drain() == 0
    [letter] = town.read(jobs.dead)
    assert letter.id == made
    assert "worker stopped" in letter.error


expire = action(update(queue).where(queue.c.id == param("this")).values(lease_until=0))


@pytest.mark.parametrize("in_tx", [False, True], ids=["plain", "tx"])
def test_a_worker_that_lost_its_lease_changes_nothing(town: Town, in_tx: bool) -> None:
    """It stood still for longer than the lease; meanwhile another worker did the job."""
    other = neighbour(town.env.settings, 2)
    other.env.part(jobs.Registry).add(jobs.tx_handler("work", trace))
    thief = jobs.Runner(other.env, other.db)

    def stolen(job_id: int) -> None:
        town.write(lambda tx: expire(tx, this=job_id))
        assert thief.drain() == 1

    def stand_still(env: Env, job: jobs.Job) -> None:
        stolen(job.id)

    item = jobs.tx_handler("work", trace) if in_tx else jobs.handler("work", stand_still)
    town.env.part(jobs.Registry).add(item)
    works = jobs.Runner(town.env, town.db)
    town.write(put_many, "work", 1)
    if in_tx:
        [held] = works._claim(1)
        stolen(held.row.id)
        assert perform(town.env, town.db, works.worker, held, works._once) == "lost"
    else:
        assert works.drain() == 1
    assert town.env.part(jobs.Stats).count("work", "lost") == 1
    assert other.env.part(jobs.Stats).count("work", "done") == 1
    assert town.read(jobs.waiting, "trace") == 1
    other.close()


class Away:
    """A database that can be unplugged; it stands in front of the real one."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.dialect, self.inline = db.dialect, db.inline
        self.away = threading.Event()

    def _check(self) -> None:
        if self.away.is_set():
            raise Broken

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        self._check()
        return self._db.run_read(env, verb)

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        self._check()
        return self._db.run_write(env, verb)

    def close(self) -> None:
        self._db.close()


def test_workers_outlive_a_database_that_goes_away(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    plug = Away(town.db)
    began, may_end = threading.Event(), threading.Event()

    def work(env: Env, job: jobs.Job) -> None:
        began.set()
        may_end.wait(10)

    town.env.part(jobs.Registry).add(jobs.handler("work", work))
    works = jobs.Runner(town.env, plug, poll_seconds=0.05)
    works.start(2)
    town.write(put_many, "work", 1)
    assert began.wait(30)
    with caplog.at_level(logging.WARNING, "dozen.jobs"):
        plug.away.set()
        may_end.set()  # done, but it cannot be marked so
        town.write(put_many, "work", 3)
        time.sleep(0.6)
        assert len([each for each in caplog.records if "does not answer" in each.message]) == 1
    plug.away.clear()
    until(empty(town))
    works.stop()
    assert town.env.part(jobs.Stats).count("work", "done") == 4


@pytest.fixture
def own_cluster() -> Iterator[Postgres]:
    bin_dir = _postgres_bin()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    made = Postgres(bin_dir)
    yield made
    atexit.unregister(made.remove)
    made.remove()


@pytest.mark.fault
def test_workers_outlive_a_restart_of_postgresql(own_cluster: Postgres, tmp_path: Path) -> None:
    db = open_database(own_cluster.url)
    with core_connection(db) as connection:
        metadata.create_all(connection)
    env = Env(Settings(data_dir=str(tmp_path), database_url=own_cluster.url), SECRET, Snowflakes(1))
    env.install(db)
    town = Town(db, env)
    began, may_end = threading.Event(), threading.Event()

    def work(env: Env, job: jobs.Job) -> None:
        began.set()
        may_end.wait(30)

    works = started(town, jobs.handler("work", work), jobs.tx_handler("count", trace), poll_seconds=0.1)
    town.write(put_many, "work", 1)
    assert began.wait(30)
    own_cluster.stop("fast")
    may_end.set()
    time.sleep(0.5)
    own_cluster.start()
    town.write(put_many, "count", 20)
    until(lambda: town.read(jobs.waiting, "trace") == 20 and town.read(jobs.waiting, "count") == 0, 30)
    until(lambda: not any(each.kind == "work" for each in town.read(jobs.overview)), 30)
    works.stop()
    town.close()


def test_a_backlog_lets_requests_write(tmp_path: Path) -> None:
    """On SQLite there is one writer at a time: the event loop's writes come in between the jobs'."""
    town = found_town("sqlite", tmp_path)
    assert town is not None
    assert isinstance(town.db, SqliteDatabase)
    town.write(put_many, "count", 3000)
    writes = WriteQueue(town.db, town.env)

    async def requests() -> None:
        for n in range(20):
            await writes.run(lambda tx, n=n: jobs.enqueue(tx, "request", {"n": n}))  # type: ignore[misc]

    works = started(town, jobs.tx_handler("count", lambda tx, job: None), threads=4)
    asyncio.run(requests())
    left = town.read(jobs.waiting, "count")
    works.stop()
    assert town.read(jobs.waiting, "request") == 20
    assert left > 1000
    town.close()
