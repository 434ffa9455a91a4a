"""Removing what somebody did, when their account is gone."""

from __future__ import annotations

from dozen.core.engagement import queries
from dozen.core.engagement.commenting import delete_comment
from dozen.core.engagement.marking import unmark
from dozen.core.engagement.reviewing import delete_review
from dozen.db import Tx
from dozen.kit.ids import MAX


def forget(tx: Tx, person_id: int, limit: int = 100) -> bool:
    """Take back somebody's marks, comments and reviews; True while there is more to take back."""
    found = queries.some_marks_by.all(tx, person_id=person_id, limit=limit)
    for subject_id, kind in found:
        unmark(tx, person_id, kind, subject_id)
    left = limit - len(found)
    written = queries.comments_by.all(tx, author_id=person_id, before=MAX, limit=max(0, left))
    for comment in written:
        delete_comment(tx, person_id, comment.id)
    left -= len(written)
    reviewed = queries.reviews_by.all(tx, author_id=person_id, before=MAX, limit=max(0, left))
    for review in reviewed:
        delete_review(tx, person_id, review.id)
    return left - len(reviewed) <= 0
