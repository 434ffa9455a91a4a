from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Text, text

from dozen.db import Id, Millis, Table, metadata


def _counter(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


marks = Table(
    "engagement_marks",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("realm", Text, nullable=False),
    Column("id", Id, nullable=False),
    Index("ix_engagement_marks_subject", "subject_id", "kind", "id"),
    Index("ix_engagement_marks_person", "person_id", "kind", "realm", "id"),
    sqlite_with_rowid=False,
)

counts = Table(
    "engagement_counts",
    metadata,
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    _counter("likes"),
    _counter("dislikes"),
    _counter("reposts"),
    _counter("bookmarks"),
    _counter("helpful"),
    _counter("comments"),
    # What rooms count themselves (a room's own replies are comments to a reader), so that the others
    # can be proved by their rows.
    _counter("replies"),
    _counter("quotes"),
    _counter("shares"),
    _counter("rating_count"),
    _counter("rating_sum"),
)

comments = Table(
    "engagement_comments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("subject_id", Id, nullable=False),
    Column("realm", Text, nullable=False),
    Column("author_id", Id, nullable=False),
    Column("parent_id", Id, nullable=False),
    Column("reply_to_id", Id, nullable=False),
    Column("root_id", Id, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("text", Text, nullable=False),
    _counter("likes"),
    _counter("replies"),
    Column("edited_at", Millis),
    Column("deleted_at", Millis),
    Index("ix_engagement_comments_place", "subject_id", "parent_id", "id"),
    Index(
        "ix_engagement_comments_top",
        "subject_id",
        "likes",
        "id",
        sqlite_where=text("parent_id = 0"),
        postgresql_where=text("parent_id = 0"),
    ),
    Index("ix_engagement_comments_root", "root_id", "id"),
    Index("ix_engagement_comments_author", "author_id", "id"),
)

reviews = Table(
    "engagement_reviews",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("subject_id", Id, nullable=False),
    Column("realm", Text, nullable=False),
    Column("author_id", Id, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("text", Text, nullable=False),
    _counter("helpful"),
    Column("edited_at", Millis),
    Column("answer", Text, nullable=False, server_default=""),
    Column("answered_by", Id),
    Column("answered_at", Millis),
    Index("uq_engagement_reviews_author", "subject_id", "author_id", unique=True),
    Index("ix_engagement_reviews_newest", "subject_id", "id"),
    Index("ix_engagement_reviews_rating", "subject_id", "rating", "id"),
    Index("ix_engagement_reviews_helpful", "subject_id", "helpful", "id"),
    Index("ix_engagement_reviews_author", "author_id", "id"),
)
