from sqlalchemy import Column, Table, Text

from dozen.db import Id, metadata

# An author's items, oldest to newest, side by side on disk: what timelines are pulled from.
items = Table(
    "feeds_items",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("author_id", Id, primary_key=True, autoincrement=False),
    Column("item_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Authors with so many followers that their items are merged in at read instead of pushed.
wide = Table(
    "feeds_wide",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("author_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
