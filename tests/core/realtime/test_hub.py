"""Streams to browsers, followers in the background, and the bell between processes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from dozen.app.measure import free_port
from dozen.core.realtime import Event, Hub, hub
from dozen.core.realtime.tables import events
from tests.core.realtime.ears import Ear
from tests.core.realtime.test_log import say
from tests.support.floor import another, found_floor
from tests.support.town import Town

Neighbour = Callable[[Town], Town]


def event(key: int, topic: str = "t", seq: int = 1) -> Event:
    return Event(seq, 0, topic, key, None)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)


def heard(many: int, *ears: Ear) -> bool:
    return all(ear.keys == list(range(many)) for ear in ears)


# Streams


def test_a_stream_gets_its_channels_and_nothing_else(square: Town) -> None:
    ears = square.env.part(Hub)
    Ear(square)

    async def main() -> None:
        mine = ears.subscribe([("t", 1), ("t", 2), ("u", 1)])
        other = ears.subscribe([("t", 2)])
        assert ears.watched("t") == {1, 2}
        assert ears.watched("u") == {1}
        assert ears.watched("v") == set()
        square.write(say, 1, 2, 3)
        square.write(say, 2, topic="u")
        square.write(say, 1, topic="u")
        square.read(ears.catch_up)
        found = [await mine.next(5) for _ in range(3)]
        assert [(e.topic, e.key) for e in found if e] == [("t", 1), ("t", 2), ("u", 1)]
        assert await mine.next(0.01) is None
        got = await other.next(5)
        assert got is not None
        assert got.key == 2
        mine.close()
        assert ears.watched("t") == {2}
        other.close()
        other.close()
        assert ears.watched("t") == ears.watched("u") == set()
        assert not ears._subscriptions

    asyncio.run(main())


def test_a_closed_stream_gets_nothing_more(lite: Town) -> None:
    ears = lite.env.part(Hub)

    async def main() -> None:
        mine = ears.subscribe([("t", 1)])
        mine.close()
        ears.emit(event(1))
        assert await mine.next(0.01) is None

    asyncio.run(main())


def test_a_reader_that_is_too_slow_keeps_the_newest_and_costs_no_more(lite: Town) -> None:
    ears = lite.env.part(Hub)

    async def main() -> None:
        slow, quick = ears.subscribe([("t", 1)]), ears.subscribe([("t", 1)])
        heard: list[int] = []
        for seq in range(1, 1001):
            ears.emit(event(1, seq=seq))
            got = await quick.next(5)
            assert got is not None
            heard.append(got.seq)
        assert heard == list(range(1, 1001))
        assert slow._queue.qsize() == hub._MOST_WAITING
        kept = [got.seq for _ in range(hub._MOST_WAITING) if (got := await slow.next(5))]
        assert kept == list(range(1001 - hub._MOST_WAITING, 1001))
        assert await slow.next(0.01) is None

    asyncio.run(main())


def test_events_come_to_the_streams_loop_from_any_thread(lite: Town) -> None:
    ears = lite.env.part(Hub)

    def emit(n: int) -> None:
        for m in range(50):
            ears.emit(event(1, seq=n * 50 + m))

    async def main() -> list[int]:
        mine = ears.subscribe([("t", 1)])
        threads = [threading.Thread(target=emit, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        found = [await mine.next(5) for _ in range(200)]
        for thread in threads:
            thread.join()
        return [each.seq for each in found if each]

    found = asyncio.run(main())
    assert sorted(found) == list(range(200))
    for n in range(4):
        assert [each for each in found if each // 50 == n] == list(range(n * 50, n * 50 + 50))


def test_a_loop_that_has_ended_is_no_matter(lite: Town) -> None:
    ears = lite.env.part(Hub)

    async def main() -> None:
        ears.subscribe([("t", 1)])

    asyncio.run(main())
    ears.emit(event(1))
    ears.emit(event(1))


def test_waiting_that_is_given_up_loses_nothing(lite: Town) -> None:
    ears = lite.env.part(Hub)

    async def main() -> None:
        mine = ears.subscribe([("t", 1)])
        waiting = asyncio.create_task(mine.next(5))
        await asyncio.sleep(0)
        waiting.cancel()
        ears.emit(event(1, seq=1))
        await asyncio.gather(waiting, return_exceptions=True)
        ears.emit(event(1, seq=2))
        found = [await mine.next(5), await mine.next(5)]
        assert [each.seq for each in found if each] == [1, 2]

    asyncio.run(main())


# Following


@pytest.fixture
def quick_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_POLL_SECONDS", 0.02)


def test_a_thread_follows_the_log_of_all_processes(
    square: Town, neighbour: Neighbour, quick_poll: None
) -> None:
    ear, other = Ear(square), neighbour(square)
    ear.hub.start(square.db)
    other.write(say, 1)
    until(lambda: ear.keys == [1])
    square.write(say, 2)
    until(lambda: ear.keys == [1, 2])
    ear.hub.close()
    assert ear.hub._thread is not None
    assert not ear.hub._thread.is_alive()
    other.write(say, 3)
    time.sleep(0.06)
    assert ear.keys == [1, 2]


def test_ones_own_commits_are_heard_at_once(square: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "_POLL_SECONDS", 60)
    ear = Ear(square)
    ear.hub.start(square.db)
    square.write(say, 1)
    until(lambda: ear.keys == [1])
    ear.hub.close()


def test_a_loop_follows_on_sqlite(lite: Town, neighbour: Neighbour, quick_poll: None) -> None:
    ear, other = Ear(lite), neighbour(lite)

    async def main() -> None:
        ear.hub.start(lite.db, loop=asyncio.get_running_loop())
        mine = ear.hub.subscribe([("t", 1), ("t", 2)])
        await asyncio.to_thread(other.write, say, 1)
        got = await mine.next(5)
        assert got is not None
        assert got.key == 1
        lite.write(say, 2)
        got = await mine.next(5)
        assert got is not None
        assert got.key == 2
        assert ear.hub._thread is None, "no thread is needed"
        ear.hub.close()
        other.write(say, 3)
        await asyncio.sleep(0.06)

    asyncio.run(main())
    assert ear.keys == [1, 2]


def test_a_database_that_is_away_for_a_while_is_followed_again(
    grown: Town, neighbour: Neighbour, quick_poll: None
) -> None:
    ear, other = Ear(grown), neighbour(grown)
    ear.hub.start(grown.db)
    ended = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for n in range(3):
        other.write(lambda tx: tx.driver.execute(ended) and None)
        other.write(say, n)
        until(partial(heard, n + 1, ear))
    ear.hub.close()


# The bell


@pytest.fixture
def rung(redis: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town with Redis, whose processes do not look at the log by themselves."""
    monkeypatch.setattr(hub, "_POLL_SECONDS", 60)
    made = found_floor("postgresql", tmp_path, events, redis_url=redis)
    yield made
    made.close()


