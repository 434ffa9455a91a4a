"""Conversations, who is in them, and what was said.

A conversation belongs to a realm (a room's name). Whoever changes it, its members or its messages holds
its row, so counters and order are right without any other lock.
"""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from dozen.db import Id, Json, Millis, Truth, metadata

conversations = Table(
    "messaging_conversations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("realm", Text, nullable=False),
    Column("about", Id, nullable=False),  # the thing it is about, such as a ride; 0 for none
    Column("pair", Text),  # "low:high:about" of the two people's ids; NULL for a group
    Column("title", Text, nullable=False),
    Column("owner_id", Id, nullable=False),  # of a group: who may change it; 0 for a pair
    Column("last_id", Id, nullable=False),  # the newest message that ever was in it; 0 before the first
    Index("uq_messaging_conversations_pair", "realm", "pair", unique=True),
)

members = Table(
    "messaging_members",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("realm", Text, nullable=False),
    Column("joined_at", Millis, nullable=False),
    Column("left_at", Millis),
    Column("after_id", Id, nullable=False),  # what is not newer is not theirs: before they came, or deleted
    Column("last_id", Id, nullable=False),  # their place in the list; 0 while it is not listed
    Column("last_read_id", Id, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("muted", Truth, nullable=False),
    Column("wrote", Truth, nullable=False),  # whether they ever wrote here
    Index("ix_messaging_members_list", "person_id", "realm", "last_id"),
    Index(
        "ix_messaging_members_unread",
        "person_id",
        "realm",
        "unread",
        sqlite_where=text("unread > 0"),
        postgresql_where=text("unread > 0"),
    ),
    sqlite_with_rowid=False,
)

# A message that was unsent stays as an empty row, so that a client that sends it again does not revive it.
messages = Table(
    "messaging_messages",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("conversation_id", Id, nullable=False),
    Column("author_id", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("media", Json),  # list of media ids, as text
    Column("reply_to_id", Id),
    Column("sent_key", Text),  # the author's own name for it
    Column("edited_at", Millis),
    Column("deleted_at", Millis),
    Index("ix_messaging_messages_conversation", "conversation_id", "id"),
    Index("ix_messaging_messages_author", "author_id", "id"),
    Index(
        "uq_messaging_messages_key",
        "author_id",
        "sent_key",
        unique=True,
        sqlite_where=text("sent_key IS NOT NULL"),
        postgresql_where=text("sent_key IS NOT NULL"),
    ),
)

# Single messages that somebody deleted for themselves.
hidden = Table(
    "messaging_hidden",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("message_id", Id, primary_key=True, autoincrement=False),
    Index("ix_messaging_hidden_message", "message_id"),
    sqlite_with_rowid=False,
)
