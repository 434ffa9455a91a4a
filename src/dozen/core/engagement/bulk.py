"""Many rows at once, and the proof that counters say what the rows say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from dozen.core.engagement import queries
from dozen.core.engagement.commenting import below
from dozen.core.engagement.kept import all_moved
from dozen.core.engagement.structs import Comment, Drift, NewComment, NewMark, NewReview
from dozen.db import Tx

_BULK = 5_000


def mark_many(tx: Tx, marks: Iterable[NewMark]) -> None:
    """Put in many marks, for sample data and imports; those that are there already stay."""
    rest = iter(marks)
    while batch := list(islice(rest, _BULK)):
        queries.add_mark.many(
            tx,
            [
                {
                    "person_id": each.person_id,
                    "subject_id": each.subject_id,
                    "kind": each.kind,
                    "realm": each.realm,
                    "id": each.id or tx.next_id(),
                }
                for each in batch
            ],
        )
        _rebuild(tx, {each.subject_id for each in batch})


def comment_many(tx: Tx, comments: Iterable[NewComment]) -> None:
    """Put in many new comments, for sample data and imports; parents are among them, before their replies."""
    placed: dict[int, Comment] = {}
    below_each: dict[int, int] = {}
    rows = []
    for each in comments:
        place = {"parent_id": 0, "reply_to_id": 0, "root_id": each.id, "depth": 0}
        if each.parent_id:
            place = below(placed[each.parent_id])
            below_each[place["parent_id"]] = below_each.get(place["parent_id"], 0) + 1
        made = Comment(
            each.id, each.subject_id, each.realm, each.author_id, **place, text=each.text, likes=0, replies=0,
            edited_at=None, deleted=False,
        )  # fmt: skip
        placed[each.id] = made
        rows.append(
            {
                "id": each.id, "subject_id": each.subject_id, "realm": each.realm,
                "author_id": each.author_id, "text": each.text, **place,
            }
        )  # fmt: skip
    queries.add_comment.many(tx, rows)
    queries.bump_replies.many(tx, [{"id": i, "by": n} for i, n in below_each.items()])
    _rebuild(tx, {each.subject_id for each in placed.values()})


def review_many(tx: Tx, reviews: Iterable[NewReview]) -> None:
    """Put in many new reviews, for sample data and imports; none may be there already."""
    rest = iter(reviews)
    while batch := list(islice(rest, _BULK)):
        queries.add_review.many(
            tx,
            [
                {
                    "id": each.id, "subject_id": each.subject_id, "realm": each.realm,
                    "author_id": each.author_id, "rating": each.rating, "text": each.text,
                }
                for each in batch
            ],
        )  # fmt: skip
        _rebuild(tx, {each.subject_id for each in batch})


def subjects(tx: Tx, after: int = 0, limit: int = 1_000) -> list[int]:
    """Ids of subjects with counters, upwards: for going through all of them with :func:`recount`."""
    return queries.subjects.all(tx, after=after, limit=limit)


def recount(tx: Tx, subject_ids: Collection[int], *, repair: bool = False) -> list[Drift]:
    """Counters that do not say what the rows say (there should be none); ``repair`` sets them right.

    Proved are marks, comments and ratings; what rooms keep by ``adjust`` is theirs to prove. Of a
    subject that is just being forgotten, marks go before their counters.
    """
    true = {subject_id: dict.fromkeys(queries.PROVED, 0) for subject_id in subject_ids}
    for names, statement in queries.truths:
        for subject_id, numbers in statement.all(tx, ids=subject_ids):
            true[subject_id].update(zip(names, numbers, strict=True))
    kept = dict(queries.kept.all(tx, ids=subject_ids))
    nothing = [0] * len(queries.PROVED)
    found = [
        Drift(subject_id, name, number, numbers[name])
        for subject_id, numbers in true.items()
        for name, number in zip(queries.PROVED, kept.get(subject_id, nothing), strict=True)
        if number != numbers[name]
    ]
    if repair and found:
        _rebuild(tx, {drift.subject_id for drift in found})
    return found


def _rebuild(tx: Tx, subject_ids: Collection[int]) -> None:
    queries.zero(tx, ids=subject_ids)
    for statement in queries.rebuild:
        statement(tx, ids=subject_ids)
    queries.mirror_likes(tx, ids=subject_ids)
    queries.mirror_helpful(tx, ids=subject_ids)
    all_moved(tx)
