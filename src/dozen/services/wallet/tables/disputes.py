from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from dozen.db import Id, Millis, metadata

disputes = Table(
    "wallet_disputes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("payment_id", Id, nullable=False),
    Column("payer", Id, nullable=False),
    Column("respondent", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Millis),
    Column("answer", Text, nullable=False),
    Column("answered_at", Millis),
    Column("refund_id", Id),
    Column("refunded", Id, nullable=False),
    Column("decided_by", Id, nullable=False),
    Column("decided_at", Millis),
    Column("decision", Text, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint(
        "state IN ('open', 'deciding', 'refunded', 'rejected', 'accepted', 'withdrawn')", name="state"
    ),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("refunded >= 0", name="refunded"),
)
Index("ix_wallet_disputes_payer", disputes.c.payer, disputes.c.id)
Index("ix_wallet_disputes_respondent", disputes.c.respondent, disputes.c.id)
Index("ix_wallet_disputes_state", disputes.c.state, disputes.c.id)
_stands = disputes.c.state != "withdrawn"
Index(
    "ix_wallet_disputes_payment",
    disputes.c.payment_id,
    unique=True,
    sqlite_where=_stands,
    postgresql_where=_stands,
)
proposals = Table(
    "wallet_dispute_proposals",
    metadata,
    Column("adjustment", Id, primary_key=True, autoincrement=False),
    Column("dispute", Id, nullable=False),
    Column("person", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("left_behind", Id, nullable=False),
    Column("words", Text, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("left_behind >= 0 AND left_behind <= amount", name="left_behind"),
)
Index("ix_wallet_dispute_proposals_dispute", proposals.c.dispute)
Index("ix_wallet_dispute_proposals_person", proposals.c.person)

_waits = disputes.c.state == "open"
Index(
    "ix_wallet_disputes_due", disputes.c.due_at, disputes.c.id, sqlite_where=_waits, postgresql_where=_waits
)
