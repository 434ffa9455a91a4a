from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)

from dozen.core.engagement.structs import Comment, Counts, Mark, Rating, Review
from dozen.core.engagement.tables import comments, counts, marks, reviews
from dozen.db import Action, action, member, param, rows, upsert, values

COUNTED = {
    "like": "likes",
    "dislike": "dislikes",
    "repost": "reposts",
    "bookmark": "bookmarks",
    "helpful": "helpful",
}
"""Kinds of marks that have a counter, and its name."""
PROVED = (*COUNTED.values(), "comments", "rating_count", "rating_sum")
"""Counters that the rows must bear out."""

# Marks


def _pair(subject_id: int, kind: str) -> tuple[int, str]:
    return subject_id, kind


_m = marks.c
_mark = select(_m.id, _m.person_id, _m.subject_id)
add_mark = action(
    lambda dialect: upsert(dialect, marks)
    .values(
        person_id=param("person_id"), subject_id=param("subject_id"), kind=param("kind"),
        realm=param("realm"), id=param("id"),
    )
    .on_conflict_do_nothing()
)  # fmt: skip
remove_mark = values(
    str,
    delete(marks)
    .where(_m.person_id == param("person_id"), _m.subject_id == param("subject_id"), _m.kind == param("kind"))
    .returning(_m.realm),
)
kinds_of = rows(
    _pair,
    select(_m.subject_id, _m.kind).where(_m.person_id == param("person_id"), member(_m.subject_id, "ids")),
    packed=True,
)
who = rows(
    Mark,
    _mark.where(_m.subject_id == param("subject_id"), _m.kind == param("kind"), _m.id < param("before"))
    .order_by(_m.id.desc())
    .limit(param("limit")),
)
marked_by = rows(
    Mark,
    _mark.where(
        _m.person_id == param("person_id"),
        _m.kind == param("kind"),
        _m.realm == param("realm"),
        _m.id < param("before"),
    )
    .order_by(_m.id.desc())
    .limit(param("limit")),
)
lately = values(
    int,
    select(_m.subject_id)
    .where(
        member(_m.person_id, "people"),
        _m.kind == param("kind"),
        _m.realm == param("realm"),
        _m.id >= param("since"),
    )
    .order_by(_m.id.desc())
    .limit(param("limit")),
)
some_marks_on = rows(
    lambda person_id, kind: (int(person_id), str(kind)),
    select(_m.person_id, _m.kind).where(_m.subject_id == param("subject_id")).limit(param("limit")),
)
some_marks_by = rows(
    lambda subject_id, kind: (int(subject_id), str(kind)),
    select(_m.subject_id, _m.kind)
    .where(_m.person_id == param("person_id"))
    .order_by(_m.subject_id)
    .limit(param("limit")),
)

# Counters

_c = counts.c


def _bump(name: str) -> Action:
    column = _c[name]
    return action(
        lambda dialect: (
            upsert(dialect, counts)
            .values({"subject_id": param("id"), name: param("by")})
            .on_conflict_do_update(index_elements=[_c.subject_id], set_={name: column + param("by")})
        )
    )


bump = {name: _bump(name) for name in (*COUNTED.values(), "comments", "replies", "quotes", "shares")}
bump_rating = action(
    lambda dialect: (
        upsert(dialect, counts)
        .values(subject_id=param("id"), rating_count=param("count"), rating_sum=param("sum"))
        .on_conflict_do_update(
            index_elements=[_c.subject_id],
            set_={
                "rating_count": _c.rating_count + param("count"),
                "rating_sum": _c.rating_sum + param("sum"),
            },
        )
    )
)
counts_of = rows(
    lambda subject, a, b, c, d, e, f, g, h, i, j: (subject, Counts(a, b, c, d, e, f, g, h, i, j)),
    select(
        _c.subject_id, _c.likes, _c.reposts, _c.bookmarks, _c.comments + _c.replies, _c.quotes, _c.dislikes,
        _c.shares, _c.helpful, _c.rating_count, _c.rating_sum,
    ).where(member(_c.subject_id, "ids")),
    packed=True,
)  # fmt: skip
ratings_of = rows(
    lambda subject_id, count, total: (int(subject_id), Rating(count, total)),
    select(_c.subject_id, _c.rating_count, _c.rating_sum).where(
        member(_c.subject_id, "ids"), _c.rating_count > 0
    ),
)
delete_counts = action(delete(counts).where(_c.subject_id == param("id")))
subjects = values(
    int,
    select(_c.subject_id).where(_c.subject_id > param("after")).order_by(_c.subject_id).limit(param("limit")),
)

