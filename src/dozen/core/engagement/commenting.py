"""Comments in threads. The room has made sure that ``me`` may see the subject."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core.engagement import queries
from dozen.core.engagement.errors import (
    BadText,
    DuplicateComment,
    EditClosed,
    NoSuchComment,
    NotYours,
    TooManyComments,
)
from dozen.core.engagement.forgetting import forget_marks_on
from dozen.core.engagement.kept import moved
from dozen.core.engagement.marking import COMMENTS, mark, unmark
from dozen.core.engagement.structs import Comment, CommentOrder
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.ids import MAX, at
from dozen.kit.text import clean

MAX_DEPTH = 8
"""Levels below the top; a reply to one in the deepest level stands beside it."""
LONGEST_COMMENT = 2_000
EDIT_WINDOW = clock.HOUR
_A_MINUTE = 20
"""Comments that one person may write in a minute."""


def comment(
    tx: Tx, me: int, subject_id: int, realm: str, text: str, *, parent_id: int | None = None
) -> Comment:
    """Write a comment, or a reply to one.

    Raises BadText, NoSuchComment (the parent is gone, or of another subject), DuplicateComment (the
    same within a minute) and TooManyComments.
    """
    text = checked(text, LONGEST_COMMENT)
    _not_too_fast(tx, me, subject_id, text)
    comment_id = tx.next_id()
    place = {"parent_id": 0, "reply_to_id": 0, "root_id": comment_id, "depth": 0}
    if parent_id:
        target = one(tx, parent_id)
        if target.subject_id != subject_id:
            raise NoSuchComment
        place = below(target)
        queries.bump_replies(tx, id=place["parent_id"], by=1)
    queries.add_comment(
        tx, id=comment_id, subject_id=subject_id, realm=realm, author_id=me, text=text, **place
    )
    queries.bump["comments"](tx, id=subject_id, by=1)
    moved(tx, subject_id)
    return Comment(
        comment_id,
        subject_id,
        realm,
        me,
        **place,
        text=text,
        likes=0,
        replies=0,
        edited_at=None,
        deleted=False,
    )


def below(target: Comment) -> dict[str, int]:
    """Where a reply to ``target`` stands."""
    beside = target.depth >= MAX_DEPTH
    return {
        "parent_id": target.parent_id if beside else target.id,
        "reply_to_id": target.id,
        "root_id": target.root_id,
        "depth": min(target.depth + 1, MAX_DEPTH),
    }


def checked(text: str, longest: int) -> str:
    """The text as it is stored. Raises BadText when it is empty or too long."""
    if len(text) > 4 * longest:
        raise BadText(f"At most {longest} characters, please")
    text = clean(text, lines=True)
    if not text:
        raise BadText("Please write something")
    if len(text) > longest:
        raise BadText(f"At most {longest} characters, please")
    return text


def _not_too_fast(tx: Tx, me: int, subject_id: int, text: str) -> None:
    said = queries.said_lately.all(tx, author_id=me, since=at(tx.now - clock.MINUTE), limit=_A_MINUTE)
    if (subject_id, text) in said:
        raise DuplicateComment
    if len(said) >= _A_MINUTE:
        raise TooManyComments(retry_after=60)


def one(tx: Tx, comment_id: int) -> Comment:
    """A comment that was not deleted. Raises NoSuchComment."""
    found = queries.comment_by_id.first(tx, id=comment_id)
    if found is None or found.deleted:
        raise NoSuchComment
    return found


def edit_comment(tx: Tx, me: int, comment_id: int, text: str, *, window: int = EDIT_WINDOW) -> Comment:
    """Change one's own comment, within ``window`` milliseconds. Raises NotYours, EditClosed, BadText."""
    found = one(tx, comment_id)
    if found.author_id != me:
        raise NotYours
    if tx.now - found.at > window:
        raise EditClosed
    queries.edit_comment(tx, id=comment_id, text=checked(text, LONGEST_COMMENT), at=tx.now)
    return one(tx, comment_id)


