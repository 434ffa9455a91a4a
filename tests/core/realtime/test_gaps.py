"""PostgreSQL gives numbers before the commit: a higher one may be there while a lower one is to come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dozen.core.realtime import Hub, publish
from dozen.db import Tx
from dozen.db.engine import write
from dozen.kit import clock
from dozen.kit.errors import Conflict
from tests.core.realtime.ears import Ear
from tests.core.realtime.test_log import say
from tests.support.town import Town

Neighbour = Callable[[Town], Town]
# Events are written at the end of a transaction: ``tx.finish()`` stands for the stretch until the commit.


def say_in_vain(tx: Tx, *keys: int) -> None:
    say(tx, *keys)
    tx.finish()
    raise Conflict


def test_a_later_commit_of_an_earlier_number_is_heard_once(grown: Town, neighbour: Neighbour) -> None:
    ear = Ear(grown)
    slow, slower = neighbour(grown), neighbour(grown)
    with write(slower.db, slower.env) as tx:
        publish(tx, "t", 1)
        tx.finish()
        with write(slow.db, slow.env) as tx:
            publish(tx, "t", 2)
            tx.finish()
            grown.write(say, 3)
            assert ear.look() == [3]
            grown.write(say, 4)
            assert ear.look() == [3, 4]
        assert ear.look() == [3, 4, 2]
        grown.write(say, 5)
        assert ear.look() == [3, 4, 2, 5]
    assert ear.look() == [3, 4, 2, 5, 1]
    assert ear.look() == [3, 4, 2, 5, 1]
    assert ear.hub._missing == {}


def test_several_of_one_slow_transaction_are_all_heard(grown: Town, neighbour: Neighbour) -> None:
    ear = Ear(grown)
    slow = neighbour(grown)
    with write(slow.db, slow.env) as tx:
        for n in range(1, 30):
            publish(tx, "t", n)
            tx.finish()
            if n % 3 == 0:
                grown.write(say, 100 + n)
                ear.look()
    assert sorted(ear.look()) == [*range(1, 30), *(100 + n for n in range(3, 30, 3))]


def test_numbers_that_were_rolled_back_are_given_up_after_a_while(
    grown: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown.write(say, 0)
    ear = Ear(grown)
    with pytest.raises(Conflict):
        grown.write(say_in_vain, 1, 2)
    grown.write(say, 3)
    assert ear.look() == [3]
    assert len(ear.hub._missing) == 2
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 30 * clock.SECOND)
    ear.look()
    assert len(ear.hub._missing) == 2
    monkeypatch.setattr(clock, "now", lambda: now + 61 * clock.SECOND)
    assert ear.look() == [3]
    assert ear.hub._missing == {}
    assert ear.resets == 0


def test_a_transaction_older_than_the_listener_is_heard(grown: Town, neighbour: Neighbour) -> None:
    """The log is followed from its newest number on, but not every lower one is there yet."""
    slow = neighbour(grown)
    with write(slow.db, slow.env) as tx:
        publish(tx, "t", 1)
        tx.finish()
        grown.write(say, 2)
        ear = Ear(grown)
        assert ear.look() == []
    assert ear.look() == [1]
    assert ear.hub._missing == {}


def test_a_long_log_is_no_burden_to_who_begins(grown: Town) -> None:
    grown.write(say, *range(1500))
    ear = Ear(grown)
    assert ear.hub._missing == {}
    grown.write(say, 7)
    assert ear.look() == [7]


def test_a_gap_behind_which_all_was_forgotten_is_looked_for_too(grown: Town, neighbour: Neighbour) -> None:
    grown.write(say, 0)
    ear = Ear(grown)
    slow = neighbour(grown)
    with write(slow.db, slow.env) as tx:
        publish(tx, "t", 1)
        tx.finish()
        grown.write(say, 2)
        grown.write(lambda tx: tx.driver.execute("DELETE FROM realtime_events WHERE key = 0") and None)
        assert ear.look() == [2]
        assert ear.resets == 1, "it might have been more"
    assert ear.look() == [2, 1]


def test_gaps_and_forgetting_at_once(
    grown: Town, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear(grown)
    slow = neighbour(grown)
    grown.write(say, 1)
    with write(slow.db, slow.env) as tx:
        publish(tx, "t", 2)
        tx.finish()
        grown.write(say, 3)
        assert ear.look() == [1, 3]
        grown.write(lambda tx: tx.driver.execute("DELETE FROM realtime_events WHERE key IN (1)") and None)
    assert ear.look() == [1, 3, 2]
    assert ear.resets == 0


def test_on_sqlite_there_are_no_gaps(lite: Town) -> None:
    ear = Ear(lite)
    with pytest.raises(Conflict):
        lite.write(say_in_vain, 1)
    lite.write(say, 2)
    assert ear.look() == [2]
    assert lite.env.part(Hub)._missing == {}
