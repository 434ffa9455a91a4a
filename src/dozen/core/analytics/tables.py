from sqlalchemy import Column, Index, Table, Text

from dozen.db import Id, Millis, metadata

counts = Table(
    "analytics_counts",
    metadata,
    Column("metric", Text, primary_key=True),
    Column("subject", Id, primary_key=True, autoincrement=False),
    Column("bucket", Millis, primary_key=True, autoincrement=False),  # the beginning of an hour
    Column("n", Id, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, counts.c.metric, counts.c.bucket)

days = Table(
    "analytics_days",
    metadata,
    Column("metric", Text, primary_key=True),
    Column("subject", Id, primary_key=True, autoincrement=False),
    Column("bucket", Millis, primary_key=True, autoincrement=False),  # midnight
    Column("n", Id, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, days.c.metric, days.c.bucket)

people = Table(
    "analytics_people",
    metadata,
    Column("metric", Text, primary_key=True),
    Column("subject", Id, primary_key=True, autoincrement=False),
    Column("day", Millis, primary_key=True, autoincrement=False),
    Column("person", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
Index(None, people.c.day)

people_days = Table(
    "analytics_people_days",
    metadata,
    Column("metric", Text, primary_key=True),
    Column("subject", Id, primary_key=True, autoincrement=False),
    Column("day", Millis, primary_key=True, autoincrement=False),
    Column("n", Id, nullable=False),
    sqlite_with_rowid=False,
)
