from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dozen.core import engagement
from dozen.core.engagement import Counts, NewMark
from dozen.db import Tx
from dozen.kit import clock, ids
from tests.support.town import Town

POST = "microblog.post"


def test_a_second_like_changes_nothing_and_says_so(town: Town) -> None:
    assert town.write(engagement.mark, 1, "like", 100, POST)
    assert not town.write(engagement.mark, 1, "like", 100, POST)
    assert town.write(engagement.mark, 2, "like", 100, POST)
    assert town.write(engagement.mark, 1, "repost", 100, POST)
    assert town.read(engagement.counts, [100, 101]) == {100: Counts(likes=2, reposts=1), 101: Counts()}
    assert town.write(engagement.unmark, 1, "like", 100)
    assert not town.write(engagement.unmark, 1, "like", 100)
    assert not town.write(engagement.unmark, 3, "repost", 100)
    assert town.read(engagement.counts, [100]) == {100: Counts(likes=1, reposts=1)}
    assert town.read(engagement.recount, [100, 101]) == []


def test_what_is_marked_of_many(town: Town) -> None:
    for kind, subject in (("like", 1), ("bookmark", 1), ("like", 2), ("save_for_later", 3)):
        town.write(engagement.mark, 7, kind, subject, POST)
    town.write(engagement.mark, 8, "like", 4, POST)
    assert town.read(engagement.marks_of, 7, [1, 2, 3, 4, 5]) == {
        1: {"like", "bookmark"},
        2: {"like"},
        3: {"save_for_later"},
    }
    assert town.read(engagement.marks_of, 7, []) == {}
    assert town.read(engagement.counts, [3]) == {3: Counts()}


def test_a_like_takes_a_dislike_back(town: Town) -> None:
    town.write(engagement.mark, 1, "dislike", 5, "news.article")
    town.write(engagement.mark, 1, "like", 5, "news.article")
    assert town.read(engagement.counts, [5]) == {5: Counts(likes=1)}
    town.write(engagement.mark, 1, "dislike", 5, "news.article")
    assert town.read(engagement.counts, [5]) == {5: Counts(dislikes=1)}
    assert town.read(engagement.marks_of, 1, [5]) == {5: {"dislike"}}


def test_lists_go_back_in_time_page_by_page(town: Town) -> None:
    for person in range(1, 8):
        town.write(engagement.mark, person, "like", 50, POST)
        town.write(engagement.mark, 99, "like", person * 100, POST)
    town.write(engagement.mark, 99, "like", 1_000, "music.song")
    first = town.read(engagement.who, "like", 50, limit=3)
    second = town.read(engagement.who, "like", 50, before=first[-1].id, limit=10)
    assert [mark.person_id for mark in first + second] == [7, 6, 5, 4, 3, 2, 1]
    assert all(abs(mark.at - clock.now()) < clock.MINUTE for mark in first)
    assert town.read(engagement.who, "repost", 50) == []
    mine = town.read(engagement.marked_by, 99, "like", POST, limit=2)
    rest = town.read(engagement.marked_by, 99, "like", POST, before=mine[-1].id)
    assert [mark.subject_id for mark in mine + rest] == [700, 600, 500, 400, 300, 200, 100]


def test_what_friends_marked_lately(town: Town) -> None:
    long_ago = ids.at(1_700_000_000_000)
    town.write(engagement.mark_many, [NewMark(1, "like", 5, POST, long_ago)])
    town.write(engagement.mark, 1, "like", 6, POST)
    town.write(engagement.mark, 2, "like", 6, POST)
    town.write(engagement.mark, 3, "like", 7, POST)
    town.write(engagement.mark, 2, "repost", 8, POST)
    assert town.read(engagement.lately, [1, 2], "like", POST, since=1_700_000_000_001) == [6, 6]
    assert town.read(engagement.lately, [1, 2], "like", POST, since=1_700_000_000_000) == [6, 6, 5]
    assert town.read(engagement.lately, [1, 3], "like", POST, since=0, limit=2) == [7, 6]
    assert town.read(engagement.lately, [], "like", POST, since=0) == []


def test_rooms_keep_some_counters_themselves(town: Town) -> None:
    town.write(engagement.adjust, 9, comments=1, quotes=2)
    town.write(engagement.adjust, 9, comments=1, shares=1)
    town.write(engagement.adjust, 9, comments=-1)
    town.write(engagement.comment, 1, 9, POST, "and one of ours")
    assert town.read(engagement.counts, [9]) == {9: Counts(comments=2, quotes=2, shares=1)}
    assert town.read(engagement.recount, [9]) == []


def test_marks_at_the_same_moment_are_all_counted(town: Town) -> None:
    def like(turn: int) -> bool:
        return town.write(engagement.mark, turn % 40, "like", 1 + turn % 2, POST)

    with ThreadPoolExecutor(8) as pool:
        new = sum(pool.map(like, range(160)))
    assert new == 40
    assert town.read(engagement.counts, [1, 2]) == {1: Counts(likes=20), 2: Counts(likes=20)}
    assert town.read(engagement.recount, [1, 2]) == []


def test_what_is_undone_is_not_counted(town: Town) -> None:
    def regret(tx: Tx) -> None:
        engagement.mark(tx, 1, "like", 5, POST)
        raise KeyError

    with pytest.raises(KeyError):
        town.write(regret)
    assert town.read(engagement.counts, [5]) == {5: Counts()}
    assert town.read(engagement.marks_of, 1, [5]) == {}
