"""The simulator's memory: objects as JSON documents in one SQLite file, so that it survives kill -9."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, parent TEXT, due REAL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_parent ON objects (parent, kind, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_day ON objects (kind, created);
CREATE TABLE IF NOT EXISTS keys (
    key TEXT PRIMARY KEY, print TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, tries INTEGER NOT NULL,
    forged INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due);
CREATE TABLE IF NOT EXISTS trouble (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """One connection, one transaction at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_SCHEMA)
        self._lock = threading.RLock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._db.close()


class Books:
    """The objects, within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def new(self, kind: str, prefix: str, fields: Doc, *, parent: str = "") -> Doc:
        doc = {"id": f"{prefix}_{secrets.token_hex(12)}", "object": kind, "created": int(time.time())}
        doc |= {"livemode": False, "metadata": {}} | fields
        self.db.execute(
            "INSERT INTO objects (id, kind, created, parent, data) VALUES (?, ?, ?, ?, ?)",
            (doc["id"], kind, doc["created"], parent or None, json.dumps(doc)),
        )
        return doc

    def keep(self, doc: Doc, *, parent: str = "") -> bool:
        """Put in an object that has its id and time already; False: it is there."""
        done = self.db.execute(
            "INSERT OR IGNORE INTO objects (id, kind, created, parent, data) VALUES (?, ?, ?, ?, ?)",
            (doc["id"], doc["object"], doc["created"], parent or None, json.dumps(doc)),
        )
        return done.rowcount > 0

    def get(self, object_id: str, kind: str | None = None) -> Doc | None:
        row = self.db.execute("SELECT kind, data FROM objects WHERE id = ?", (object_id,)).fetchone()
        if row is None or (kind is not None and row[0] != kind):
            return None
        found: Doc = json.loads(row[1])
        return found

    def put(self, doc: Doc, *, due: float | None = None) -> None:
        """Write a changed object; ``due`` is when time changes it again."""
        self.db.execute(
            "UPDATE objects SET data = ?, due = ? WHERE id = ?", (json.dumps(doc), due, doc["id"])
        )

    def page(
        self, kind: str, *, parent: str = "", since: int = 0, after: str = "", limit: int = 10
    ) -> tuple[list[Doc], bool]:
        """Newest first, and whether there are more."""
        row = self.db.execute("SELECT seq FROM objects WHERE id = ?", (after,)).fetchone()
        below = row[0] if row else 1 << 62
        found = self.db.execute(
            "SELECT data FROM objects WHERE kind = ? AND seq < ? AND created >= ?"
            " AND (? = '' OR parent = ?) ORDER BY seq DESC LIMIT ?",
            (kind, below, since, parent, parent, limit + 1),
        ).fetchall()
        return [json.loads(each[0]) for each in found[:limit]], len(found) > limit

    def of_day(self, kind: str, start: int, end: int) -> list[Doc]:
        found = self.db.execute(
            "SELECT data FROM objects WHERE kind = ? AND created >= ? AND created < ? ORDER BY seq",
            (kind, start, end),
        )
        return [json.loads(each[0]) for each in found]

    def due(self, now: float) -> list[Doc]:
        found = self.db.execute("SELECT data FROM objects WHERE due <= ? LIMIT 100", (now,))
        return [json.loads(each[0]) for each in found]
