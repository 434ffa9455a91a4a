"""The database floor: engine, transactions, prepared statements, the tables' metadata."""

from dozen.db.batch import WriteQueue
from dozen.db.engine import Database, open_database
from dozen.db.errors import Broken, Busy, Duplicate
from dozen.db.schema import Id, Json, Millis, Table, Truth, Word, metadata
from dozen.db.sql import each_of, each_row, member, param, prefix, upsert
from dozen.db.statements import Action, Lock, Rows, Values, action, lock, put, rows, values
from dozen.db.together import Companies, Together
from dozen.db.tx import Tx

__all__ = [
    "Action",
    "Broken",
    "Busy",
    "Companies",
    "Database",
    "Duplicate",
    "Id",
    "Json",
    "Lock",
    "Millis",
    "Rows",
    "Table",
    "Together",
    "Truth",
    "Tx",
    "Values",
    "Word",
    "WriteQueue",
    "action",
    "each_of",
    "each_row",
    "lock",
    "member",
    "metadata",
    "open_database",
    "param",
    "prefix",
    "put",
    "rows",
    "upsert",
    "values",
]
