"""Counters and marks that a process remembers are never other than those in the rows."""

from __future__ import annotations

import time

import pytest

from dozen.core import engagement
from dozen.core.engagement import Counts, NewMark
from dozen.core.engagement.kept import Kept
from dozen.db import Tx
from tests.support.floor import another
from tests.support.town import Town

POST = "microblog.post"


def _moment() -> None:
    """Let the clock move on: what is read in the millisecond of a change is not kept."""
    time.sleep(0.003)


def _look(town: Town) -> tuple[Counts, frozenset[str]]:
    def both(tx: Tx) -> tuple[Counts, frozenset[str]]:
        return engagement.counts(tx, [5])[5], engagement.marks_of(tx, 1, [5]).get(5, frozenset())

    return town.read(both)


def test_what_is_asked_again_costs_no_query(town: Town) -> None:
    town.write(engagement.mark, 1, "like", 5, POST)
    _look(town)  # hears of it, and what a transaction reads that just heard of something is not kept
    _moment()
    _look(town)
    nowhere = Tx(town.env, None, town.db.dialect, writes=False)  # any statement fails
    nowhere.heard = True
    assert engagement.counts(nowhere, [5]) == {5: Counts(likes=1)}
    assert engagement.marks_of(nowhere, 1, [5]) == {5: {"like"}}


def test_changes_are_seen_at_once_and_in_other_processes(town: Town) -> None:
    elsewhere = another(town)
    assert _look(town) == _look(elsewhere) == (Counts(), frozenset())
    _moment()
    assert _look(town) == _look(elsewhere) == (Counts(), frozenset())
    town.write(engagement.mark, 1, "like", 5, POST)
    assert _look(town) == _look(elsewhere) == (Counts(likes=1), {"like"})
    _moment()
    _look(town), _look(elsewhere)
    elsewhere.write(engagement.unmark, 1, "like", 5)
    elsewhere.write(engagement.adjust, 5, quotes=2)
    assert _look(town) == _look(elsewhere) == (Counts(quotes=2), frozenset())
    _moment()
    _look(elsewhere)
    town.write(engagement.mark_many, [NewMark(person_id=1, subject_id=5, kind="bookmark", realm=POST)])
    assert _look(elsewhere) == (Counts(bookmarks=1, quotes=2), {"bookmark"})
    elsewhere.close()


def test_a_slow_reader_puts_nothing_back(town: Town) -> None:
    """It began before the change, and comes with what it read after everybody heard of the change."""
    slow = Tx(town.env, another(town).db.connect(), town.db.dialect, writes=False)
    _moment()
    town.write(engagement.mark, 1, "like", 5, POST)
    _look(town)
    kept = town.env.part(Kept)
    kept.drop(5, 1)
    slow.heard = True

    class Old:
        """What the rows said when the reader began."""

        def execute(self, *_: object) -> Old:
            return self

        def fetchall(self) -> list[tuple[str]]:
            return [("[]",)] if slow.dialect == "sqlite" else []

    slow._driver, opened = Old(), slow._driver
    assert kept.counts(slow, [5]) == {5: Counts()}
    assert kept.marks(slow, 1, [5]) == {}
    assert _look(town) == (Counts(likes=1), {"like"})
    opened.close()


def test_what_is_rolled_back_was_never_there(town: Town) -> None:
    _moment()
    _look(town)

    def change_and_fail(tx: Tx) -> None:
        engagement.mark(tx, 1, "like", 5, POST)
        assert engagement.counts(tx, [5])[5] == Counts(likes=1)
        assert engagement.marks_of(tx, 1, [5])[5] == {"like"}
        raise KeyError

    with pytest.raises(KeyError):
        town.write(change_and_fail)
    assert _look(town) == (Counts(), frozenset())


def test_somebody_with_very_many_marks_is_remembered_in_part(town: Town) -> None:
    town.write(
        engagement.mark_many,
        [NewMark(person_id=1, subject_id=n, kind="like", realm=POST) for n in range(1, 1_201)],
    )
    _moment()
    for start in range(1, 1_201, 100):
        asked = range(start, start + 100)
        assert town.read(engagement.marks_of, 1, asked) == dict.fromkeys(asked, frozenset({"like"}))
    assert town.read(engagement.marks_of, 1, [1, 700, 1_200, 1_201]) == {
        1: {"like"},
        700: {"like"},
        1_200: {"like"},
    }
