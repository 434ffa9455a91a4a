"""The event log: what is committed is heard once, in order, in every process."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest

from dozen.core.realtime import KEEP, Event, Hub, hub, publish, queries, trim
from dozen.db import Tx, WriteQueue
from dozen.db.engine import SqliteDatabase
from dozen.db.errors import Full
from dozen.db.tx import ReadOnly
from dozen.kit import clock
from dozen.kit.errors import Conflict
from tests.core.realtime.ears import Ear
from tests.db.test_engine import Spoilt
from tests.db.test_engine import failing as failing_with
from tests.support.town import Town

Neighbour = Callable[[Town], Town]


def say(tx: Tx, *keys: int, topic: str = "t") -> None:
    for key in keys:
        publish(tx, topic, key)


def say_in_vain(tx: Tx, *keys: int) -> None:
    say(tx, *keys)
    raise Conflict


def test_events_are_heard_after_the_commit_in_order_with_what_they_say(square: Town) -> None:
    ear = Ear(square, "t", "u")
    data: list[Any] = [None, 1, "ü\u2028\0"[:2], [1, {"a": None}], {"id": 2**62, "on": True}]

    def verb(tx: Tx) -> int:
        for n, each in enumerate(data):
            publish(tx, "tu"[n % 2], n, each)
        return tx.now

    now = square.write(verb)
    assert ear.look() == [0, 1, 2, 3, 4]
    assert [(e.topic, e.at, e.data) for e in ear.heard] == [("tu"[n % 2], now, d) for n, d in enumerate(data)]
    assert [e.seq for e in ear.heard] == sorted({e.seq for e in ear.heard})
    assert ear.look() == [0, 1, 2, 3, 4], "once"


def test_what_is_undone_was_never_said(square: Town) -> None:
    ear = Ear(square)

    def verb(tx: Tx) -> None:
        say(tx, 1)
        with pytest.raises(Conflict), tx.savepoint():
            say_in_vain(tx, 2)
        say(tx, 3)

    square.write(verb)
    with pytest.raises(Conflict):
        square.write(say_in_vain, 4)
    square.write(say, 5)
    assert ear.look() == [1, 3, 5]
    with pytest.raises(ReadOnly):
        square.read(say, 6)


def test_only_the_topics_one_listens_to_and_every_listener_of_them(square: Town) -> None:
    ear, second = Ear(square, "a", "b"), Ear(square, "b")
    square.write(say, 1, topic="a")
    square.write(say, 2, topic="b")
    square.write(say, 3, topic="c")
    assert (ear.look(), second.look()) == ([1, 2], [2])


def test_what_was_said_before_one_listened_is_not_heard_but_told_of_by_a_reset(square: Town) -> None:
    square.write(say, 1, 2)
    resets: list[int] = []
    ears = square.env.part(Hub)
    ears.listen("t", lambda event: pytest.fail("old news"))
    ears.on_reset(lambda: resets.append(1))
    square.read(ears.catch_up)
    square.read(ears.catch_up)
    assert resets == [1]


def test_several_processes_hear_the_same_in_the_same_order(square: Town, neighbour: Neighbour) -> None:
    towns = [square, neighbour(square), neighbour(square)]
    ears = [Ear(town) for town in towns]
    for n in range(12):
        towns[n % 3].write(say, n)
        if n % 4 == 0:
            ears[n % 2].look()
    assert [ear.look() for ear in ears] == [list(range(12))] * 3
    assert len({tuple(e.seq for e in ear.heard) for ear in ears}) == 1


def test_more_than_fit_into_one_look_are_all_heard(square: Town, neighbour: Neighbour) -> None:
    ear = Ear(neighbour(square))
    square.write(say, *range(1203))
    assert ear.look() == list(range(1203))


def test_threads_that_look_at_once_hear_each_event_once(square: Town, neighbour: Neighbour) -> None:
    ear = Ear(square)
    other = neighbour(square)
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            ear.look()

    threads = [threading.Thread(target=watch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(40):
        (other if n % 2 else square).write(say, n)
    stop.set()
    for thread in threads:
        thread.join()
    assert ear.look() == list(range(40))


def test_a_listener_may_say_something_itself_and_hears_it_next(square: Town, neighbour: Neighbour) -> None:
    ear = Ear(square)
    other = neighbour(square)
    ear.hub.listen("t", lambda event: other.write(say, event.key + 1) if event.key < 3 else None)
    square.write(say, 1)
    while len(ear.keys) < 3:
        ear.look()
    assert ear.look() == [1, 2, 3]


def test_a_listener_that_fails_takes_nothing_from_the_others(
    square: Town, caplog: pytest.LogCaptureFixture
) -> None:
    ears = square.env.part(Hub)

    def failing(event: Event) -> None:
        assert 1 / (event.key - 2)

    ears.listen("t", failing)
    ear = Ear(square)
    square.write(say, 1, 2, 3)
    assert ear.look() == [1, 2, 3]
    assert ear.resets == 1, "what it may have missed is forgotten"
    assert "ZeroDivisionError" in caplog.text


# What it costs


def said_by(town: Town, work: Callable[[], object]) -> list[str]:
    driver = town.db.connection()  # type: ignore[attr-defined]
    said: list[str] = []
    driver.set_trace_callback(said.append)
    work()
    driver.set_trace_callback(None)
    return said


def test_nothing_is_asked_where_nothing_has_changed(lite: Town, neighbour: Neighbour) -> None:
    ear = Ear(lite)
    other = neighbour(lite)
    ear.look()
    assert said_by(lite, ear.look) == []
    other.write(say, 1)
    assert len(said_by(lite, ear.look)) == 3  # BEGIN, one query, ROLLBACK
    assert ear.keys == [1]
    assert said_by(lite, ear.look) == []
    lite.write(say, 2)
    assert ear.look() == [1, 2]
    assert said_by(lite, ear.look) == []
    ear.hub.ring()
    assert len(said_by(lite, ear.look)) == 3, "a bell is believed"


def test_where_shared_memory_tells_nothing_the_pragma_does(lite: Town, neighbour: Neighbour) -> None:
    ear = Ear(lite)
    other = neighbour(lite)
    assert isinstance(lite.db, SqliteDatabase)
    lite.db.mark = lambda: b""  # type: ignore[method-assign]
    ear.look()
    ear.look()
    assert [each for each in said_by(lite, ear.look) if "events" in each] == []
    other.write(say, 1)
    assert ear.look() == [1]
    lite.write(say, 2)
    assert ear.look() == [1, 2]
    found: list[list[int]] = []
    thread = threading.Thread(target=lambda: found.append((other.write(say, 3), ear.look())[1]))
    thread.start()
    thread.join()
    assert found == [[1, 2, 3]], "versions of other threads' connections are not compared"
    assert ear.look() == [1, 2, 3]


# What is not committed


def test_an_old_snapshot_hides_nothing_from_later_ones(square: Town, neighbour: Neighbour) -> None:
    """Somebody else commits between a transaction's first statement and its look at the log."""
    ear = Ear(square)
    other = neighbour(square)

    def verb(tx: Tx) -> list[int]:
        queries.newest.first(tx)
        other.write(say, 1)
        ear.hub.catch_up(tx)
        return list(ear.keys)

    assert square.read(verb) == [], "it is not in this snapshot"
    assert ear.look() == [1]


