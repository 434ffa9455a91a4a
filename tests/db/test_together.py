"""Writes of one kind that come together: one commit, and each told the truth about its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from dozen.db import Broken, Busy, Companies, Duplicate, Together, Tx, WriteQueue, action, put
from dozen.db.engine import SqliteDatabase
from dozen.db.errors import Full
from dozen.db.together import Run
from dozen.kit.errors import Conflict
from tests.db.things import add, add_some, count, ids, things
from tests.support.floor import another
from tests.support.town import Town

T = TypeVar("T")
clear = action(delete(things))
put_thing = put(things)


class Place:
    """A database, and who brings writes to it together, as a server does. ``commits`` counts transactions
    that wrote something; ``groups`` are the wishes of each that was shared, in the order of their verbs."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.threads = ThreadPoolExecutor(6)
        self.at_once = 2 if town.db.dialect == "postgresql" else 1
        self.groups: list[list[Any]] = []
        self.commits = 0
        self.lock = threading.Lock()
        self.kind: Together[Any] = Together(self.ready, who=lambda wish: wish)

    def ready(self, tx: Tx, wishes: Sequence[Any]) -> None:
        with self.lock:
            self.groups.append(list(wishes))

    def runner(self) -> Run:
        if isinstance(self.town.db, SqliteDatabase):
            return counted(self, WriteQueue(self.town.db, self.town.env).run)

        async def run(verb: Callable[[Tx], Any]) -> Any:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.threads, self.town.db.run_write, self.town.env, verb)

        return counted(self, run)

    def companies(self, at_once: int = 0) -> Companies:
        return Companies(self.runner(), at_once=at_once or self.at_once)

    def main(self, work: Callable[[Companies], Awaitable[Any]], at_once: int = 0) -> Any:
        async def all_of_it() -> Any:
            companies = self.companies(at_once)
            found = await asyncio.wait_for(work(companies), 30)
            for _ in range(100):  # who was cancelled is worked on still
                if not companies._tasks:
                    break
                await asyncio.sleep(0.02)
            assert not companies._tasks
            assert not any(line.running or len(line) for line in companies._lines.values())
            return found

        return asyncio.run(all_of_it())

    def together(self, *work: tuple[Any, Callable[[Tx], Any]], at_once: int = 0) -> list[Any]:
        """What became of verbs (with whose they are) that were all asked for at once."""

        async def main(companies: Companies) -> list[Any]:
            return await gathered(*(companies.run(self.kind, who, verb) for who, verb in work))

        found: list[Any] = self.main(main, at_once)
        return found


def counted(place: Place, run: Any) -> Run:
    def committed() -> None:
        with place.lock:
            place.commits += 1

    async def counting(verb: Callable[[Tx], T]) -> T:
        def work(tx: Tx) -> T:
            found = verb(tx)
            if tx.known.pop("wrote", False):
                tx.after_commit(committed)
            return found

        found: T = await run(work)
        return found

    return counting


@pytest.fixture
def place(floor: Town) -> Iterator[Place]:
    made = Place(floor)
    yield made
    made.threads.shutdown()


@pytest.fixture
def big(grown: Town) -> Iterator[Place]:
    made = Place(grown)
    yield made
    made.threads.shutdown()


@pytest.fixture
def small(lite: Town) -> Iterator[Place]:
    made = Place(lite)
    yield made
    made.threads.shutdown()


async def gathered(*work: Awaitable[Any]) -> list[Any]:
    return await asyncio.wait_for(asyncio.gather(*work, return_exceptions=True), 20)


def adds(n: int, name: str = "") -> Callable[[Tx], int]:
    def verb(tx: Tx) -> int:
        tx.known["wrote"] = True
        add(tx, id=n, name=name or f"thing {n}")
        return n

    return verb


def leaves(n: int, name: str = "") -> Callable[[Tx], int]:
    def verb(tx: Tx) -> int:
        tx.known["wrote"] = True
        add.soon(tx, id=n, name=name or f"thing {n}")
        return n

    return verb