# Comments

_t = comments.c
_ROOTS = _t.parent_id == literal_column("0")  # as the index of the best is written
_comment = select(
    _t.id, _t.subject_id, _t.realm, _t.author_id, _t.parent_id, _t.reply_to_id, _t.root_id, _t.depth, _t.text,
    _t.likes, _t.replies, _t.edited_at, _t.deleted_at,
)  # fmt: skip


def _comment_of_row(*row: Any) -> Comment:
    make: Any = Comment
    return make(*row[:-1], row[-1] is not None)  # type: ignore[no-any-return]


def _on_subject(*more: ColumnElement[bool]) -> Select[Any]:
    return _comment.where(_t.subject_id == param("subject_id"), _ROOTS, *more).limit(param("limit"))


add_comment = action(
    insert(comments).values(
        id=param("id"), subject_id=param("subject_id"), realm=param("realm"), author_id=param("author_id"),
        parent_id=param("parent_id"), reply_to_id=param("reply_to_id"), root_id=param("root_id"),
        depth=param("depth"), text=param("text"),
    )
)  # fmt: skip
comment_by_id = rows(_comment_of_row, _comment.where(_t.id == param("id")))
comments_by_id = rows(_comment_of_row, _comment.where(member(_t.id, "ids")))
edit_comment = action(
    update(comments).where(_t.id == param("id")).values(text=param("text"), edited_at=param("at"))
)
blank_comment = action(
    update(comments).where(_t.id == param("id")).values(text="", author_id=0, likes=0, deleted_at=param("at"))
)
delete_comment = action(delete(comments).where(_t.id == param("id")))
bump_replies = action(update(comments).where(_t.id == param("id")).values(replies=_t.replies + param("by")))
bump_comment_likes = action(update(comments).where(_t.id == param("id")).values(likes=_t.likes + param("by")))
comments_newest = rows(_comment_of_row, _on_subject(_t.id < param("id")).order_by(_t.id.desc()))
comments_oldest = rows(_comment_of_row, _on_subject(_t.id > param("id")).order_by(_t.id))
comments_top = rows(
    _comment_of_row,
    _on_subject(tuple_(_t.likes, _t.id) < tuple_(param("likes"), param("id"))).order_by(
        _t.likes.desc(), _t.id.desc()
    ),
)
replies_to = rows(
    _comment_of_row,
    _comment.where(
        _t.subject_id == param("subject_id"), _t.parent_id == param("parent_id"), _t.id > param("after")
    )
    .order_by(_t.id)
    .limit(param("limit")),
)
thread = rows(
    _comment_of_row,
    _comment.where(_t.root_id == param("root_id"), _t.id > param("after"))
    .order_by(_t.id)
    .limit(param("limit")),
)
_ranked = (
    select(
        _t.id.label("id"),
        func.row_number().over(partition_by=_t.root_id, order_by=_t.id).label("place"),
    )
    .where(member(_t.root_id, "ids"), _t.id != _t.root_id)
    .subquery()
)
first_replies = rows(
    _comment_of_row,
    _comment.join_from(comments, _ranked, _t.id == _ranked.c.id)
    .where(_ranked.c.place <= param("each"))
    .order_by(_t.id),
)
comments_by = rows(
    _comment_of_row,
    _comment.where(_t.author_id == param("author_id"), _t.id < param("before"))
    .order_by(_t.id.desc())
    .limit(param("limit")),
)
said_lately = rows(
    lambda subject_id, text: (int(subject_id), str(text)),
    select(_t.subject_id, _t.text)
    .where(_t.author_id == param("author_id"), _t.id > param("since"))
    .limit(param("limit")),
)
some_comments_on = values(
    int, select(_t.id).where(_t.subject_id == param("subject_id")).limit(param("limit"))
)

# Reviews

_r = reviews.c
_review = select(
    _r.id, _r.subject_id, _r.realm, _r.author_id, _r.rating, _r.text, _r.helpful, _r.edited_at, _r.answer,
    _r.answered_by, _r.answered_at,
)  # fmt: skip


def _reviews(by: Sequence[ColumnElement[Any]], *where: ColumnElement[bool]) -> Any:
    return rows(
        Review,
        _review.where(_r.subject_id == param("subject_id"), *where).order_by(*by).limit(param("limit")),
    )


