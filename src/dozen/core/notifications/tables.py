"""What people were told. Rows of one person stand together, in the order they came."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from dozen.db import Id, Json, Millis, Truth, metadata

# ``id`` is a snowflake, unique everywhere; ``actor_id`` and ``subject_id`` are 0 where there is none.
items = Table(
    "notifications_items",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("group_key", Text),
    Column("data", Json),
    Column("read_at", Millis),
    Index(
        "ix_notifications_items_actor",
        "actor_id",
        "kind",
        "subject_id",
        sqlite_where=text("actor_id <> 0"),
        postgresql_where=text("actor_id <> 0"),
    ),
    Index("ix_notifications_items_subject", "subject_id", "kind"),
    sqlite_with_rowid=False,
)

# One row a person: locked first by whoever changes their items, and kept equal to them.
marks = Table(
    "notifications_marks",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("unread", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("last_read_id", Id, nullable=False),
)

# Where somebody wants it otherwise than the kind has it.
choices = Table(
    "notifications_choices",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("wanted", Truth, nullable=False),
    sqlite_with_rowid=False,
)
