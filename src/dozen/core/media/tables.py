from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, literal_column

from dozen.db import Id, Json, Millis, Truth, metadata

# Literals, not parameters: partial indexes serve only queries that spell the state out.
READY = literal_column("'ready'", Text())
PROCESSING = literal_column("'processing'", Text())
FAILED = literal_column("'failed'", Text())

_Bytes = BigInteger().with_variant(Integer, "sqlite")

items = Table(
    "media_items",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("blob", Text, nullable=False, unique=True),
    Column("mime", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_ms", Integer),
    Column("bytes", _Bytes, nullable=False),
    Column("colour", Text),
    Column("preview", Text),
    Column("alt", Text, nullable=False),
    Column("focus_x", Integer),
    Column("focus_y", Integer),
    Column("variants", Json, nullable=False),
    Column("attached", Id),
    Column("position", Integer),
    Column("audience", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("loose_since", Millis),
    Column("job_id", Id),
    Column("error", Text),
)
"""``variants`` maps a name to [width, height, mime, bytes]; the file's key is ``blob/name``. ``focus_*`` are
thousandths. ``loose_since`` is when the item was last attached to nothing, empty while it is attached."""

Index("ix_media_items_owner_id_id", items.c.owner_id, items.c.id)
Index(
    "ix_media_items_attached", items.c.attached,
    sqlite_where=items.c.attached.is_not(None), postgresql_where=items.c.attached.is_not(None),
)  # fmt: skip
Index(
    "ix_media_items_loose_since", items.c.loose_since,
    sqlite_where=items.c.loose_since.is_not(None), postgresql_where=items.c.loose_since.is_not(None),
)  # fmt: skip
Index(
    "ix_media_items_processing", items.c.created_at,
    sqlite_where=items.c.state == PROCESSING, postgresql_where=items.c.state == PROCESSING,
)  # fmt: skip

usage = Table(
    "media_usage",
    metadata,
    Column("owner_id", Id, primary_key=True, autoincrement=False),
    Column("bytes", _Bytes, nullable=False),
    Column("files", Integer, nullable=False),
)

holds = Table(
    "media_holds",
    metadata,
    Column("subject", Id, primary_key=True, autoincrement=False),
    Column("why", Text, nullable=False),
    Column("at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
"""Subjects whose items their owners cannot delete; ``why`` is what they read."""

uploads = Table(
    "media_uploads",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner_id", Id, nullable=False, index=True),
    Column("total", _Bytes, nullable=False),
    Column("mime", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("private_file", Truth, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False, index=True),
)

parts = Table(
    "media_parts",
    metadata,
    Column("upload_id", Id, primary_key=True, autoincrement=False),
    Column("segment", Integer, primary_key=True, autoincrement=False),
    Column("bytes", _Bytes, nullable=False),
    sqlite_with_rowid=False,
)

swept = Table(
    "media_swept",
    metadata,
    Column("day", Text, primary_key=True),
    Column("at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
"""Days whose files were compared with the rows; nothing is ever added to them again."""
