from __future__ import annotations

from dozen.core import engagement
from dozen.core.engagement import Counts, Drift, NewComment, NewMark, NewReview
from dozen.db import Tx
from tests.support.town import Town


def test_many_marks_are_counted_once(town: Town) -> None:
    given = [NewMark(person, "like", subject, "r.x") for person in range(120) for subject in range(1, 101)]
    town.write(engagement.mark, 0, "like", 1, "r.x")
    town.write(engagement.mark_many, given)
    town.write(
        engagement.mark_many, [*given[:50], NewMark(500, "repost", 1, "r.x"), NewMark(500, "odd", 1, "r.x")]
    )
    found = town.read(engagement.counts, range(1, 101))
    assert found == {1: Counts(likes=120, reposts=1)} | {i: Counts(likes=120) for i in range(2, 101)}
    assert town.read(engagement.recount, range(1, 102)) == []


def test_adjusted_counters_survive_a_bulk_load(town: Town) -> None:
    town.write(engagement.adjust, 1, comments=3, quotes=2)
    town.write(engagement.mark_many, [NewMark(1, "like", 1, "r.x")])
    assert town.read(engagement.counts, [1]) == {1: Counts(likes=1, comments=3, quotes=2)}


def test_many_comments_and_reviews(town: Town) -> None:
    chain = [NewComment(i, 5, "r.x", 1, f"text {i}", i - 1 if i % 12 else 0) for i in range(12, 36)]
    town.write(engagement.comment_many, chain)
    town.write(engagement.review_many, [NewReview(i, 5, "r.x", i, 1 + i % 5, "") for i in range(100, 110)])
    assert town.read(engagement.counts, [5]) == {5: Counts(comments=24, rating_count=10, rating_sum=30)}
    thread = town.read(engagement.thread, 12)
    assert len(thread) == 12
    assert max(each.depth for each in thread) == engagement.MAX_DEPTH
    assert sum(each.replies for each in thread) == 11
    assert town.read(engagement.recount, [5]) == []


def test_a_wrong_counter_is_found_and_set_right(town: Town) -> None:
    made = town.write(engagement.comment, 1, 5, "r.x", "hello")
    town.write(engagement.like_comment, 2, made.id)
    town.write(engagement.mark, 1, "like", 6, "r.x")

    def spoil(tx: Tx) -> None:
        tx.driver.execute("UPDATE engagement_counts SET likes = 7 WHERE subject_id <> 5")
        tx.driver.execute("UPDATE engagement_counts SET comments = 0 WHERE subject_id = 5")
        tx.driver.execute("UPDATE engagement_comments SET likes = 9")

    town.write(spoil)
    every = town.read(engagement.subjects)
    assert town.read(engagement.subjects, after=5, limit=1) == [6]
    drifts = [Drift(5, "comments", 0, 1), Drift(6, "likes", 7, 1), Drift(made.id, "likes", 7, 1)]
    assert town.read(engagement.recount, every) == drifts
    assert town.write(engagement.recount, every, repair=True) == drifts
    assert town.read(engagement.recount, every) == []
    assert town.read(engagement.one_comment, made.id).likes == 1
