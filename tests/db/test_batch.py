"""The write queue: many writes, one commit, and each caller told the truth about its own."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from dozen.db import Broken, Busy, Duplicate, Tx, WriteQueue, batch
from dozen.db.engine import SqliteDatabase
from dozen.db.errors import Full
from dozen.kit.errors import Conflict
from tests.db.test_engine import Holder, Spoilt, failing
from tests.db.things import add, add_some, count, ids
from tests.support.town import Town


@pytest.fixture
def queue(lite: Town) -> Iterator[WriteQueue]:
    assert isinstance(lite.db, SqliteDatabase)
    made = WriteQueue(lite.db, lite.env)
    yield made
    assert not lite.db.gate.locked(), "the gate is open again"
    assert not made._busy
    assert not made._queue
    if made._driver is not None:
        assert not made._driver.in_transaction


def commits(queue: WriteQueue) -> list[str]:
    """What is said to the database from now on that ends a transaction."""
    said: list[str] = []
    assert queue._driver is not None
    queue._driver.set_trace_callback(lambda sql: said.append(sql) if sql in ("COMMIT", "ROLLBACK") else None)
    return said


async def gathered(*work: Awaitable[Any]) -> list[Any]:
    return await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 20)


def adds(n: int) -> Callable[[Tx], int]:
    def verb(tx: Tx) -> int:
        add_some(tx, n)
        return n

    return verb


def fails(n: int, error: Exception) -> Callable[[Tx], int]:
    def verb(tx: Tx) -> int:
        add_some(tx, n)
        raise error

    return verb


def test_writes_that_come_together_are_committed_together_in_their_order(
    lite: Town, queue: WriteQueue
) -> None:
    async def main() -> None:
        assert await queue.run(adds(1000)) == 1000
        said = commits(queue)
        order: list[int] = []

        def verb(n: int) -> Callable[[Tx], int]:
            def work(tx: Tx) -> int:
                order.append(n)
                add_some(tx, n)
                assert count.first(tx) == n + 2, "each sees those before it"
                return n

            return work

        assert await gathered(*(queue.run(verb(n)) for n in range(10))) == list(range(10))
        assert order == list(range(10))
        assert said == ["COMMIT"]

    asyncio.run(main())
    assert lite.read(count.first) == 11


def test_no_more_than_a_fair_share_goes_into_one_commit(lite: Town, queue: WriteQueue) -> None:
    async def main() -> None:
        await queue.run(adds(1000))
        said = commits(queue)
        await gathered(*(queue.run(adds(n)) for n in range(150)))
        assert len(said) >= 3
        said.clear()

        def slow(n: int) -> Callable[[Tx], int]:
            def verb(tx: Tx) -> int:
                time.sleep(0.03)
                return adds(n)(tx)

            return verb

        await gathered(*(queue.run(slow(n)) for n in range(200, 203)))
        assert len(said) == 3, "a slow verb does not keep the others' answers back"

    asyncio.run(main())
    assert lite.read(count.first) == 154


def test_one_that_fails_among_many_fails_alone(lite: Town, queue: WriteQueue) -> None:
    told: list[int] = []

    def noisy(n: int) -> Callable[[Tx], int]:
        def verb(tx: Tx) -> int:
            tx.after_commit(lambda: told.append(n))
            add_some(tx, n)
            if n == 3:
                with tx.savepoint():
                    add_some(tx, 33)
                add_some(tx, 1)
            return n

        return verb

    async def main() -> list[Any]:
        return await gathered(
            *(queue.run(noisy(n)) for n in range(1, 6)),
            queue.run(fails(6, Conflict("mine"))),
            queue.run(fails(7, RuntimeError("bug"))),
            queue.run(fails(8, failing(sqlite3.SQLITE_BUSY))),
            queue.run(adds(9)),
        )

    found = asyncio.run(main())
    assert [each for each in found if isinstance(each, int)] == [1, 2, 4, 5, 9]
    assert [type(each) for each in found if not isinstance(each, int)] == [
        Duplicate,
        Conflict,
        RuntimeError,
        Busy,
    ]
    assert lite.read(ids.all) == [1, 2, 4, 5, 9]
    assert told == [1, 2, 4, 5]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (failing(sqlite3.SQLITE_FULL), Full),
        (failing(sqlite3.SQLITE_IOERR_FSYNC), Broken),
        (RuntimeError("who knows"), Broken),
    ],
)
@pytest.mark.parametrize("slow", [False, True])
def test_a_commit_that_fails_fails_them_all(
    lite: Town, queue: WriteQueue, error: Exception, kind: type[Exception], slow: bool
) -> None:
    told: list[int] = []

    def noisy(tx: Tx) -> None:
        adds(2)(tx)
        tx.after_commit(lambda: told.append(2))

    async def main() -> None:
        await queue.run(adds(1))
        queue._commit_seconds = 1.0 if slow else 0.0
        kept = queue._driver
        queue._driver = Spoilt(kept, "COMMIT", error)  # type: ignore[assignment]
        found = await gathered(queue.run(noisy), queue.run(fails(3, Conflict())), queue.run(adds(4)))
        assert [type(each) for each in found] == [kind, Conflict, kind]
        queue._driver = kept
        queue._commit_seconds = 1.0 if slow else 0.0
        assert await queue.run(adds(5)) == 5

    asyncio.run(main())
    assert (lite.read(ids.all), told) == ([1, 5], [])


def test_a_rollback_that_fails_too_still_answers_everybody(lite: Town, queue: WriteQueue) -> None:
    async def main() -> None:
        await queue.run(adds(1))
        kept = queue._driver
        assert kept is not None
        spoilt = Spoilt(kept, "COMMIT", failing(sqlite3.SQLITE_IOERR))
        queue._driver = Spoilt(spoilt, "ROLLBACK", failing(sqlite3.SQLITE_IOERR))  # type: ignore[assignment]
        found = await gathered(queue.run(adds(2)), queue.run(adds(3)))
        assert [type(each) for each in found] == [Broken, Broken]
        assert await queue.run(adds(4)) == 4, "on a new connection"

    asyncio.run(main())
    assert lite.read(ids.all) == [1, 4]


def test_a_disk_that_fills_up_fails_those_who_share_the_transaction(lite: Town, queue: WriteQueue) -> None:
    def much(tx: Tx) -> None:
        for n in range(100):
            add(tx, id=100 + n, name=str(n) * 4000)

    async def main() -> None:
        await queue.run(adds(1))
        assert queue._driver is not None
        pages = queue._driver.execute("PRAGMA page_count").fetchone()[0]
        queue._driver.execute(f"PRAGMA max_page_count={pages + 4}")
        found = await gathered(queue.run(adds(2)), queue.run(much), queue.run(adds(3)))
        # SQLite gave up the transaction: the first is told so too, the last went into the next.
        assert [type(each) for each in found] == [Full, Full, int]
        queue._driver.execute("PRAGMA max_page_count=1000000")
        await queue.run(much)

    asyncio.run(main())
    assert lite.read(count.first) == 102
    assert 2 not in lite.read(ids.all)


def test_callers_that_went_away_disturb_nobody(lite: Town, queue: WriteQueue) -> None:
    async def main() -> None:
        tasks = [asyncio.create_task(queue.run(adds(n))) for n in range(6)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        found = await gathered(*tasks)
        assert found[1::2] == [1, 3, 5]
        assert all(isinstance(each, asyncio.CancelledError) for each in found[::2])
        task = asyncio.create_task(queue.run(fails(9, Conflict())))
        await asyncio.sleep(0)
        task.cancel()
        assert await queue.run(adds(10)) == 10

    asyncio.run(main())
    # What was in the queue is done, also for those who did not wait: a half-sent request is a request.
    assert lite.read(ids.all) == [0, 1, 2, 3, 4, 5, 10]


def test_an_action_after_the_commit_that_fails_keeps_nobody_waiting(
    lite: Town, queue: WriteQueue, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def verb(tx: Tx) -> int:
        adds(1)(tx)
        tx.after_commit(lambda: told.append(str(1 / 0)))
        tx.after_commit(lambda: told.append("next"))
        return 1

    async def main() -> list[Any]:
        return await gathered(queue.run(verb), queue.run(adds(2)))

    assert asyncio.run(main()) == [1, 2]
    assert told == ["next"]
    assert "ZeroDivisionError" in caplog.text


def test_writes_from_writes_go_into_the_next_commit(lite: Town, queue: WriteQueue) -> None:
    async def main() -> None:
        later: list[asyncio.Task[int]] = []

        def verb(tx: Tx) -> int:
            tx.after_commit(lambda: later.append(asyncio.create_task(queue.run(adds(2)))))
            return adds(1)(tx)

        assert await queue.run(verb) == 1
        assert await later[0] == 2

    asyncio.run(main())
    assert lite.read(ids.all) == [1, 2]


def test_threads_and_the_loop_write_side_by_side(lite: Town, queue: WriteQueue) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(3) as pool:
            threads = [loop.run_in_executor(pool, lite.write, add_some, 1000 + n) for n in range(30)]
            found = await gathered(*(queue.run(adds(n)) for n in range(60)), *threads)
        assert [each for each in found if isinstance(each, Exception)] == []

    asyncio.run(main())
    assert lite.read(count.first) == 90


def test_the_loop_goes_on_while_a_thread_holds_the_gate(lite: Town, queue: WriteQueue) -> None:
    assert isinstance(lite.db, SqliteDatabase)
    db = lite.db

    async def main() -> None:
        db.gate.acquire()
        writing = asyncio.create_task(queue.run(adds(1)))
        await asyncio.sleep(0.03)
        assert db.loop_waits, "threads are asked to let the loop go first"
        assert lite.read(count.first) == 0
        assert not writing.done()
        db.gate.release()
        assert await asyncio.wait_for(writing, 10) == 1
        assert not db.loop_waits

    asyncio.run(main())


def test_the_loop_goes_on_while_another_process_writes(lite: Town, queue: WriteQueue) -> None:
    assert isinstance(lite.db, SqliteDatabase)
    holder = Holder(lite.db.path)

    async def main() -> None:
        writing = [asyncio.create_task(queue.run(adds(n))) for n in (1, 2)]
        turns = 0
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            await asyncio.sleep(0)
            turns += 1
        assert turns > 50
        assert not writing[0].done()
        thread = threading.Thread(target=holder.let_go)
        thread.start()
        assert await gathered(*writing) == [1, 2]
        thread.join()

    asyncio.run(main())
    assert lite.read(ids.all) == [1, 2, 77]


def test_patience_ends_and_begins_anew(
    lite: Town, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(lite.db, SqliteDatabase)
    db = lite.db
    monkeypatch.setattr(batch, "_PATIENCE", 0.05)
    holder = Holder(db.path)

    async def theirs() -> None:
        found = await gathered(queue.run(adds(1)), queue.run(adds(2)))
        assert [type(each) for each in found] == [Busy, Busy]
        began = time.monotonic()
        assert [type(each) for each in await gathered(queue.run(adds(3)))] == [Busy]
        assert time.monotonic() - began > 0.04, "who comes later waits as long"

    asyncio.run(theirs())
    holder.let_go()

    async def ours() -> None:
        with db.gate:
            assert [type(each) for each in await gathered(queue.run(adds(1)))] == [Busy]
        assert not db.loop_waits, "nobody waits any more"
        assert await queue.run(adds(4)) == 4

    asyncio.run(ours())
    assert lite.read(ids.all) == [4, 77]


def test_a_database_that_broke_while_waited_for_costs_later_ones_no_patience(
    lite: Town, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(lite.db, SqliteDatabase)
    db = lite.db
    monkeypatch.setattr(batch, "_PATIENCE", 0.1)

    async def main() -> None:
        await queue.run(adds(1))
        kept = queue._driver
        db.gate.acquire()
        writing = asyncio.create_task(queue.run(adds(2)))
        await asyncio.sleep(0.02)
        queue._driver = Spoilt(kept, "BEGIN IMMEDIATE", failing(sqlite3.SQLITE_IOERR))  # type: ignore[assignment]
        db.gate.release()
        assert [type(each) for each in await gathered(writing)] == [Broken]
        queue._driver = kept
        await asyncio.sleep(0.12)
        db.gate.acquire()
        writing = asyncio.create_task(queue.run(adds(3)))
        await asyncio.sleep(0.01)
        db.gate.release()
        assert await gathered(writing) == [3]

    asyncio.run(main())


def test_a_slow_disk_lets_the_loop_go_on(lite: Town, queue: WriteQueue) -> None:
    class Slow(Spoilt):
        def execute(self, sql: str, *args: Any) -> Any:
            if sql == "COMMIT":
                time.sleep(0.05)
            return self.inner.execute(sql, *args)

    async def main() -> None:
        await queue.run(adds(0))
        queue._driver = Slow(queue._driver, "", RuntimeError())  # type: ignore[assignment]
        queue._commit_seconds = 1.0
        writing = [asyncio.create_task(queue.run(adds(n))) for n in (1, 2)]
        await asyncio.sleep(0)
        late = asyncio.create_task(queue.run(adds(3)))
        turns, before = 0, lite.read(count.first)
        while not writing[0].done():
            await asyncio.sleep(0.002)
            turns += 1
        assert turns > 5, "the commit is done elsewhere"
        assert before == 1
        assert await gathered(*writing, late) == [1, 2, 3]

    asyncio.run(main())
    assert lite.read(ids.all) == [0, 1, 2, 3]


def test_a_database_that_cannot_be_opened_is_told(lite: Town, tmp_path: Any) -> None:
    (tmp_path / "folder").mkdir()
    broken = WriteQueue(SqliteDatabase(tmp_path / "folder"), lite.env)

    async def main() -> list[Any]:
        return [
            *await gathered(broken.run(adds(1)), broken.run(adds(2))),
            *await gathered(broken.run(adds(3))),
        ]

    assert [type(each) for each in asyncio.run(main())] == [Broken] * 3
    assert not broken._db.gate.locked()
    broken._db.close()


def test_what_one_left_for_later_fails_it_alone(lite: Town, queue: WriteQueue) -> None:
    def leaves(*some: int) -> Callable[[Tx], int]:
        def verb(tx: Tx) -> int:
            for n in some:
                tx.later(add, id=n, name=f"thing {n}")
            return some[0]

        return verb

    async def main() -> list[Any]:
        return await gathered(*(queue.run(leaves(*some)) for some in ((1, 2), (3, 1), (4, 5))))

    found = asyncio.run(main())
    assert [found[0], type(found[1]), found[2]] == [1, Duplicate, 4]
    assert lite.read(ids.all) == [1, 2, 4, 5]


def test_long_groups_let_the_loop_look_at_all_else_and_share_a_commit(
    lite: Town, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_WHILE", 0.1)
    monkeypatch.setattr(batch, "_LONGEST", 5.0)

    def slow(n: int) -> Callable[[Tx], int]:
        def verb(tx: Tx) -> int:
            time.sleep(0.03)
            return adds(n)(tx)

        return verb

    async def main() -> None:
        await queue.run(adds(1000))
        said = commits(queue)
        looked: list[int] = []

        async def look() -> None:
            while not said:
                looked.append(lite.read(count.first) or 0)
                await asyncio.sleep(0)

        found = await gathered(look(), *(queue.run(slow(n)) for n in range(8)))
        assert found == [None, *range(8)]
        assert said == ["COMMIT"]
        assert len(looked) >= 3, "in between, too"
        assert set(looked[:-1]) == {1}, "nothing is seen before the commit"

    asyncio.run(main())
    assert lite.read(count.first) == 9


def test_a_group_ends_in_time(lite: Town, queue: WriteQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_WHILE", 1.0)
    monkeypatch.setattr(batch, "_LONGEST", 0.0001)

    async def main() -> None:
        await queue.run(adds(1000))
        said = commits(queue)
        assert await gathered(*(queue.run(adds(n)) for n in range(60))) == list(range(60))
        assert len(said) > 3

    asyncio.run(main())
