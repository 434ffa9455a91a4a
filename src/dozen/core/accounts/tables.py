"""People and everything by which they are let in. Secrets are digests, or sealed where they must be
had again (TOTP, OAuth 1.0a)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from dozen.db import Id, Json, Millis, Truth, metadata

people = Table(
    "accounts_people",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("email_verified_at", Millis),
    Column("phone", Text),
    Column("phone_verified_at", Millis),
    Column("password_hash", Text),
    Column("password_version", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("bio", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("birth_date", Text),
    Column("pronouns", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("avatar_id", Id),
    Column("header_id", Id),
    Column("protected", Truth, nullable=False),
    Column("bot", Truth, nullable=False),
    Column("verified", Truth, nullable=False),
    Column("role", Text, nullable=False),
    Column("owner_id", Id),
    Column("created_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    Column("suspended_at", Millis),
    Column("suspended_until", Millis),
    Column("suspended_reason", Text, nullable=False),
    Column("deleted_at", Millis),
)
# A number that was only claimed blocks nobody; a proven one belongs to one person.
Index(
    "uq_accounts_people_phone_verified",
    people.c.phone,
    unique=True,
    sqlite_where=text("phone_verified_at IS NOT NULL"),
    postgresql_where=text("phone_verified_at IS NOT NULL"),
)
Index(
    "ix_accounts_people_deleted",
    people.c.deleted_at,
    sqlite_where=text("deleted_at IS NOT NULL"),
    postgresql_where=text("deleted_at IS NOT NULL"),
)
Index(
    "ix_accounts_people_staff",
    people.c.role,
    people.c.id,
    sqlite_where=text("role <> 'member'"),
    postgresql_where=text("role <> 'member'"),
)
Index(
    "ix_accounts_people_owned",
    people.c.owner_id,
    sqlite_where=text("owner_id IS NOT NULL"),
    postgresql_where=text("owner_id IS NOT NULL"),
)

# Every username that is in use (``until`` is null) or kept for its former owner. The primary key is
# what makes a name unique, whoever races for it.
names = Table(
    "accounts_names",
    metadata,
    Column("key", Text, primary_key=True),
    Column("person_id", Id, nullable=False, index=True),
    Column("until", Millis, index=True),
    sqlite_with_rowid=False,
)

settings = Table(
    "accounts_settings",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("namespace", Text, primary_key=True),
    Column("value", Json, nullable=False),
    sqlite_with_rowid=False,
)

# What was purged, so that rooms that were away can still clean up.
purged = Table(
    "accounts_purged",
    metadata,
    Column("at", Millis, primary_key=True, autoincrement=False),
    Column("person_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Signing in

sessions = Table(
    "accounts_sessions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("person_id", Id, nullable=False),
    Column("device", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("seen_at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False, index=True),
    Index("ix_accounts_sessions_person", "person_id", "id"),
)

# Failed and unfinished attempts; keys are keyed hashes, so neither addresses nor logins are readable.
attempts = Table(
    "accounts_attempts",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("last_at", Millis, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Between the password and the second factor.
tickets = Table(
    "accounts_tickets",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("person_id", Id, nullable=False, index=True),
    Column("device", LargeBinary, nullable=False),
    Column("wish", Json),
    Column("expires_at", Millis, nullable=False, index=True),
    sqlite_with_rowid=False,
)

factors = Table(
    "accounts_factors",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("confirmed_at", Millis),
    Column("last_step", Millis, nullable=False),
)

recovery_codes = Table(
    "accounts_recovery_codes",
    metadata,
    Column("person_id", Id, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)

# Links in letters: confirm an address, reset a password, change an address.
letters = Table(
    "accounts_letters",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person_id", Id, nullable=False, index=True),
    Column("email", Text, nullable=False),
    Column("expires_at", Millis, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Tokens and applications

apps = Table(
    "accounts_apps",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("client_id", Text, nullable=False, unique=True),
    Column("secret_digest", LargeBinary),
    Column("sealed", LargeBinary),
    Column("name", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("redirect_uris", Json, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("owner_id", Id, index=True),
    Column("dialect", Text, nullable=False),
    Column("confidential", Truth, nullable=False),
    Column("created_at", Millis, nullable=False),
)

# ``family`` is shared by everything that came from one consent: revoked together.
tokens = Table(
    "accounts_tokens",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("person_id", Id),
    Column("app_id", Id),
    Column("family", Id),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("created_at", Millis, nullable=False),
    Column("used_at", Millis),
    Column("expires_at", Millis, index=True),
    Index("ix_accounts_tokens_person", "person_id", "id"),
    Index("ix_accounts_tokens_app", "app_id", "person_id"),
    Index("ix_accounts_tokens_family", "family"),
)

refreshes = Table(
    "accounts_refreshes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("family", Id, nullable=False, index=True),
    Column("app_id", Id, nullable=False, index=True),
    Column("person_id", Id, nullable=False, index=True),
    Column("scopes", Text, nullable=False),
    Column("used_at", Millis),
    Column("expires_at", Millis, nullable=False, index=True),
    sqlite_with_rowid=False,
)

codes = Table(
    "accounts_codes",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("family", Id, nullable=False),
    Column("app_id", Id, nullable=False, index=True),
    Column("person_id", Id, nullable=False, index=True),
    Column("scopes", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("used_at", Millis),
    Column("expires_at", Millis, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# OAuth 1.0a request tokens.
oauth1_requests = Table(
    "accounts_oauth1_requests",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("app_id", Id, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("callback", Text, nullable=False),
    Column("person_id", Id, index=True),
    Column("verifier", LargeBinary),
    Column("expires_at", Millis, nullable=False, index=True),
    sqlite_with_rowid=False,
)
