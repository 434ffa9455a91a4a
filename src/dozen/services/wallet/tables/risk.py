from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

people = Table(
    "wallet_risk_people",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),  # packed habits, of a bounded size
    Column("changed_at", Millis, nullable=False),
)

devices = Table(
    "wallet_risk_devices",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # as in wallet_devices, where it is by person
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("device_id", Id, nullable=False),
    Column("first_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_wallet_risk_devices_person", devices.c.person)

rules = Table(
    "wallet_risk_rules",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),  # the latest of a code counts
    Column("code", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("active", Truth, nullable=False),
    Column("changed_by", Id, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("weight >= 0 AND weight <= 1000", name="weight"),
)
Index("ix_wallet_risk_rules_code", rules.c.code, rules.c.id)

findings = Table(
    "wallet_risk_findings",
    metadata,
    Column("payment_id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("payee", Id, nullable=False),
    Column("account", Id, nullable=False),
    Column("device_id", Id),
    Column("score", Integer, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Id, nullable=False),
    Column("decided_at", Millis),
    Column("note", Text, nullable=False),
    CheckConstraint(
        "state IN ('open', 'approved', 'declined', 'refused', 'expired', 'withdrawn')", name="state"
    ),
)
Index("ix_wallet_risk_findings_person", findings.c.person, findings.c.payment_id)
Index("ix_wallet_risk_findings_state", findings.c.state, findings.c.payment_id)
