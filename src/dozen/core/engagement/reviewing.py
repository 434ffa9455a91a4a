"""Reviews: a rating of one to five with or without words, one by each person on a subject.

The room has made sure that ``me`` really used what they review.
"""

from __future__ import annotations

from collections.abc import Collection

from dozen.core.engagement import queries
from dozen.core.engagement.commenting import checked
from dozen.core.engagement.errors import AlreadyReviewed, BadRating, NoSuchReview, NotYours
from dozen.core.engagement.forgetting import forget_marks_on
from dozen.core.engagement.kept import moved
from dozen.core.engagement.marking import REVIEWS, mark, unmark
from dozen.core.engagement.structs import Rating, Review, ReviewOrder
from dozen.db import Duplicate, Tx
from dozen.kit.ids import MAX

LONGEST_REVIEW = 5_000
STARS = range(1, 6)


def review(tx: Tx, me: int, subject_id: int, realm: str, rating: int, text: str = "") -> Review:
    """Review something. Raises AlreadyReviewed, BadRating, BadText."""
    text = _words(text)
    _check(rating)
    review_id = tx.next_id()
    try:
        with tx.savepoint():
            queries.add_review(
                tx, id=review_id, subject_id=subject_id, realm=realm, author_id=me, rating=rating, text=text
            )
    except Duplicate:
        raise AlreadyReviewed from None
    queries.bump_rating(tx, id=subject_id, count=1, sum=rating)
    moved(tx, subject_id)
    return Review(review_id, subject_id, realm, me, rating, text, 0, None, "", None, None)


def _check(rating: int) -> None:
    if rating not in STARS:
        raise BadRating


def _words(text: str) -> str:
    return checked(text, LONGEST_REVIEW) if text.strip() else ""


def one_review(tx: Tx, review_id: int) -> Review:
    """Raises NoSuchReview."""
    found = queries.review_by_id.first(tx, id=review_id)
    if found is None:
        raise NoSuchReview
    return found


def edit_review(tx: Tx, me: int, review_id: int, rating: int, text: str = "") -> Review:
    """Change one's own review. Raises NotYours, NoSuchReview, BadRating, BadText."""
    text = _words(text)
    _check(rating)
    found = one_review(tx, review_id)
    if found.author_id != me:
        raise NotYours
    queries.edit_review(tx, id=review_id, rating=rating, text=text, at=tx.now)
    queries.bump_rating(tx, id=found.subject_id, count=0, sum=rating - found.rating)
    moved(tx, found.subject_id)
    return one_review(tx, review_id)


def delete_review(tx: Tx, me: int, review_id: int, *, as_owner: bool = False) -> Review:
    """Delete a review and return what it was. Raises NotYours, NoSuchReview.

    ``as_owner``: the room has made sure that ``me`` may delete others' reviews here.
    """
    found = one_review(tx, review_id)
    if found.author_id != me and not as_owner:
        raise NotYours
    forget_marks_on(tx, review_id)
    queries.delete_review(tx, id=review_id)
    queries.bump_rating(tx, id=found.subject_id, count=-1, sum=-found.rating)
    moved(tx, found.subject_id)
    return found


def answer_review(tx: Tx, me: int, review_id: int, text: str) -> Review:
    """Answer a review, change the answer, or take it back with an empty text.

    The room has made sure that ``me`` speaks for what was reviewed. Raises NoSuchReview, BadText.
    """
    text = _words(text)
    one_review(tx, review_id)
    by, at = (me, tx.now) if text else (None, None)
    queries.answer_review(tx, id=review_id, answer=text, by=by, at=at)
    return one_review(tx, review_id)


def my_review(tx: Tx, me: int, subject_id: int) -> Review | None:
    return queries.review_of.first(tx, subject_id=subject_id, author_id=me)


def reviews(
    tx: Tx,
    subject_id: int,
    *,
    order: ReviewOrder = "newest",
    rating: int | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 20,
) -> list[Review]:
    """Reviews of a subject; ``after`` is ``position(order)`` of the last one of the page before.

    With a ``rating``, only those with so many stars, newest first.
    """
    given = {"subject_id": subject_id, "limit": limit}
    if order == "lowest" and rating is None:
        key, last = after or (0, 0)
        found: list[Review] = queries.reviews_lowest.all(tx, **given, key=key, id=last)
        return found
    key, last = after or (2**31 - 1, MAX)
    if rating is not None:
        found = queries.reviews_rated.all(tx, **given, rating=rating, id=last)
    elif order == "helpful":
        found = queries.reviews_helpful.all(tx, **given, key=key, id=last)
    elif order == "highest":
        found = queries.reviews_highest.all(tx, **given, key=key, id=last)
    else:
        found = queries.reviews_newest.all(tx, **given, id=last)
    return found


def reviews_by(tx: Tx, person_id: int, *, before: int | None = None, limit: int = 50) -> list[Review]:
    """What somebody reviewed, newest first."""
    return queries.reviews_by.all(tx, author_id=person_id, before=before or MAX, limit=limit)


def rating(tx: Tx, subject_ids: Collection[int]) -> dict[int, Rating]:
    """Number and sum of ratings of many subjects; those that nobody rated are missing."""
    return dict(queries.ratings_of.all(tx, ids=subject_ids))


def distribution(tx: Tx, subject_id: int) -> dict[int, int]:
    """How many gave five stars, four, … one."""
    found = dict(queries.distribution.all(tx, subject_id=subject_id))
    return {stars: found.get(stars, 0) for stars in reversed(STARS)}


def mark_helpful(tx: Tx, me: int, review_id: int) -> bool:
    """Whether that is new. Raises NoSuchReview."""
    return mark(tx, me, "helpful", one_review(tx, review_id).id, REVIEWS)


def unmark_helpful(tx: Tx, me: int, review_id: int) -> bool:
    """Whether it was marked."""
    return unmark(tx, me, "helpful", review_id)
