"""Who is tied to whom, and to what.

An edge's ``kind`` is ``follow``, ``block``, ``mute`` or ``friend`` between people, or a realm with a
dot (``news.topic``) from a person to a thing. Its ``id`` is a snowflake: when it was tied, and the
order of every list. Edges are stored by their beginning; the indexes by end and by age hold all that
lists need, so a list never touches a row.
"""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from dozen.db import Id, Millis, Truth, metadata

edges = Table(
    "graph_edges",
    metadata,
    Column("from_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("to_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("reposts", Truth, nullable=False),
    Column("notify", Truth, nullable=False),
    Column("until", Millis),
    Index("ix_graph_edges_to", "to_id", "kind", "id", postgresql_include=["from_id"]),
    Index("ix_graph_edges_from", "from_id", "kind", "id", postgresql_include=["to_id"]),
    Index(
        "ix_graph_edges_notify",
        "to_id",
        "kind",
        "notify",  # or SQLite would not see that this index is the better one
        "id",
        sqlite_where=text("notify = 1"),
        postgresql_where=text("notify = 1"),
    ),
    Index(
        "ix_graph_edges_no_reposts",
        "from_id",
        "kind",
        "reposts",
        sqlite_where=text("reposts = 0"),
        postgresql_where=text("reposts = 0"),
    ),
    Index(
        "ix_graph_edges_until",
        "until",
        sqlite_where=text("until IS NOT NULL"),
        postgresql_where=text("until IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

requests = Table(
    "graph_requests",
    metadata,
    Column("from_id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("to_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("reposts", Truth, nullable=False),
    Column("notify", Truth, nullable=False),
    Index("ix_graph_requests_to", "to_id", "kind", "id"),
    Index("ix_graph_requests_from", "from_id", "kind", "id"),
    sqlite_with_rowid=False,
)

# Kept in the transaction that ties or unties.
counts = Table(
    "graph_counts",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("followers", Integer, nullable=False),
    Column("following", Integer, nullable=False),
    Column("friends", Integer, nullable=False),
)

# Ids of things are only unique within their realm.
thing_counts = Table(
    "graph_thing_counts",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("thing_id", Id, primary_key=True, autoincrement=False),
    Column("followers", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Suggestions that somebody does not want to see again.
dismissed = Table(
    "graph_dismissed",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("other_id", Id, primary_key=True, autoincrement=False),
    Column("at", Millis, nullable=False),
    Index("ix_graph_dismissed_other", "other_id"),
    sqlite_with_rowid=False,
)

lists = Table(
    "graph_lists",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("private", Truth, nullable=False),
    Column("exclusive", Truth, nullable=False),
    Column("replies", Text, nullable=False),
    Column("members", Integer, nullable=False),
    Column("subscribers", Integer, nullable=False),
    Index("ix_graph_lists_owner", "owner_id", "id"),
)

members = Table(
    "graph_members",
    metadata,
    Column("list_id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Index("ix_graph_members_list", "list_id", "id"),
    Index("ix_graph_members_person", "person_id", "id"),
    sqlite_with_rowid=False,
)

subscribers = Table(
    "graph_subscribers",
    metadata,
    Column("list_id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Index("ix_graph_subscribers_list", "list_id", "id"),
    Index("ix_graph_subscribers_person", "person_id", "id"),
    sqlite_with_rowid=False,
)
