from sqlalchemy import CheckConstraint, Column, Index, Table, Text, text

from dozen.db import Id, Json, Millis, metadata

adjustments = Table(
    "wallet_adjustments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("legs", Json, nullable=False),  # [[account, amount], …]
    Column("state", Text, nullable=False),
    Column("proposed_by", Id, nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("decided_by", Id),
    Column("decided_at", Millis),
    Column("note", Text, nullable=False),
    Column("transfer_id", Id),
    CheckConstraint("state IN ('proposed', 'approved', 'rejected', 'withdrawn', 'expired')", name="state"),
    CheckConstraint("(state = 'approved') = (transfer_id IS NOT NULL)", name="transfer"),
    CheckConstraint("state <> 'approved' OR decided_by <> proposed_by", name="two_people"),
)
payouts = Table(
    "wallet_unclaimed_payouts",
    metadata,
    Column("adjustment", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("amount", Id, nullable=False),
    CheckConstraint("amount <> 0", name="amount"),
)
"""Of what somebody who is gone left, how much an adjustment takes; below zero: it comes back."""
Index("ix_wallet_unclaimed_payouts_person", payouts.c.person)
Index(
    "ix_wallet_adjustments_proposed",
    adjustments.c.expires_at,
    sqlite_where=text("state = 'proposed'"),
    postgresql_where=text("state = 'proposed'"),
)
