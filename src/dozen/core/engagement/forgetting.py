"""Removing all that hangs on something that is gone, in bounded steps."""

from __future__ import annotations

from dozen.core import jobs
from dozen.core.engagement import queries
from dozen.core.engagement.kept import moved
from dozen.db import Tx

FORGET_JOB = "engagement.forget_subject"
_AT_ONCE = 200


def forget_subject(tx: Tx, subject_id: int, limit: int = 500) -> bool:
    """Remove marks, comments, reviews and counters of a subject; True while there is more to remove."""
    left = limit - _some_marks_on(tx, subject_id, limit)
    for some, delete in (
        (queries.some_comments_on, queries.delete_comment),
        (queries.some_reviews_on, queries.delete_review),
    ):
        for each in some.all(tx, subject_id=subject_id, limit=max(0, left)):
            left -= _some_marks_on(tx, each, left)
            if left <= 0:
                return True
            queries.delete_counts(tx, id=each)
            moved(tx, each)
            delete(tx, id=each)
            left -= 1
    if left <= 0:
        return True
    queries.delete_counts(tx, id=subject_id)
    moved(tx, subject_id)
    return False


def forget_marks_on(tx: Tx, subject_id: int) -> None:
    """Remove the marks on a comment or review that is being deleted: many of them in the background."""
    if _some_marks_on(tx, subject_id, _AT_ONCE) == _AT_ONCE:
        jobs.enqueue(tx, FORGET_JOB, {"id": subject_id}, key=f"{FORGET_JOB}:{subject_id}")
    else:
        queries.delete_counts(tx, id=subject_id)
        moved(tx, subject_id)


def _some_marks_on(tx: Tx, subject_id: int, limit: int) -> int:
    """Remove marks without counting them down: the counters go as well, once all marks are gone."""
    tx.must_write()
    found = queries.some_marks_on.all(tx, subject_id=subject_id, limit=limit)
    for person_id, kind in found:
        queries.remove_mark.first(tx, person_id=person_id, subject_id=subject_id, kind=kind)
        moved(tx, subject_id, person_id)
    return len(found)
