from sqlalchemy import Column, Index, Integer, Table, Text, literal_column

from dozen.db import Id, Millis, metadata

# Literals, not parameters: partial indexes serve only queries that spell the state out.
WAITING = literal_column("'waiting'", Text())
RUNNING = literal_column("'running'", Text())
DEAD = literal_column("'dead'", Text())

queue = Table(
    "jobs_queue",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("key", Text),
    Column("state", Text, nullable=False),
    Column("run_at", Millis, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lease_until", Millis),
    Column("worker", Text),
    Column("progress", Integer),  # thousandths
    Column("last_error", Text),
    Column("created", Millis, nullable=False),
)
_state = queue.c.state
Index(
    "uq_jobs_queue_key", queue.c.key, unique=True,
    sqlite_where=_state == WAITING, postgresql_where=_state == WAITING,
)  # fmt: skip
Index(
    "ix_jobs_queue_waiting", queue.c.run_at, queue.c.id,
    sqlite_where=_state == WAITING, postgresql_where=_state == WAITING,
)  # fmt: skip
Index(
    "ix_jobs_queue_running", queue.c.lease_until,
    sqlite_where=_state == RUNNING, postgresql_where=_state == RUNNING,
)  # fmt: skip
Index(
    "ix_jobs_queue_dead", queue.c.id,
    sqlite_where=_state == DEAD, postgresql_where=_state == DEAD,
)  # fmt: skip

schedules = Table(
    "jobs_schedules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("next_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
