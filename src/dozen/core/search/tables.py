"""Tables of search.

``search_documents`` holds what is indexed, as words, on both databases. On PostgreSQL the index is
its column ``vector``; on SQLite it is the FTS5 table ``search_index`` beside it, and
``search_waiting`` names the documents that it does not have yet: they go in together, because a
single one costs three times as much. ``search_circles`` names the authors who ever had a document for
their circle only, so that a question need not ask for all the others that somebody follows.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Index, Integer, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR

from dozen.db import Id, Millis, Table, Word, metadata

documents = Table(
    "search_documents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("realm", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("author_id", Id, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("facets", Text, nullable=False),
    Column("vector", TSVECTOR().with_variant(Text(), "sqlite")),
)

waiting = Table(
    "search_waiting",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
)

circles = Table(
    "search_circles",
    metadata,
    Column("author_id", Id, primary_key=True, autoincrement=False),
)

names = Table(
    "search_names",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("ref_id", Id, primary_key=True, autoincrement=False),
    Column("word", Word, primary_key=True),
    Column("head1", Text, nullable=False),
    Column("head2", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_search_names_word", "realm", "kind", "word"),
    Index("ix_search_names_head1", "realm", "kind", "head1", "weight", "ref_id"),
    Index("ix_search_names_head2", "realm", "kind", "head2", "weight", "ref_id"),
)

saved = Table(
    "search_saved",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person_id", Id, nullable=False),
    Column("realm", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Index("uq_search_saved_text", "person_id", "realm", "text", unique=True),
)

DDL_SQLITE: tuple[str, ...] = (
    "CREATE VIRTUAL TABLE search_index USING fts5(title, body, facets, content='search_documents', "
    "content_rowid='id', columnsize=0, tokenize=\"ascii tokenchars '_=~/.-'\")",
    # Fewer, larger merges make writing cheaper; a question then looks into up to some twenty segments.
    "INSERT INTO search_index(search_index, rank) VALUES ('automerge', 16)",
    "INSERT INTO search_index(search_index, rank) VALUES ('crisismerge', 32)",
)
DDL_POSTGRESQL: tuple[str, ...] = (
    "CREATE INDEX ix_search_documents_vector ON search_documents USING gin (vector)",
)

for _text in DDL_SQLITE:
    event.listen(documents, "after_create", DDL(_text).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
for _text in DDL_POSTGRESQL:
    event.listen(documents, "after_create", DDL(_text).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
