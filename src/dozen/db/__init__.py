"""The database floor: engine, transactions, prepared statements, the tables' metadata."""

from dozen.db.batch import WriteQueue
from dozen.db.engine import Database, open_database
from dozen.db.errors import Broken, Busy, Duplicate
from dozen.db.schema import Id, Json, Millis, Table, Truth, Word, metadata
from dozen.db.sql import each_of, member, param, prefix, upsert
from dozen.db.statements import Action, Lock, Rows, Values, action, lock, rows, values
from dozen.db.tx import Tx

__all__ = [
    "Action",
    "Broken",
    "Busy",
    "Database",
    "Duplicate",
    "Id",
    "Json",
    "Lock",
    "Millis",
    "Rows",
    "Table",
    "Truth",
    "Tx",
    "Values",
    "Word",
    "WriteQueue",
    "action",
    "each_of",
    "lock",
    "member",
    "metadata",
    "open_database",
    "param",
    "prefix",
    "rows",
    "upsert",
    "values",
]
