from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dozen.core import engagement
from dozen.core.engagement import Counts, NewReview, Rating, Review
from dozen.core.engagement.errors import AlreadyReviewed, BadRating, BadText, NoSuchReview, NotYours
from tests.support.town import Town

HOTEL = "travel.hotel"


def rate(town: Town, me: int, stars: int, text: str = "", subject: int = 100) -> Review:
    return town.write(engagement.review, me, subject, HOTEL, stars, text)


def test_one_review_a_person(town: Town) -> None:
    mine = rate(town, 1, 4, "  Quiet rooms ")
    assert (mine.rating, mine.text) == (4, "Quiet rooms")
    assert town.read(engagement.one_review, mine.id) == mine
    assert town.read(engagement.my_review, 1, 100) == mine
    assert town.read(engagement.my_review, 2, 100) is None
    with pytest.raises(AlreadyReviewed):
        rate(town, 1, 5)
    rate(town, 2, 1)
    rate(town, 1, 5, subject=200)
    assert town.read(engagement.rating, [100, 200, 300]) == {100: Rating(2, 5), 200: Rating(1, 5)}
    assert town.read(engagement.rating, [100])[100].average == 2.5
    assert Rating().average is None
    assert town.read(engagement.counts, [100]) == {100: Counts(rating_count=2, rating_sum=5)}
    assert town.read(engagement.distribution, 100) == {5: 0, 4: 1, 3: 0, 2: 0, 1: 1}
    assert {each.subject_id for each in town.read(engagement.reviews_by, 1)} == {100, 200}


def test_reviews_at_the_same_moment_are_one(town: Town) -> None:
    def attempt(stars: int) -> bool:
        try:
            rate(town, 1, stars)
        except AlreadyReviewed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, [1, 2, 3, 4, 5, 1, 2, 3])) == 1
    assert town.read(engagement.rating, [100])[100].count == 1
    assert town.read(engagement.recount, [100]) == []


@pytest.mark.parametrize("stars", [0, 6, -1, 2**40])
def test_what_is_no_rating(town: Town, stars: int) -> None:
    with pytest.raises(BadRating):
        rate(town, 1, stars)
    mine = rate(town, 1, 3)
    with pytest.raises(BadRating):
        town.write(engagement.edit_review, 1, mine.id, stars)
    with pytest.raises(BadText):
        town.write(engagement.edit_review, 1, mine.id, 3, "x" * 5_001)
    assert town.read(engagement.rating, [100]) == {100: Rating(1, 3)}


def test_only_the_author_changes_it(town: Town) -> None:
    mine = rate(town, 1, 4)
    with pytest.raises(NotYours):
        town.write(engagement.edit_review, 2, mine.id, 1)
    with pytest.raises(NotYours):
        town.write(engagement.delete_review, 2, mine.id)
    edited = town.write(engagement.edit_review, 1, mine.id, 2, "Noisy after all")
    assert (edited.rating, edited.text) == (2, "Noisy after all")
    assert edited.edited_at is not None
    assert town.read(engagement.rating, [100]) == {100: Rating(1, 2)}
    assert town.write(engagement.delete_review, 1, mine.id) == edited
    assert town.read(engagement.rating, [100]) == {}
    with pytest.raises(NoSuchReview):
        town.write(engagement.delete_review, 1, mine.id)
    again = rate(town, 1, 5)
    town.write(engagement.delete_review, 9, again.id, as_owner=True)
    assert town.read(engagement.recount, [100]) == []


def test_the_owner_answers(town: Town) -> None:
    mine = rate(town, 1, 2, "Cold soup")
    answered = town.write(engagement.answer_review, 50, mine.id, "We are sorry.")
    assert (answered.answer, answered.answered_by) == ("We are sorry.", 50)
    assert town.write(engagement.answer_review, 51, mine.id, "Come again.").answered_by == 51
    taken_back = town.write(engagement.answer_review, 51, mine.id, " ")
    assert (taken_back.answer, taken_back.answered_by, taken_back.answered_at) == ("", None, None)
    with pytest.raises(NoSuchReview):
        town.write(engagement.answer_review, 50, 5, "Who?")


def test_helpful_ones_come_first(town: Town) -> None:
    made = [rate(town, person, 3) for person in range(1, 4)]
    assert town.write(engagement.mark_helpful, 9, made[0].id)
    assert not town.write(engagement.mark_helpful, 9, made[0].id)
    found = town.read(engagement.reviews, 100, order="helpful")
    assert [each.id for each in found] == [made[0].id, made[2].id, made[1].id]
    assert found[0].helpful == 1
    assert town.write(engagement.unmark_helpful, 9, made[0].id)
    assert town.read(engagement.one_review, made[0].id).helpful == 0
    with pytest.raises(NoSuchReview):
        town.write(engagement.mark_helpful, 9, 5)


@pytest.mark.parametrize("order", ["newest", "helpful", "highest", "lowest", "rated"])
def test_pages_neither_repeat_nor_skip(town: Town, order: str) -> None:
    town.write(
        engagement.review_many, [NewReview(i, 100, HOTEL, i, 1 + i % 5, f"number {i}") for i in range(1, 41)]
    )
    town.write(
        engagement.mark_many,
        [engagement.NewMark(p, "helpful", i, engagement.REVIEWS) for i in range(1, 41) for p in range(i % 3)],
    )
    kw = {"rating": 3} if order == "rated" else {"order": order}
    seen: list[Review] = []
    after: tuple[int, int] | None = None
    while page := town.read(engagement.reviews, 100, after=after, limit=7, **kw):
        seen += page
        after = page[-1].position(order)  # type: ignore[arg-type]
    keys = {
        "newest": lambda i: -i,
        "rated": lambda i: -i,
        "helpful": lambda i: (-(i % 3), -i),
        "highest": lambda i: (-(i % 5), -i),
        "lowest": lambda i: (i % 5, i),
    }
    expected = [i for i in range(1, 41) if order != "rated" or i % 5 == 2]
    assert [each.id for each in seen] == sorted(expected, key=keys[order])
    assert town.read(engagement.distribution, 100) == dict.fromkeys((5, 4, 3, 2, 1), 8)