add_review = action(
    insert(reviews).values(
        id=param("id"), subject_id=param("subject_id"), realm=param("realm"), author_id=param("author_id"),
        rating=param("rating"), text=param("text"),
    )
)  # fmt: skip
review_by_id = rows(Review, _review.where(_r.id == param("id")))
review_of = rows(
    Review, _review.where(_r.subject_id == param("subject_id"), _r.author_id == param("author_id"))
)
edit_review = action(
    update(reviews)
    .where(_r.id == param("id"))
    .values(rating=param("rating"), text=param("text"), edited_at=param("at"))
)
answer_review = action(
    update(reviews)
    .where(_r.id == param("id"))
    .values(answer=param("answer"), answered_by=param("by"), answered_at=param("at"))
)
delete_review = action(delete(reviews).where(_r.id == param("id")))
bump_helpful = action(update(reviews).where(_r.id == param("id")).values(helpful=_r.helpful + param("by")))
_before = tuple_(param("key"), param("id"))
reviews_newest = _reviews([_r.id.desc()], _r.id < param("id"))
reviews_helpful = _reviews([_r.helpful.desc(), _r.id.desc()], tuple_(_r.helpful, _r.id) < _before)
reviews_highest = _reviews([_r.rating.desc(), _r.id.desc()], tuple_(_r.rating, _r.id) < _before)
reviews_lowest = _reviews([_r.rating, _r.id], tuple_(_r.rating, _r.id) > _before)
reviews_rated = _reviews([_r.id.desc()], _r.rating == param("rating"), _r.id < param("id"))
reviews_by = rows(
    Review,
    _review.where(_r.author_id == param("author_id"), _r.id < param("before"))
    .order_by(_r.id.desc())
    .limit(param("limit")),
)
distribution = rows(
    lambda rating, n: (int(rating), int(n)),
    select(_r.rating, func.count()).where(_r.subject_id == param("subject_id")).group_by(_r.rating),
)
some_reviews_on = values(int, select(_r.id).where(_r.subject_id == param("subject_id")).limit(param("limit")))

# What the rows say, for proof and for bulk loads

_by_kind = {name: func.sum(case((_m.kind == kind, 1), else_=0)) for kind, name in COUNTED.items()}
_true_marks = (
    select(_m.subject_id, *_by_kind.values()).where(member(_m.subject_id, "ids")).group_by(_m.subject_id)
)
_true_comments = (
    select(_t.subject_id, func.count())
    .where(member(_t.subject_id, "ids"), _t.deleted_at.is_(None))
    .group_by(_t.subject_id)
)
_true_reviews = (
    select(_r.subject_id, func.count(), func.sum(_r.rating))
    .where(member(_r.subject_id, "ids"))
    .group_by(_r.subject_id)
)
_TRUTHS: tuple[tuple[tuple[str, ...], Select[Any]], ...] = (
    (tuple(_by_kind), _true_marks),
    (("comments",), _true_comments),
    (("rating_count", "rating_sum"), _true_reviews),
)


def _numbers(subject_id: int, *numbers: Any) -> tuple[int, list[int]]:
    return int(subject_id), [int(number) for number in numbers]


truths = [(names, rows(_numbers, statement)) for names, statement in _TRUTHS]
kept = rows(
    _numbers, select(_c.subject_id, *(_c[name] for name in PROVED)).where(member(_c.subject_id, "ids"))
)
zero = action(update(counts).where(member(_c.subject_id, "ids")).values(dict.fromkeys(PROVED, 0)))


def _rebuild(names: tuple[str, ...], statement: Select[Any]) -> Action:
    def build(dialect: str) -> Any:
        made = upsert(dialect, counts).from_select(["subject_id", *names], statement)
        return made.on_conflict_do_update(
            index_elements=[_c.subject_id], set_={name: made.excluded[name] for name in names}
        )

    return action(build)


rebuild = [_rebuild(names, statement) for names, statement in _TRUTHS]
mirror_likes = action(
    update(comments)
    .where(member(_t.id, "ids"))
    .values(likes=func.coalesce(select(_c.likes).where(_c.subject_id == _t.id).scalar_subquery(), 0))
)
mirror_helpful = action(
    update(reviews)
    .where(member(_r.id, "ids"))
    .values(helpful=func.coalesce(select(_c.helpful).where(_c.subject_id == _r.id).scalar_subquery(), 0))
)
