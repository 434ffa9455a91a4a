from sqlalchemy import Column, Integer, Table, Text

from dozen.db import Id, Millis, metadata

days = Table(
    "wallet_days",
    metadata,
    Column("owner", Id, primary_key=True, autoincrement=False),
    Column("currency", Text, primary_key=True),
    Column("day", Millis, primary_key=True, autoincrement=False),  # its first millisecond, UTC
    Column("kind", Text, primary_key=True),
    Column("sent", Id, nullable=False),  # what is held to go out counts
    Column("received", Id, nullable=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
