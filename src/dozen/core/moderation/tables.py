"""Tables of moderation. The audit log refuses to be changed, on both databases."""

from __future__ import annotations

from sqlalchemy import DDL, Column, Index, Integer, Text, event, text

from dozen.db import Id, Json, Millis, Table, metadata

_OPEN = text("state = 'open'")

cases = Table(
    "moderation_cases",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("realm", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("owner_id", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("assigned_to", Id),
    Column("closed_by", Id),
    Column("closed_at", Millis),
    Index(
        "uq_moderation_cases_open",
        "realm",
        "subject_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("ix_moderation_cases_state", "state", "id"),
    Index("ix_moderation_cases_assigned", "assigned_to", "state", "id"),
    Index("ix_moderation_cases_owner", "owner_id", "id"),
)

reports = Table(
    "moderation_reports",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("case_id", Id, nullable=False),
    Column("reporter_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index("uq_moderation_reports_reporter", "case_id", "reporter_id", unique=True),
    Index("ix_moderation_reports_reporter", "reporter_id", "id"),
)

notes = Table(
    "moderation_notes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("case_id", Id, nullable=False),
    Column("author_id", Id, nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_moderation_notes_case", "case_id", "id"),
)

removals = Table(
    "moderation_removals",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("owner_id", Id, nullable=False),
    Column("by_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
)

takedowns = Table(
    "moderation_takedowns",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("at", Millis, nullable=False),
    Column("by_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
)

audit = Table(
    "moderation_audit",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", Millis, nullable=False),
    Column("actor_id", Id, nullable=False),
    Column("action", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Index("ix_moderation_audit_actor", "actor_id", "id"),
    Index("ix_moderation_audit_subject", "realm", "subject_id", "id"),
    Index("ix_moderation_audit_action", "action", "id"),
)

filters = Table(
    "moderation_filters",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_by", Id, nullable=False),
    Index("uq_moderation_filters_pattern", "kind", "pattern", unique=True),
)

DDL_SQLITE: tuple[str, ...] = tuple(
    f"CREATE TRIGGER moderation_audit_no_{verb} BEFORE {verb.upper()} ON moderation_audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
    for verb in ("update", "delete")
)
DDL_POSTGRESQL: tuple[str, ...] = (
    "CREATE OR REPLACE FUNCTION moderation_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER moderation_audit_only_grows BEFORE UPDATE OR DELETE ON moderation_audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION moderation_audit_refuse()",
)

for _text in DDL_SQLITE:
    event.listen(audit, "after_create", DDL(_text).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for _text in DDL_POSTGRESQL:
    event.listen(audit, "after_create", DDL(_text).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