def listening(ear: Ear, channel: str = "dozen:bell") -> bool:
    client = ear.hub._bell._client
    return client is not None and dict(client.pubsub_numsub(channel)).get(channel.encode(), 0) > 0


def test_a_bell_wakes_the_other_processes(rung: Town, neighbour: Neighbour) -> None:
    towns = [rung, neighbour(rung), neighbour(rung)]
    ears = [Ear(town) for town in towns]
    for ear, town in zip(ears, towns, strict=True):
        ear.hub.start(town.db)
    until(lambda: all(ear.hub._bell._client for ear in ears))
    client = ears[0].hub._bell._client
    until(lambda: dict(client.pubsub_numsub("dozen:bell"))[b"dozen:bell"] == 3)
    for n in range(6):
        towns[n % 3].write(say, n)
        until(partial(heard, n + 1, *ears))
    for ear in ears:
        ear.hub.close()


def test_a_lost_bell_is_hung_up_again(
    rung: Town, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dozen.core.realtime.bell._AGAIN_SECONDS", 0.02)
    ear, other = Ear(rung), Ear(neighbour(rung))
    for each in (ear, other):
        each.hub.start(each.town.db)
    until(lambda: listening(ear))
    client = ear.hub._bell._client
    until(lambda: dict(client.pubsub_numsub("dozen:bell"))[b"dozen:bell"] == 2)
    client.client_kill_filter(_type="pubsub")
    until(lambda: dict(client.pubsub_numsub("dozen:bell"))[b"dozen:bell"] == 2)
    other.town.write(say, 1)
    until(lambda: ear.keys == [1])
    for each in (ear, other):
        each.hub.close()


@pytest.mark.parametrize("how", ["refuses", "hangs"])
def test_a_redis_that_is_away_keeps_no_commit_waiting(how: str, tmp_path: Path, quick_poll: None) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=8) as deaf:
        port = free_port() if how == "refuses" else deaf.getsockname()[1]
        town = found_floor("sqlite", tmp_path, events, redis_url=f"redis://127.0.0.1:{port}/0")
        ear = Ear(town)
        other = another(town)
        ear.hub.start(town.db)
        until(lambda: ear.hub._bell._client is not None)
        began = time.monotonic()
        for n in range(20):
            town.write(say, n)
        assert time.monotonic() - began < 1.5
        other.write(say, 20)
        until(lambda: ear.keys == list(range(21)))
        ear.hub.close()
        other.close()
        town.close()
