from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from dozen.db import Id, Millis, metadata

identities = Table(
    "wallet_identities",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("sealed", LargeBinary),  # what was said; NULL once it is erased
    Column("print", LargeBinary),  # a keyed digest of the document, to find it with another person
    Column("decided_by", Id, nullable=False),
    Column("decided_at", Millis),
    Column("reason", Text, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("state IN ('waiting', 'approved', 'refused', 'withdrawn', 'erased')", name="state"),
    CheckConstraint("(sealed IS NULL) = (state = 'erased')", name="erased"),
)
Index("ix_wallet_identities_person", identities.c.person, identities.c.id)
Index("ix_wallet_identities_state", identities.c.state, identities.c.id)
_waits = identities.c.state == "waiting"
Index(
    "ix_wallet_identities_waiting",
    identities.c.person,
    unique=True,
    sqlite_where=_waits,
    postgresql_where=_waits,
)
Index(
    "ix_wallet_identities_print",
    identities.c.print,
    sqlite_where=identities.c.print.is_not(None),
    postgresql_where=identities.c.print.is_not(None),
)

tiers = Table(
    "wallet_tiers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),  # the latest of a tier and currency counts
    Column("tier", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("payment", Id, nullable=False),
    Column("day", Id, nullable=False),
    Column("month", Id, nullable=False),
    Column("balance", Id, nullable=False),
    Column("changed_by", Id, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("payment >= 0 AND payment <= day AND day <= month AND balance >= 0", name="limits"),
)
Index("ix_wallet_tiers_tier", tiers.c.currency, tiers.c.tier, tiers.c.id)
