"""Counting in memory, and writing it: nothing twice, nothing lost, nothing in the request path."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from dozen.core import analytics
from dozen.core.analytics import buffer as buffer_module
from dozen.core.analytics.tables import counts, people
from dozen.db import Broken, Database, Tx
from dozen.kit import clock
from dozen.kit.env import Env
from tests.support.town import Town

T = TypeVar("T")
START, END = 0, 1 << 50


def rows_of(town: Town) -> tuple[int, int]:
    def look(tx: Tx) -> tuple[int, int]:
        [[n]] = tx.run(select(func.count()).select_from(counts))
        [[m]] = tx.run(select(func.count()).select_from(people))
        return int(n), int(m)

    return town.read(look)


def total(town: Town, metric: str = "views", subject: int = 0) -> int:
    return town.read(analytics.total, metric, subject, START, END)


def test_counting_writes_nothing(town: Town) -> None:
    buffer = town.env.part(analytics.Buffer)
    for n in range(100):
        buffer.count("views", n % 3)
        buffer.seen("active", 0, n % 7)
    assert rows_of(town) == (0, 0)
    assert buffer.waiting == 10


def test_a_flush_adds_up(town: Town) -> None:
    buffer = town.env.part(analytics.Buffer)
    for n in (1, 5, -2):
        buffer.count("views", 7, n)
    buffer.count("views")
    buffer.count("likes", 7)
    assert town.write(analytics.flush) == 3
    assert buffer.waiting == 0
    assert town.write(analytics.flush) == 0
    buffer.count("views", 7, 10)
    town.write(analytics.flush)
    assert [total(town, "views", 7), total(town), total(town, "likes", 7)] == [14, 1, 1]


def test_a_rolled_back_flush_keeps_everything(town: Town) -> None:
    buffer = town.env.part(analytics.Buffer)
    buffer.count("views", 7, 3)
    buffer.seen("active", 0, 1)

    def fails(tx: Tx) -> None:
        assert analytics.flush(tx) == 2
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            town.write(fails)
    assert rows_of(town) == (0, 0)
    buffer.count("views", 7, 1)
    town.write(analytics.flush)
    assert total(town, "views", 7) == 4


def test_what_is_counted_during_a_flush_stays_for_the_next(town: Town) -> None:
    buffer = town.env.part(analytics.Buffer)
    buffer.count("views", 7)
    buffer.seen("active", 0, 1)

    def meanwhile(tx: Tx) -> None:
        analytics.flush(tx)
        buffer.count("views", 7, 2)
        buffer.seen("active", 0, 2)

    town.write(meanwhile)
    assert total(town, "views", 7) == 1
    assert buffer.waiting == 2
    town.write(analytics.flush)
    assert total(town, "views", 7) == 3
    assert town.read(analytics.distinct, "active", 0, START, END) == 2


def test_flushes_add_up_under_concurrent_counting(town: Town) -> None:
    flusher = analytics.Flusher(town.env, town.db, seconds=0.01)
    flusher.start()
    buffer = town.env.part(analytics.Buffer)

    def count(who: int) -> None:
        for n in range(3000):
            buffer.count("views", n % 5)
            buffer.seen("active", 0, (who * 3000 + n) % 500)
            if n % 500 == 0:
                assert flusher.flush()

    threads = [threading.Thread(target=count, args=(who,)) for who in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    flusher.stop()
    assert [total(town, subject=subject) for subject in range(5)] == [2400] * 5
    days = town.read(analytics.distinct_series, "active", 0, clock.now() - clock.DAY, clock.now())
    assert max(point.n for point in days) == 500


def test_many_rows_are_written_in_several_transactions(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer_module, "_IN_ONE", 10)
    monkeypatch.setattr(analytics.flush, "__defaults__", (10,))
    buffer = town.env.part(analytics.Buffer)
    for subject in range(37):
        buffer.count("views", subject, subject)
        buffer.seen("active", 0, subject)
    commits: list[int] = []
    real = town.db.run_write

    def counted(env: Env, verb: Callable[[Tx], T]) -> T:
        commits.append(1)
        return real(env, verb)

    monkeypatch.setattr(town.db, "run_write", counted)
    assert analytics.Flusher(town.env, town.db).flush()
    assert len(commits) == 8
    monkeypatch.undo()
    assert town.read(analytics.top, "views", START, END, 1)[0].n == 36
    assert town.read(analytics.distinct, "active", 0, START, END) == 37


def test_people_are_written_once_a_day(town: Town) -> None:
    buffer = town.env.part(analytics.Buffer)
    for _ in range(3):
        buffer.seen("active", 0, 5)
        town.write(analytics.flush)
    assert buffer.waiting == 0
    assert rows_of(town) == (0, 1)
    other = analytics.Buffer()  # another process, or this one after a restart
    town.env.install(other)
    other.seen("active", 0, 5)
    assert town.write(analytics.flush) == 1
    assert rows_of(town) == (0, 1)


def test_a_new_day_counts_people_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [clock.parse_rfc3339("2026-03-01T23:59:59Z") * 1_000_000]
    monkeypatch.setattr(buffer_module, "time_ns", lambda: moment[0])
    buffer = town.env.part(analytics.Buffer)
    for _ in range(2):
        buffer.seen("active", 0, 5)
        buffer.count("views")
        town.write(analytics.flush)
        moment[0] += 1_000_000_000
    assert rows_of(town) == (2, 2)
    assert town.read(analytics.distinct, "active", 0, START, END) == 1


class Away:
    """A database that can be unplugged."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.dialect, self.inline = db.dialect, db.inline
        self.away = True

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return self._db.run_read(env, verb)

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        if self.away:
            raise Broken
        return self._db.run_write(env, verb)

    def close(self) -> None:
        self._db.close()


def test_while_the_database_is_away_counts_wait(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    plug = Away(town.db)
    buffer = town.env.part(analytics.Buffer)
    flusher = analytics.Flusher(town.env, plug, seconds=0.01)
    with caplog.at_level(logging.WARNING, "dozen.analytics"):
        flusher.start()
        buffer.count("views", 1, 5)
        time.sleep(0.1)
        buffer.count("views", 1, 5)
        assert not flusher.flush()
    assert len(caplog.records) == 1
    plug.away = False
    flusher.stop()
    assert total(town, subject=1) == 10


def test_the_buffer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer_module, "_MOST", 5)
    buffer = analytics.Buffer()
    for subject in range(8):
        buffer.count("views", subject)
        buffer.seen("active", 0, subject)
    buffer.count("views", 0)
    assert buffer.waiting == 10
    assert buffer.dropped == 6


def test_closing_the_process_writes_what_is_left(town: Town) -> None:
    analytics.Flusher(town.env, town.db, seconds=600).start()
    town.env.part(analytics.Buffer).count("views", 1)
    town.env.close()
    assert total(town, subject=1) == 1
