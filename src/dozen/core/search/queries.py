from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Select, Text, cast, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from dozen.core.search.structs import Candidate, Hit, NameWord, Saved
from dozen.core.search.tables import circles, documents, names, saved, waiting
from dozen.db import Rows, action, member, param, prefix, rows, upsert, values

# Documents

_d = documents.c
_given = {
    name: param(name) for name in ("id", "realm", "kind", "author_id", "weight", "title", "body", "facets")
}
_changed = {name: value for name, value in _given.items() if name != "id"}

add = action(lambda dialect: upsert(dialect, documents).values(**_given).on_conflict_do_nothing())
change = action(documents.update().where(_d.id == param("id")).values(**_changed))
indexed_text = rows(
    lambda title, body, facets: (str(title), str(body), str(facets)),
    select(_d.title, _d.body, _d.facets).where(_d.id == param("id")),
)
known = values(int, select(_d.id).where(member(_d.id, "ids")))
stored = rows(
    lambda *row: dict(zip(_given, row, strict=True)),
    select(*(_d[name] for name in _given)).where(member(_d.id, "ids")),
)
delete_document = action(delete(documents).where(_d.id == param("id")))

add_circle = action(
    lambda dialect: upsert(dialect, circles).values(author_id=param("author_id")).on_conflict_do_nothing()
)
circles_among = values(
    int,
    select(circles.c.author_id)
    .where(member(circles.c.author_id, "ids"))
    .order_by(circles.c.author_id)
    .limit(param("limit")),
)
delete_circle = action(delete(circles).where(circles.c.author_id == param("author_id")))

# The index of SQLite. A deletion must be told the very words that were put in.

wait = action(lambda dialect: upsert(dialect, waiting).values(id=param("id")).on_conflict_do_nothing())
unwait = action(delete(waiting).where(waiting.c.id == param("id")))
unwait_all = action(delete(waiting))
count_waiting = values(int, select(func.count()).select_from(waiting))
index_waiting = action(
    text(
        "INSERT INTO search_index(rowid, title, body, facets) SELECT d.id, d.title, d.body, d.facets "
        "FROM search_waiting w CROSS JOIN search_documents d ON d.id = w.id ORDER BY w.id"
    )
)
unindex = action(
    text(
        "INSERT INTO search_index(search_index, rowid, title, body, facets) "
        "VALUES ('delete', :id, :title, :body, :facets)"
    )
)
merge = action(text("INSERT INTO search_index(search_index, rank) VALUES ('merge', :pages)"))
rebuild = action(text("INSERT INTO search_index(search_index) VALUES ('rebuild')"))
all_waiting = rows(
    Candidate,
    select(_d.id, _d.realm, _d.kind, _d.author_id, _d.title, _d.body, _d.weight, _d.facets).select_from(
        waiting.join(documents, _d.id == waiting.c.id)
    ),
)

_FTS = (
    "FROM search_index CROSS JOIN search_documents d ON d.id = search_index.rowid "
    "WHERE search_index MATCH :match AND search_index.rowid BETWEEN :low AND :high "
    "AND d.author_id NOT IN (SELECT value FROM json_each(:hidden)) "
    "ORDER BY search_index.rowid DESC LIMIT :limit"
)
newest_sqlite = rows(Hit, text(f"SELECT d.id, d.realm, d.kind, d.author_id {_FTS}"))
texts_sqlite = rows(
    Candidate, text(f"SELECT d.id, d.realm, d.kind, d.author_id, d.title, d.body, d.weight {_FTS}")
)

# The index of PostgreSQL

_vectored = {**_changed, "vector": cast(param("vector", Text()), TSVECTOR)}
put_vectored = action(
    lambda dialect: (
        upsert(dialect, documents)
        .values(id=param("id"), **_vectored)
        .on_conflict_do_update(index_elements=[_d.id], set_=_vectored)
    )
)


def _row(*row: Any) -> tuple[Any, ...]:
    return row


def _three_ways(*names: str) -> tuple[Rows[tuple[Any, ...]], Rows[tuple[Any, ...]], Rows[tuple[Any, ...]]]:
    """A short walk, a lookup, a walk: see ``postgresql.py``. A lookup's last column counts its matches."""

    def matching(table: FromClause) -> Select[Any]:
        match = table.c.vector.op("@@")(cast(param("match", Text()), TSQUERY))
        return select(*(table.c[name] for name in names)).where(match, ~member(table.c.author_id, "hidden"))

    in_range = _d.id.between(param("low"), param("high"))
    last = select(documents).where(in_range).order_by(_d.id.desc()).limit(param("depth")).subquery()
    short_walk = matching(last).order_by(last.c.id.desc())
    found = matching(documents).where(in_range).limit(param("most")).cte("found").prefix_with("MATERIALIZED")
    lookup = select(found, func.count().over()).order_by(found.c.id.desc())
    walk = matching(documents).where(in_range).order_by(_d.id.desc())
    limit = param("limit")
    return rows(_row, short_walk.limit(limit)), rows(_row, lookup.limit(limit)), rows(_row, walk.limit(limit))


newest_postgresql = _three_ways("id", "realm", "kind", "author_id")
texts_postgresql = _three_ways("id", "realm", "kind", "author_id", "title", "body", "weight")
documents_about = values(
    int, text("SELECT reltuples::bigint FROM pg_class WHERE oid = CAST('search_documents' AS regclass)")
)

# Names

_n = names.c
_of_kind = (_n.realm == param("realm"), _n.kind == param("kind"))
_named = select(_n.ref_id, _n.word, _n.weight, _n.name, _n.words).where(*_of_kind)
_begins = prefix(_n.word, "start")
add_name = action(
    lambda dialect: upsert(dialect, names)
    .values(
        realm=param("realm"), kind=param("kind"), ref_id=param("id"), word=param("word"),
        head1=param("head1"), head2=param("head2"), weight=param("weight"), name=param("name"),
        words=param("words"),
    )
    .on_conflict_do_nothing()
)  # fmt: skip
delete_name = action(delete(names).where(*_of_kind, _n.ref_id == param("id")))
# Not as a range of words, lest an index of words is taken and all of them are sorted by weight.
_starts = func.substr(_n.word, 1, func.length(param("start", Text()))) == param("start", Text())
_weightiest = _named.where(_starts).order_by(_n.weight.desc(), _n.ref_id.desc()).limit(param("limit"))
names_by_word = rows(NameWord, _named.where(_begins).order_by(_n.word).limit(param("limit")))
names_by_weight = {
    1: rows(NameWord, _weightiest.where(_n.head1 == param("head"))),
    2: rows(NameWord, _weightiest.where(_n.head2 == param("head"))),
}

# Saved searches

_s = saved.c
_saved = select(_s.id, _s.realm, _s.name, _s.text, _s.created_at)
_mine = (_s.id == param("id"), _s.person_id == param("person_id"))
save = action(
    insert(saved).values(
        id=param("id"), person_id=param("person_id"), realm=param("realm"), name=param("name"),
        text=param("text"), created_at=param("created_at"),
    )
)  # fmt: skip
saved_by_id = rows(Saved, _saved.where(*_mine))
saved_by_text = rows(
    Saved,
    _saved.where(_s.person_id == param("person_id"), _s.realm == param("realm"), _s.text == param("text")),
)
saved_of = rows(
    Saved,
    _saved.where(_s.person_id == param("person_id"), _s.realm == param("realm"))
    .order_by(_s.id.desc())
    .limit(param("limit")),
)
delete_saved = action(delete(saved).where(*_mine))
delete_all_saved = action(delete(saved).where(_s.person_id == param("person_id")))
