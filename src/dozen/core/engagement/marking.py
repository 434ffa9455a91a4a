"""Likes, reposts, bookmarks and other marks: one each, by a person on a subject."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core.engagement import queries
from dozen.core.engagement.kept import Kept, marks_in_rows, moved
from dozen.core.engagement.structs import Counts, Mark
from dozen.db import Tx
from dozen.kit.ids import MAX, at

COMMENTS = "engagement.comment"
"""The realm of marks on comments: use ``like_comment``."""
REVIEWS = "engagement.review"
"""The realm of marks on reviews: use ``mark_helpful``."""

_OPPOSITE = {"like": "dislike", "dislike": "like"}
_ZEROS = Counts()


def mark(tx: Tx, me: int, kind: str, subject_id: int, realm: str) -> bool:
    """Whether the mark is new. A like takes a dislike back, and the other way round.

    ``realm`` says what the subject is (``microblog.post``); the room has made sure that it exists and
    that ``me`` may see it.
    """
    if not queries.add_mark(tx, person_id=me, subject_id=subject_id, kind=kind, realm=realm, id=tx.next_id()):
        return False
    if kind in _OPPOSITE:
        unmark(tx, me, _OPPOSITE[kind], subject_id)
    _count(tx, kind, subject_id, realm, 1)
    moved(tx, subject_id, me)
    return True


def unmark(tx: Tx, me: int, kind: str, subject_id: int) -> bool:
    """Whether there was such a mark."""
    tx.must_write()
    realm = queries.remove_mark.first(tx, person_id=me, subject_id=subject_id, kind=kind)
    if realm is None:
        return False
    _count(tx, kind, subject_id, realm, -1)
    moved(tx, subject_id, me)
    return True


def _count(tx: Tx, kind: str, subject_id: int, realm: str, by: int) -> None:
    counter = queries.COUNTED.get(kind)
    if counter is not None:
        queries.bump[counter](tx, id=subject_id, by=by)
    # Comments and reviews carry the number that they are ordered by.
    if realm == COMMENTS and kind == "like":
        queries.bump_comment_likes(tx, id=subject_id, by=by)
    elif realm == REVIEWS and kind == "helpful":
        queries.bump_helpful(tx, id=subject_id, by=by)


def adjust(tx: Tx, subject_id: int, *, comments: int = 0, quotes: int = 0, shares: int = 0) -> None:
    """Move counters that a room keeps itself. ``comments`` adds to those of this block."""
    for name, step in (("replies", comments), ("quotes", quotes), ("shares", shares)):
        if step:
            queries.bump[name](tx, id=subject_id, by=step)
            moved(tx, subject_id)


def counts(tx: Tx, subject_ids: Collection[int]) -> dict[int, Counts]:
    """The counters of many subjects: zeros where nothing ever happened."""
    if tx.writes:  # which sees what it wrote itself
        return dict.fromkeys(subject_ids, _ZEROS) | dict(queries.counts_of.all(tx, ids=subject_ids))
    return tx.part(Kept).counts(tx, subject_ids)


def marks_of(tx: Tx, me: int, subject_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Which kinds of marks somebody set on these subjects; those without any are missing."""
    if tx.writes:
        return marks_in_rows(tx, me, subject_ids)
    return tx.part(Kept).marks(tx, me, subject_ids)


def who(tx: Tx, kind: str, subject_id: int, *, before: int | None = None, limit: int = 50) -> list[Mark]:
    """Who set a mark on a subject, latest first; ``before`` is a mark's id."""
    return queries.who.all(tx, subject_id=subject_id, kind=kind, before=before or MAX, limit=limit)


def marked_by(
    tx: Tx, person_id: int, kind: str, realm: str, *, before: int | None = None, limit: int = 50
) -> list[Mark]:
    """What somebody set a mark on, latest first; ``before`` is a mark's id."""
    return queries.marked_by.all(
        tx, person_id=person_id, kind=kind, realm=realm, before=before or MAX, limit=limit
    )


def lately(
    tx: Tx, people: Collection[int], kind: str, realm: str, *, since: int, limit: int = 200
) -> list[int]:
    """Subjects that any of these people set a mark on since a moment, latest first, once for each mark."""
    return queries.lately.all(tx, people=people, kind=kind, realm=realm, since=at(since), limit=limit)
