from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Text

from dozen.db import Id, Millis, metadata

events = Table(
    "realtime_events",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("at", Millis, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Id, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_autoincrement=True,
)
