from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Millis, metadata

units = Table(
    "inventory_units",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("realm", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("made_at", Millis, nullable=False),
    CheckConstraint("kind IN ('counted', 'pieces')", name="kind"),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
)

slots = Table(
    "inventory_slots",
    metadata,
    Column("unit_id", Id, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("stock", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("sold", Integer, nullable=False),
    CheckConstraint("held >= 0 AND held <= stock", name="held"),
    CheckConstraint("sold >= 0", name="sold"),
    sqlite_with_rowid=False,
)

pieces = Table(
    "inventory_pieces",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("unit_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state IN ('open', 'out')", name="state"),
)
Index("ix_inventory_pieces_unit", pieces.c.unit_id, pieces.c.name, unique=True)

holds = Table(
    "inventory_holds",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("realm", Text, nullable=False),
    Column("owner", Id, nullable=False),
    Column("subject", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("state IN ('open', 'confirmed', 'released', 'expired')", name="state"),
)
Index(
    "ix_inventory_holds_expires",
    holds.c.expires_at,
    holds.c.id,
    sqlite_where=holds.c.state == "open",
    postgresql_where=holds.c.state == "open",
)

lines = Table(
    "inventory_lines",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("hold_id", Id, nullable=False),
    Column("unit_id", Id, nullable=False),
    Column("piece_id", Id, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("expires_at", Millis, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint('start < "end"', name="range"),
    CheckConstraint("state IN ('held', 'sold', 'freed', 'returned')", name="state"),
)
Index("ix_inventory_lines_hold", lines.c.hold_id, lines.c.id)
Index(
    "ix_inventory_lines_held",
    lines.c.unit_id,
    lines.c.expires_at,
    sqlite_where=lines.c.state == "held",
    postgresql_where=lines.c.state == "held",
)
_taken = lines.c.state.in_(("held", "sold")) & (lines.c.piece_id != 0)
Index(
    "ix_inventory_lines_piece",
    lines.c.piece_id,
    lines.c.start,
    sqlite_where=_taken,
    postgresql_where=_taken,
)

changes = Table(
    "inventory_changes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("unit_id", Id, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("by", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Id, nullable=False),
)
Index("ix_inventory_changes_unit", changes.c.unit_id, changes.c.id)
