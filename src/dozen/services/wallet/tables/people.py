from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from dozen.db import Id, Millis, metadata

holders = Table(
    "wallet_holders",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("phone", Text),  # E.164, confirmed
    Column("phone_at", Millis),
    Column("tier", Integer, nullable=False),
    Column("pin_hash", Text),
    Column("pin_version", Integer, nullable=False),
    Column("pin_set_at", Millis),
    Column("pin_tries", Integer, nullable=False),  # wrong ones in a row, counted before they are looked at
    Column("pin_last_at", Millis),
    Column("opened_at", Millis, nullable=False),
)
Index(
    "ix_wallet_holders_phone",
    holders.c.phone,
    unique=True,
    sqlite_where=holders.c.phone.is_not(None),
    postgresql_where=holders.c.phone.is_not(None),
)

Index("ix_wallet_holders_opened", holders.c.opened_at)

codes = Table(
    "wallet_codes",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("purpose", Text, primary_key=True),  # number, pin
    Column("phone", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("sent", Integer, nullable=False),  # how many within a day
    sqlite_with_rowid=False,
)

wallets = Table(
    "wallet_wallets",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("account_id", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("state IN ('open', 'frozen', 'blocked', 'closed')", name="state"),
)
Index("ix_wallet_wallets_owner", wallets.c.owner, wallets.c.currency, unique=True)
Index("ix_wallet_wallets_account", wallets.c.account_id, unique=True)
Index(
    "ix_wallet_wallets_blocked",
    wallets.c.changed_at,
    sqlite_where=text("state = 'blocked'"),
    postgresql_where=text("state = 'blocked'"),
)

limits = Table(
    "wallet_limits",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("currency", Text, primary_key=True),
    Column("payment", Id),
    Column("day", Id),
    Column("month", Id),
    sqlite_with_rowid=False,
)

devices = Table(
    "wallet_devices",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("first_at", Millis, nullable=False),
    Column("seen_at", Millis, nullable=False),
    Column("revoked_at", Millis),
)
Index("ix_wallet_devices_person", devices.c.person, devices.c.digest, unique=True)

handles = Table(
    "wallet_handles",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("person", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("made_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_wallet_handles_person", handles.c.person)
