from __future__ import annotations

import pytest

from dozen.core import engagement, jobs
from dozen.core.engagement import Counts, NewComment, NewMark, NewReview, forgetting
from dozen.core.engagement.tables import comments, counts, marks, reviews
from dozen.db import Tx
from tests.support.town import Town


def rows_left(town: Town) -> dict[str, int]:
    def count(tx: Tx) -> dict[str, int]:
        found = {}
        for table in (marks, counts, comments, reviews):
            found[table.name] = tx.driver.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
        return found

    return town.read(count)


def busy_subject(town: Town, subject: int, start: int) -> None:
    made = range(start, start + 20)
    town.write(engagement.mark_many, [NewMark(p, "like", subject, "r.x") for p in range(30)])
    town.write(
        engagement.comment_many,
        [NewComment(i, subject, "r.x", i % 7, f"text {i}", 0 if i % 4 == 0 else i - i % 4) for i in made],
    )
    town.write(
        engagement.mark_many, [NewMark(p, "like", i, engagement.COMMENTS) for i in made for p in range(3)]
    )
    town.write(
        engagement.review_many,
        [NewReview(i + 500, subject, "r.x", i, 1 + i % 5) for i in range(start, start + 6)],
    )
    town.write(engagement.mark_many, [NewMark(9, "helpful", start + 500, engagement.REVIEWS)])


def test_a_subject_is_forgotten_in_bounded_steps(town: Town) -> None:
    busy_subject(town, 1, 1_000)
    kept = rows_left(town)
    busy_subject(town, 2, 2_000)
    steps = 0
    while town.write(engagement.forget_subject, 2, 25):
        steps += 1
        assert steps < 50
    assert steps >= 4
    assert rows_left(town) == kept
    assert not town.write(engagement.forget_subject, 2)
    assert town.read(engagement.counts, [2]) == {2: Counts()}


@pytest.mark.parametrize("limit", [1, 2, 7, 1_000])
def test_any_step_comes_to_an_end(town: Town, limit: int) -> None:
    busy_subject(town, 1, 1_000)
    steps = 0
    while town.write(engagement.forget_subject, 1, limit):
        steps += 1
        assert steps < 500
    assert set(rows_left(town).values()) == {0}


def test_a_person_is_forgotten_and_counters_stay_true(town: Town) -> None:
    busy_subject(town, 1, 1_000)
    busy_subject(town, 2, 2_000)
    town.write(engagement.review, 2, 1, "r.x", 5)
    town.write(engagement.mark, 2, "bookmark", 2, "r.x")
    steps = 0
    while town.write(engagement.forget, 2, 10):
        steps += 1
        assert steps < 50
    assert steps >= 3
    every = town.read(engagement.subjects)
    assert town.read(engagement.recount, every) == []
    assert town.read(engagement.comments_by, 2) == []
    assert town.read(engagement.reviews_by, 2) == []
    assert town.read(engagement.marked_by, 2, "bookmark", "r.x") == []
    assert town.read(engagement.counts, [1])[1].likes == 29


def test_a_person_can_be_forgotten_in_the_background(town: Town) -> None:
    busy_subject(town, 1, 1_000)
    town.env.part(jobs.Registry).add(*engagement.JOBS)
    town.write(engagement.forget_later, 2)
    jobs.Runner(town.env, town.db).drain()
    assert town.read(engagement.comments_by, 2) == []
    assert town.read(engagement.counts, [1])[1].likes == 29
    assert town.read(engagement.recount, town.read(engagement.subjects)) == []


def test_a_much_liked_comment_goes_in_the_background(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 10)
    made = town.write(engagement.comment, 1, 100, "r.x", "famous")
    town.write(engagement.mark_many, [NewMark(p, "like", made.id, engagement.COMMENTS) for p in range(1, 35)])
    town.env.part(jobs.Registry).add(*engagement.JOBS)
    town.write(engagement.delete_comment, 1, made.id)
    assert rows_left(town)["engagement_marks"] == 24
    jobs.Runner(town.env, town.db).drain()
    assert rows_left(town)["engagement_marks"] == 0
    assert town.read(engagement.counts, [100, made.id]) == {100: Counts(), made.id: Counts()}
