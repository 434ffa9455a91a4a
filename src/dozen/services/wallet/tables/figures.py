"""What reports show, added up beforehand from payments (see ``service/figures.py``)."""

from sqlalchemy import Column, Table, Text

from dozen.db import Id, Millis, metadata

hours = Table(
    "wallet_figure_hours",
    metadata,
    Column("hour", Millis, primary_key=True, autoincrement=False),  # its first millisecond
    Column("currency", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("count", Id, nullable=False),
    Column("amount", Id, nullable=False),
    sqlite_with_rowid=False,
)
people = Table(
    "wallet_figure_days",
    metadata,
    Column("day", Millis, primary_key=True, autoincrement=False),  # its first millisecond, UTC
    Column("currency", Text, primary_key=True),
    Column("payers", Id, nullable=False),  # different people who paid anything
    Column("active", Id, nullable=False),  # who paid or got anything
    sqlite_with_rowid=False,
)
