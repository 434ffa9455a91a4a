"""The one metadata that all tables register with, and the column types that Dozen uses.

A room's or a block's tables are named ``<its name>_*`` and stand in its ``tables.py``.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Integer, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = ["Id", "Json", "Millis", "Table", "Truth", "Word", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A snowflake. INTEGER on SQLite, so that a single-column key is the rowid itself."""

Millis = BigInteger().with_variant(Integer, "sqlite")
"""Milliseconds since 1970, UTC."""

Word = Text().with_variant(Text(collation="C"), "postgresql")
"""Text whose order and ranges go by code point on both databases, whatever language the database has."""


class Truth(TypeDecorator[bool]):
    """A yes or no, stored as 0 or 1 on both databases, so that partial indexes and sums read alike."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(bool(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """A small document, as JSON text on both databases (nothing searches inside it)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)
