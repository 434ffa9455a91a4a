from sqlalchemy import Column, Index, Integer, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

posts = Table(
    "microblog_posts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("author_id", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Id, nullable=False),  # of the text: finds the same post sent twice
    Column("lang", Text),
    Column("warning", Text),
    Column("place", Text),
    Column("reply_to_id", Id),
    Column("reply_to_author_id", Id),
    Column("root_id", Id, nullable=False),  # the first post of the conversation
    Column("quote_of_id", Id),
    Column("repost_of_id", Id),
    Column("media", Json),  # list of media ids, as text
    Column("entities", Json),
    Column("tagged", Json),  # list of person ids, as text
    Column("poll", Truth, nullable=False),
    Column("edited_at", Millis),
)
Index(
    "ix_microblog_posts_reply",
    posts.c.reply_to_id,
    posts.c.id,
    sqlite_where=posts.c.reply_to_id.is_not(None),
    postgresql_where=posts.c.reply_to_id.is_not(None),
)
Index(
    "ix_microblog_posts_root",
    posts.c.root_id,
    posts.c.id,
    sqlite_where=posts.c.reply_to_id.is_not(None),
    postgresql_where=posts.c.reply_to_id.is_not(None),
)
Index(
    "ix_microblog_posts_quote",
    posts.c.quote_of_id,
    posts.c.id,
    sqlite_where=posts.c.quote_of_id.is_not(None),
    postgresql_where=posts.c.quote_of_id.is_not(None),
)
Index(
    "ix_microblog_posts_repost",
    posts.c.repost_of_id,
    posts.c.author_id,
    unique=True,
    sqlite_where=posts.c.repost_of_id.is_not(None),
    postgresql_where=posts.c.repost_of_id.is_not(None),
)

Index(
    "ix_microblog_posts_digest",
    posts.c.author_id,
    posts.c.digest,
    sqlite_where=posts.c.repost_of_id.is_(None),
    postgresql_where=posts.c.repost_of_id.is_(None),
)

edits = Table(
    "microblog_edits",
    metadata,
    Column("post_id", Id, primary_key=True, autoincrement=False),
    Column("at", Millis, primary_key=True, autoincrement=False),  # until when this version stood
    Column("text", Text, nullable=False),
    Column("warning", Text),
    sqlite_with_rowid=False,
)

tags = Table(
    "microblog_tags",
    metadata,
    Column("tag", Text, primary_key=True),  # folded
    Column("post_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# How often a tag (or a place's tag) was used in an hour, and by how many people: what trends are made of.
tag_hours = Table(
    "microblog_tag_hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),  # hours since 1970
    Column("tag", Text, primary_key=True),
    Column("place", Text, primary_key=True),  # folded; empty for everywhere
    Column("shown", Text, nullable=False),  # as it was written first
    Column("posts", Integer, nullable=False),
    sqlite_with_rowid=False,
)

mentions = Table(
    "microblog_mentions",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("post_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
Index("ix_microblog_mentions_post", mentions.c.post_id)

polls = Table(
    "microblog_polls",
    metadata,
    Column("post_id", Id, primary_key=True, autoincrement=False),
    Column("options", Json, nullable=False),
    Column("ends_at", Millis, nullable=False),
    Column("many", Truth, nullable=False),
    Column("told", Truth, nullable=False),
)

poll_counts = Table(
    "microblog_poll_counts",
    metadata,
    Column("post_id", Id, primary_key=True, autoincrement=False),
    Column("option", Integer, primary_key=True, autoincrement=False),
    Column("votes", Integer, nullable=False),
    sqlite_with_rowid=False,
)

votes = Table(
    "microblog_votes",
    metadata,
    Column("post_id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("option", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

profiles = Table(
    "microblog_profiles",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("posts", Integer, nullable=False),
    Column("pinned_id", Id),
)