def test_nobody_hears_what_is_not_committed_yet(lite: Town) -> None:
    ear = Ear(lite)

    def verb(tx: Tx) -> None:
        say(tx, 1)
        ear.hub.catch_up(tx)
        assert ear.keys == []
        raise Conflict

    with pytest.raises(Conflict):
        lite.write(verb)
    lite.write(say, 2)
    assert ear.look() == [2], "its number was given again"


def test_a_group_whose_commit_failed_has_said_nothing(lite: Town) -> None:
    assert isinstance(lite.db, SqliteDatabase)
    ear = Ear(lite)
    queue = WriteQueue(lite.db, lite.env)

    def verb(key: int) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            ear.hub.catch_up(tx)  # as every request does
            say(tx, key)

        return work

    async def main() -> None:
        await queue.run(verb(1))
        kept = queue._driver
        queue._driver = Spoilt(kept, "COMMIT", failing_with(sqlite3.SQLITE_FULL))  # type: ignore[assignment]
        found = await asyncio.gather(*(queue.run(verb(n)) for n in (2, 3)), return_exceptions=True)
        assert [type(each) for each in found] == [Full, Full]
        queue._driver = kept
        await queue.run(verb(4))

    asyncio.run(main())
    assert ear.look() == [1, 4]


def test_a_write_hears_what_others_committed_before_it(square: Town, neighbour: Neighbour) -> None:
    ear = Ear(square)
    neighbour(square).write(say, 1)
    square.write(ear.hub.catch_up)
    assert ear.keys == [1]


def test_a_look_that_failed_is_made_up_for(square: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Ear(square)
    square.write(say, 1)

    def broken(tx: Tx) -> None:
        raise OSError("away")

    with monkeypatch.context() as patched:
        patched.setattr(ear.hub, "_read", broken)
        with pytest.raises(OSError, match="away"):
            ear.look()
    assert ear.look() == [1]


# Forgetting


def test_old_events_are_forgotten_but_the_newest_never(square: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    for minutes in (30, 20, 16, 5, 1):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now - minutes * clock.MINUTE)
        square.write(say, minutes)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert square.write(trim) == 3
    assert square.write(trim) == 0
    monkeypatch.setattr(clock, "now", lambda: now + 10 * KEEP)
    assert square.write(trim) == 1
    assert square.read(lambda tx: [e.key for e in queries.after.all(tx, seq=0, limit=9)]) == [1]
    square.write(say, 7)
    found = square.read(lambda tx: queries.after.all(tx, seq=0, limit=9))
    assert found[1].seq == found[0].seq + 1, "numbers are never given twice"


def test_who_slept_through_the_forgetting_is_told_to_forget_too(
    square: Town, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear(square)
    other = neighbour(square)
    square.write(say, 1)
    ear.look()
    now = clock.now()
    other.write(say, 2, 3, 4)
    monkeypatch.setattr(clock, "now", lambda: now + 2 * KEEP)
    other.write(say, 5)
    assert other.write(trim) == 4
    other.write(say, 6)
    order: list[object] = []
    ear.hub.listen("t", lambda event: order.append(event.key))
    ear.hub.on_reset(lambda: order.append("reset"))
    ear.look()
    assert order == ["reset", 5, 6], "what is there is heard, after what was derived is forgotten"
    assert ear.resets == 1
    other.write(say, 7)
    assert ear.look()[-1] == 7
    assert ear.resets == 1


def test_forgetting_what_one_has_heard_is_no_reset(
    square: Town, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear(square)
    square.write(say, 1, 2, 3)
    ear.look()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 2 * KEEP)
    other = neighbour(square)
    assert other.write(trim) == 2
    other.write(say, 4)
    assert ear.look() == [1, 2, 3, 4]
    assert ear.resets == 0


def test_events_are_what_rows_say() -> None:
    assert Event.of_row(1, 2, "t", 3, '{"a":[1,null]}') == Event(1, 2, "t", 3, {"a": [1, None]})
    assert hub._BATCH > 1