def delete_comment(tx: Tx, me: int, comment_id: int, *, as_owner: bool = False) -> Comment:
    """Delete a comment and return what it was. While it has replies, an empty one keeps their place.

    ``as_owner``: the room has made sure that ``me`` may delete others' comments here, for it is their
    subject or they moderate. Raises NotYours, NoSuchComment.
    """
    found = one(tx, comment_id)
    if found.author_id != me and not as_owner:
        raise NotYours
    forget_marks_on(tx, comment_id)
    queries.bump["comments"](tx, id=found.subject_id, by=-1)
    moved(tx, found.subject_id)
    if found.replies:
        queries.blank_comment(tx, id=comment_id, at=tx.now)
    else:
        _take_out(tx, found)
    return found


def _take_out(tx: Tx, found: Comment) -> None:
    """Delete a comment without replies, and the places above it that were only kept for it."""
    up: Comment | None = found
    while up is not None and (up.id == found.id or (up.deleted and not up.replies)):
        queries.delete_comment(tx, id=up.id)
        if not up.parent_id:
            return
        queries.bump_replies(tx, id=up.parent_id, by=-1)
        up = queries.comment_by_id.first(tx, id=up.parent_id)


def comments(
    tx: Tx,
    subject_id: int,
    *,
    order: CommentOrder = "newest",
    after: tuple[int, int] | None = None,
    limit: int = 20,
) -> list[Comment]:
    """Comments at the top; ``after`` is the ``position`` of the last one of the page before.

    ``top`` goes by likes: what is liked between two pages may show twice or not at all.
    """
    given = {"subject_id": subject_id, "limit": limit}
    if order == "oldest":
        return queries.comments_oldest.all(tx, **given, id=after[1] if after else 0)
    likes, last = after or (MAX, MAX)
    if order == "top":
        return queries.comments_top.all(tx, **given, likes=min(likes, 2**31 - 1), id=last)
    return queries.comments_newest.all(tx, **given, id=last)


def replies(tx: Tx, comment_id: int, *, after: int = 0, limit: int = 20) -> list[Comment]:
    """Comments right below one, oldest first; ``after`` is a comment's id. Raises NoSuchComment."""
    parent = queries.comment_by_id.first(tx, id=comment_id)
    if parent is None:
        raise NoSuchComment
    return queries.replies_to.all(
        tx, subject_id=parent.subject_id, parent_id=comment_id, after=after, limit=limit
    )


def thread(tx: Tx, root_id: int, *, after: int = 0, limit: int = 200) -> list[Comment]:
    """A comment at the top (when ``after`` is 0) and all below it, oldest first: parents before replies."""
    return queries.thread.all(tx, root_id=root_id, after=after, limit=limit)


def first_replies(tx: Tx, root_ids: Collection[int], *, each: int = 3) -> dict[int, list[Comment]]:
    """For a page of comments at the top: the first few below each of them, by its id."""
    found: dict[int, list[Comment]] = {root_id: [] for root_id in root_ids}
    for reply in queries.first_replies.all(tx, ids=root_ids, each=each):
        found[reply.root_id].append(reply)
    return found


def comments_of(tx: Tx, comment_ids: Collection[int]) -> dict[int, Comment]:
    """Many comments by id, those included that only keep a place."""
    return {each.id: each for each in queries.comments_by_id.all(tx, ids=comment_ids)}


def comments_by(tx: Tx, person_id: int, *, before: int | None = None, limit: int = 50) -> list[Comment]:
    """What somebody wrote, newest first."""
    return queries.comments_by.all(tx, author_id=person_id, before=before or MAX, limit=limit)


def like_comment(tx: Tx, me: int, comment_id: int) -> bool:
    """Whether the like is new. Raises NoSuchComment."""
    return mark(tx, me, "like", one(tx, comment_id).id, COMMENTS)


def unlike_comment(tx: Tx, me: int, comment_id: int) -> bool:
    """Whether there was one."""
    return unmark(tx, me, "like", comment_id)
