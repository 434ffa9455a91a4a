from sqlalchemy import CheckConstraint, Column, Integer, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

verifications = Table(
    "wallet_verifications",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("asked_by", Id, nullable=False),
    Column("full", Truth, nullable=False),
    Column("state", Text, nullable=False),
    Column("stage", Text, nullable=False),  # the check that runs; empty before and after
    Column("done", Integer, nullable=False),  # thousandths of the whole
    Column("changed_at", Millis, nullable=False),
    Column("ended_at", Millis),
    Column("accounts", Id, nullable=False),
    Column("postings", Id, nullable=False),
    Column("transfers", Id, nullable=False),
    Column("seals", Id, nullable=False),
    Column("unsealed", Id, nullable=False),
    Column("wrong", Json, nullable=False),  # [[check, where, kept, true], …], at most fifty
    CheckConstraint("state IN ('waiting', 'running', 'right', 'wrong', 'failed')", name="state"),
    CheckConstraint("done BETWEEN 0 AND 1000", name="done"),
)