def fails(n: int, error: BaseException) -> Callable[[Tx], int]:
    def verb(tx: Tx) -> int:
        adds(n)(tx)
        leaves(n + 1000)(tx)
        raise error

    return verb


def kinds_of(found: list[Any]) -> list[Any]:
    return [type(each) if isinstance(each, BaseException) else each for each in found]


def test_what_comes_together_is_committed_together(place: Place) -> None:
    found = place.together(*((n, adds(n)) for n in range(20)))
    assert found == list(range(20))
    assert place.town.read(ids.all) == list(range(20))
    assert place.commits <= place.at_once
    assert sorted(wish for group in place.groups for wish in group) == list(range(20))


def test_what_is_left_is_written_for_all_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    send = type(add).send

    def sending(self: Any, tx: Tx, params: Any) -> None:
        sent.append(len(params))
        send(self, tx, params)

    monkeypatch.setattr(type(add), "send", sending)
    found = place.together(*((n, leaves(n)) for n in range(20)), at_once=1)
    assert found == list(range(20))
    assert sent == [20]
    assert place.town.read(ids.all) == list(range(20))


def test_one_alone_needs_no_reading_ahead_and_no_savepoint(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(Tx, "_say", lambda self, command: said.append(command))
    assert place.together((1, adds(1))) == [1]
    assert place.together((1, fails(2, Conflict("no"))))[0].detail == "no"
    assert (place.groups, said) == ([], [])
    assert place.town.read(ids.all) == [1]


def test_what_was_read_ahead_is_known_to_each(place: Place) -> None:
    def ready(tx: Tx, wishes: Sequence[int]) -> None:
        tx.known.update((("half", wish), wish / 2) for wish in wishes)

    place.kind = Together(ready, who=lambda wish: wish)

    def looks(n: int) -> Callable[[Tx], Any]:
        return lambda tx: tx.known.get(("half", n))

    assert place.together(*((n, looks(n)) for n in range(8)), at_once=1) == [n / 2 for n in range(8)]


@pytest.mark.parametrize("error", [Conflict("no"), ValueError("a bug"), Duplicate("early"), KeyError(1)])
def test_one_that_fails_among_many_fails_alone(place: Place, error: Exception) -> None:
    told: list[int] = []

    def noisy(n: int) -> Callable[[Tx], int]:
        def verb(tx: Tx) -> int:
            tx.after_commit(lambda: told.append(n))
            return fails(n, error)(tx) if n == 3 else adds(n)(tx)

        return verb

    found = place.together(*((n, noisy(n)) for n in range(7)))
    assert found[3] is error or (type(found[3]), str(found[3])) == (type(error), str(error))
    del found[3]
    assert found == [0, 1, 2, 4, 5, 6]
    assert place.town.read(ids.all) == found
    assert sorted(told) == found, "each once, and after its commit"


def test_several_of_several_kinds_fail(place: Place) -> None:
    errors: dict[int, Exception] = {2: Conflict(), 5: ValueError(), 6: Conflict(), 9: RuntimeError()}
    found = place.together(*((n, fails(n, errors[n]) if n in errors else adds(n)) for n in range(12)))
    assert kinds_of(found) == [type(errors[n]) if n in errors else n for n in range(12)]
    assert place.town.read(ids.all) == [n for n in range(12) if n not in errors]


def test_a_fault_among_others_costs_no_second_try(place: Place) -> None:
    runs: Counter[int] = Counter()

    def counted(n: int) -> Callable[[Tx], int]:
        def verb(tx: Tx) -> int:
            runs[n] += 1
            return fails(n, Conflict())(tx) if n % 2 else adds(n)(tx)

        return verb

    found = place.together(*((n, counted(n)) for n in range(10)))
    assert kinds_of(found) == [Conflict if n % 2 else n for n in range(10)]
    assert set(runs.values()) == {1}
    assert place.commits <= place.at_once


def test_who_failed_with_the_others_may_succeed_alone(place: Place) -> None:
    """What was said of it in the transaction that was given up counts no longer."""
    runs: Counter[str] = Counter()

    def first(tx: Tx) -> str:
        runs["first"] += 1
        if runs["first"] == 1:
            raise Conflict("not yet")
        return str(adds(1)(tx))

    def bug(tx: Tx) -> str:
        raise ValueError

    found = place.together(("first", first), ("bug", bug), ("third", adds(3)), at_once=1)
    assert kinds_of(found) == ["1", ValueError, 3], "it is on disk, and so it is told"
    assert place.town.read(ids.all) == [1, 3]


@pytest.mark.parametrize("error", [ValueError("a bug"), Conflict(), Duplicate("x")])
def test_when_reading_ahead_fails_each_is_tried_alone(place: Place, error: Exception) -> None:
    def ready(tx: Tx, wishes: Sequence[int]) -> None:
        adds(100)(tx)
        raise error

    place.kind = Together(ready, who=lambda wish: wish)
    assert place.together(*((n, adds(n)) for n in range(4))) == [0, 1, 2, 3]
    assert place.town.read(ids.all) == [0, 1, 2, 3]


def test_two_of_one_name_are_told_apart(place: Place) -> None:
    """What is left breaks a rule only when all of it is written: then each is tried alone."""
    found = place.together((1, leaves(1, "x")), (2, leaves(2, "x")), (3, leaves(3)), at_once=1)
    assert kinds_of(found) == [1, Duplicate, 3]
    assert place.town.read(ids.all) == [1, 3]


def test_what_cannot_be_stored_fails_alone(place: Place) -> None:
    """Even where it is found out while somebody else's verb asks the database."""
    found = place.together((1, leaves(1)), (2, leaves(2, "\ud800")), (3, adds(3)), (4, leaves(4)), at_once=1)
    assert [getattr(each, "code", each) for each in found] == [1, "unstorable", 3, 4]
    assert place.town.read(ids.all) == [1, 3, 4]


def test_who_came_second_is_found_out_late_and_tried_again(big: Place) -> None:
    """Another process writes the same row after we looked: on PostgreSQL that is told with the commit."""
    other = another(big.town)
    runs: Counter[str] = Counter()

    def late(tx: Tx) -> str:
        runs["late"] += 1
        if 2 in ids.all(tx):
            return "it is theirs"
        thread = threading.Thread(target=other.write, args=(add_some, 2))
        thread.start()
        thread.join(20)
        put_thing.soon(tx, **dict.fromkeys(things.c.keys()) | {"id": 2})
        return "it is mine"

    assert big.together((1, adds(1)), (2, late), (3, leaves(3)), at_once=1) == [1, "it is theirs", 3]
    assert big.town.read(ids.all) == [1, 2, 3]
    assert runs["late"] == 2
    other.close()


def test_a_rule_that_stays_broken_is_told_to_who_broke_it(big: Place) -> None:
    def breaks(tx: Tx) -> None:
        put_thing.soon(tx, **dict.fromkeys(things.c.keys()) | {"id": 2, "n": -1})

    found = big.together((1, adds(1)), (2, breaks), (3, leaves(3)))
    assert kinds_of(found) == [1, Duplicate, 3]
    assert big.town.read(ids.all) == [1, 3]


@pytest.mark.parametrize("error", [Broken(), Busy(), Full()])
def test_a_database_that_gives_up_is_told_to_everybody(place: Place, error: Exception) -> None:
    runs: Counter[int] = Counter()

    def verb(n: int) -> Callable[[Tx], int]:
        def work(tx: Tx) -> int:
            runs[n] += 1
            if n == 2:
                raise error
            return adds(n)(tx)

        return work

    found = place.together(*((n, verb(n)) for n in range(5)), at_once=1)
    assert kinds_of(found) == [type(error)] * 5
    assert place.town.read(count.first) == 0
    tries = 4 if isinstance(error, Busy) and place.town.db.dialect == "postgresql" else 1
    assert runs == {0: tries, 1: tries, 2: tries}
    assert place.together((1, adds(1))) == [1], "and it goes on"


def test_a_lost_connection_is_told_to_everybody_and_replaced(big: Place) -> None:
    other = another(big.town)

    def cut(tx: Tx) -> int:
        adds(2)(tx)
        pid = tx.driver.connection.info.backend_pid
        other.write(lambda o: o.driver.execute("SELECT pg_terminate_backend($1)", (pid,)) and None)
        return count.first(tx) or 0

    found = big.together((1, adds(1)), (2, cut), (3, adds(3)), at_once=1)
    assert kinds_of(found) == [Broken] * 3
    assert big.together((1, adds(1)), (2, adds(2))) == [1, 2]
    other.close()


@pytest.mark.parametrize("error", [RuntimeError("no new futures after shutdown"), Broken()])
def test_a_run_that_never_begins_answers_everybody(place: Place, error: Exception) -> None:
    async def never(verb: Callable[[Tx], Any]) -> Any:
        await asyncio.sleep(0.01)
        raise error

    async def main() -> list[Any]:
        companies = Companies(never, at_once=2)
        return await gathered(*(companies.run(place.kind, n, adds(n)) for n in range(90)))

    assert kinds_of(asyncio.run(main())) == [type(error)] * 90
    assert place.town.read(count.first) == 0


def test_who_went_away_harms_nobody(place: Place) -> None:
    async def main(companies: Companies) -> list[Any]:
        tasks = [asyncio.ensure_future(companies.run(place.kind, n, adds(n))) for n in range(12)]
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        return await gathered(*tasks)

    found = place.main(main)
    assert kinds_of(found) == [n if n % 3 else asyncio.CancelledError for n in range(12)]
    there = place.town.read(ids.all)
    assert {n for n in range(12) if n % 3} <= set(there), "what was asked for and not given up is done"


def test_who_went_away_with_a_failure_harms_nobody(place: Place) -> None:
    async def main(companies: Companies) -> list[Any]:
        works = [fails(0, ValueError()), adds(1), fails(2, Conflict()), adds(3)]
        tasks = [asyncio.ensure_future(companies.run(place.kind, n, work)) for n, work in enumerate(works)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[2].cancel()
        return await gathered(*tasks)

    gone = asyncio.CancelledError
    assert kinds_of(place.main(main)) == [gone, 1, gone, 3]
    assert place.town.read(ids.all) == [1, 3]


def test_of_one_person_there_is_one_at_a_time_in_their_order(place: Place) -> None:
    order: list[tuple[str, int]] = []

    def verb(who: str, n: int) -> Callable[[Tx], int]:
        def work(tx: Tx) -> int:
            adds(n)(tx)
            order.append((who, n))
            return n

        return work

    wishes = [("abc"[n % 3] if n < 12 else f"p{n}", n) for n in range(20)]
    found = place.together(*((who, verb(who, n)) for who, n in wishes), at_once=1)
    assert found == list(range(20))
    for who in "abc":
        assert [n for each, n in order if each == who] == [n for each, n in wishes if each == who]
    for group in place.groups:
        assert len(set(group)) == len(group), "nobody is there twice"


def test_more_than_fit_go_by_turns(place: Place) -> None:
    found = place.together(*((n, leaves(n)) for n in range(150)))
    assert found == list(range(150))
    assert place.town.read(count.first) == 150
    assert max(map(len, place.groups)) <= 64
    assert 3 <= place.commits <= 6


def test_two_kinds_side_by_side(place: Place) -> None:
    groups: dict[str, list[list[int]]] = {"a": [], "b": []}
    a: Together[int] = Together(lambda tx, wishes: groups["a"].append(list(wishes)), who=lambda wish: wish)
    b: Together[int] = Together(lambda tx, wishes: groups["b"].append(list(wishes)), who=lambda wish: wish)

    def verb(n: int) -> Callable[[Tx], int]:
        return fails(n, ValueError()) if n == 7 else adds(n)

    async def main(companies: Companies) -> list[Any]:
        return await gathered(*(companies.run(a if n % 2 else b, n, verb(n)) for n in range(20)))

    found = place.main(main)
    assert kinds_of(found) == [ValueError if n == 7 else n for n in range(20)]
    assert all(n % 2 for group in groups["a"] for n in group)
    assert not any(n % 2 for group in groups["b"] for n in group)
    assert sorted(n for group in groups["b"] for n in group) == list(range(0, 20, 2))


def test_who_comes_while_others_are_at_work_is_next(place: Place) -> None:
    begun = threading.Event()

    def slow(tx: Tx) -> int:
        begun.set()
        time.sleep(0.15)
        return adds(0)(tx)

    async def main(companies: Companies) -> list[Any]:
        first = asyncio.ensure_future(companies.run(place.kind, 0, slow))
        while not begun.is_set():
            await asyncio.sleep(0.005)
        return await gathered(first, *(companies.run(place.kind, n, adds(n)) for n in range(1, 30)))

    assert place.main(main, 1) == list(range(30))
    assert [len(group) for group in place.groups] == [29]


def test_at_most_so_many_transactions_are_side_by_side(big: Place) -> None:
    now, most = [0], [0]
    lock = threading.Lock()

    def busy(n: int) -> Callable[[Tx], int]:
        def work(tx: Tx) -> int:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.01)
            with lock:
                now[0] -= 1
            return adds(n)(tx)

        return work

    assert big.together(*((n, busy(n)) for n in range(80))) == list(range(80))
    assert most[0] <= 2


def test_a_line_that_ran_dry_begins_anew(place: Place) -> None:
    async def main(companies: Companies) -> list[Any]:
        out: list[Any] = []
        for start in range(0, 50, 5):
            out += await gathered(*(companies.run(place.kind, n, adds(n)) for n in range(start, start + 5)))
            await asyncio.sleep(0.001 * (start % 3))
        return out

    assert place.main(main) == list(range(50))
    assert place.town.read(count.first) == 50


_does = st.sampled_from(["adds", "leaves", "fault", "bug", "known name", "goes away", "saved"])


@settings(max_examples=40)
@given(
    wishes=st.lists(st.tuples(st.integers(0, 9), _does, st.booleans()), max_size=90),
    at_once=st.integers(1, 3),
)
def test_everybody_is_answered_and_what_they_are_told_is_on_disk(
    place: Place, wishes: list[tuple[int, str, bool]], at_once: int
) -> None:
    place.town.write(clear)
    place.town.write(adds(9_999, "taken"))
    gone = {n for n, (_, does, _) in enumerate(wishes) if does == "goes away"}

    def verb(n: int, does: str) -> Callable[[Tx], Any]:
        def saved(tx: Tx) -> int:
            try:
                with tx.savepoint():
                    fails(n + 10_000, Conflict())(tx)
            except Conflict:
                leaves(n)(tx)
            return n

        return {
            "adds": adds(n),
            "leaves": leaves(n),
            "fault": fails(n, Conflict()),
            "bug": fails(n, ValueError()),
            "known name": leaves(n, "taken"),
            "goes away": adds(n),
            "saved": saved,
        }[does]

    async def main(companies: Companies) -> list[Any]:
        tasks = []
        for n, (who, does, pause) in enumerate(wishes):
            tasks.append(asyncio.ensure_future(companies.run(place.kind, who, verb(n, does))))
            if pause:
                await asyncio.sleep(0)
            if n in gone:
                tasks[-1].cancel()
        return await gathered(*tasks)

    found = kinds_of(place.main(main, min(at_once, place.at_once)))
    told = {
        "fault": Conflict, "bug": ValueError, "known name": Duplicate, "goes away": asyncio.CancelledError,
    }  # fmt: skip
    assert found == [told.get(does, n) for n, (_, does, _) in enumerate(wishes)]
    there = set(place.town.read(ids.all)) - {9_999}
    assert there - gone == {n for n, each in enumerate(found) if each == n}
